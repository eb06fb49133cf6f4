"""The audit log in French: what each action was, and what a subject is."""

from typing import Any

from app.accounts.models import ROLE_LABELS, Role

ACTIONS = {
    "account.created": "Compte créé",
    "account.changed": "Fiche modifiée",
    "account.role_changed": "Rôle changé",
    "account.disabled": "Compte désactivé",
    "account.enabled": "Compte réactivé",
    "account.locked": "Compte bloqué (cinq essais manqués)",
    "account.signed_in": "Connexion",
    "account.password_changed": "Mot de passe changé",
    "account.reset_requested": "Nouveau mot de passe demandé",
    "account.link_sent": "Lien de mot de passe envoyé",
}
SUBJECTS = {
    "user": "compte",
    "edition": "édition",
    "list": "liste",
    "item": "article",
    "registration": "inscription",
    "invitation": "invitation",
    "sale": "vente",
    "till": "caisse",
    "till_session": "session de caisse",
    "payout": "reversement",
    "conflict": "conflit",
    "job": "travail",
}
DETAILS = {
    "role": "rôle",
    "before": "avant",
    "after": "après",
    "fields": "champs",
    "until": "jusqu’à",
    "reason": "motif",
    "email": "adresse",
    "first_name": "prénom",
    "last_name": "nom",
    "phone": "téléphone",
}


def action_in_french(action: str) -> str:
    """The sentence for an action; its own name when nobody gave it one yet."""
    return ACTIONS.get(action, action)


def subject_in_french(subject: str) -> str:
    """`user:12` → `compte nº 12`."""
    kind, _, number = subject.partition(":")
    return f"{SUBJECTS.get(kind, kind)} nº {number}" if number else SUBJECTS.get(kind, kind)


def details_in_french(details: dict[str, Any]) -> list[tuple[str, str]]:
    """`{"before": "volunteer"}` → `[("avant", "Bénévole")]`."""
    return [(DETAILS.get(name, name), _value(value)) for name, value in details.items()]


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(DETAILS.get(str(part), str(part)) for part in value)
    return ROLE_LABELS[Role(value)] if value in set(Role) else str(value)
