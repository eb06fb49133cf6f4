"""The audit log in French: what each action was, and what a subject is."""

import re
from datetime import datetime
from typing import Any

from app.accounts.models import ROLE_LABELS
from app.core.dates import datetime_short
from app.core.money import format_euros
from app.editions.models import STATE_LABELS
from app.payouts.models import PAYOUT_METHOD_LABELS
from app.sales.models import PAYMENT_LABELS

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
    "edition.created": "Édition créée",
    "edition.state_changed": "Étape de l’édition changée",
    "edition.identity_set": "Identité de l’édition changée",
    "edition.deadline_set": "Date limite de déclaration changée",
    "edition.moved": "Édition déplacée",
    "edition.slot_saved": "Créneau de dépôt enregistré",
    "edition.slot_deleted": "Créneau de dépôt supprimé",
    "edition.period_saved": "Période de vente enregistrée",
    "edition.period_deleted": "Période de vente supprimée",
    "edition.pickup_saved": "Heure de restitution enregistrée",
    "edition.rulebook_set": "Règlement changé",
    "edition.tills_set": "Caisses de l’édition changées",
    "registrations.imported": "Inscriptions importées",
    "registrations.invited": "Inscrits invités",
    "registration.invited": "Inscrit invité",
    "registration.slot_changed": "Créneau changé",
    "registration.sponsor_linked": "Parrainage noté",
    "registration.member_number_set": "Numéro de membre donné",
    "registration.list_added": "Liste ajoutée",
    "registration.cancelled": "Inscription annulée",
    "invitation.accepted": "Invitation acceptée",
    "invitation.sent_again": "Invitation renvoyée",
    "invitation.cancelled": "Invitation annulée",
    "list.validated": "Liste validée",
    "list.unlocked": "Liste rouverte",
    "labels.printed": "Étiquettes imprimées",
    "label.reprinted": "Étiquette réimprimée",
    "check_in.completed": "Dépôt terminé",
    "check_in.undone": "Dépôt repris",
    "item.withdrawn": "Article retiré de la vente",
    "item.put_back": "Article remis en vente",
    "spare_labels.created": "Étiquettes de réserve préparées",
    "spare_label.bound": "Étiquette de réserve collée sur un article",
    "spare_label.released": "Étiquette de réserve détachée d’un article",
    "item.sale_assigned": "Article reconnu dans une vente sans étiquette",
    "item.sale_released": "Vente sans étiquette détachée d’un article",
    "till_device.registered": "Poste de caisse enregistré",
    "till_device.revoked": "Poste de caisse révoqué",
    "till_device.given_up": "Poste de caisse abandonné",
    "till_session.handed_over": "Caisse reprise par un autre bénévole",
    "till_journal.imported": "Ventes d’une caisse reprises d’un fichier",
    "till_session.opened": "Caisse ouverte",
    "till_session.closed": "Caisse fermée",
    "sale.voided": "Vente annulée par un gestionnaire",
    "conflict.refunded": "Conflit : client remboursé",
    "conflict.reassigned": "Conflit : donné à l’article vraiment vendu",
    "conflict.unclaimed": "Conflit : personne n’est revenu",
    "journal_entry.seen": "Envoi de caisse mis de côté, regardé",
    "payouts.computed": "Reversements calculés",
    "payouts.approved": "Reversements approuvés",
    "payout.adjusted": "Reversement ajusté",
    "payout.paid": "Reversement payé",
    "payout.payment_undone": "Paiement d’un reversement annulé",
    "payout.absent": "Déposant absent au reversement",
    "alert.acknowledged": "Alerte prise en charge",
    "alerts.silenced": "Maintenance déclarée",
    "alerts.silence_ended": "Maintenance terminée",
    "alert_rule.saved": "Règle d’alerte enregistrée",
    "alert_rule.removed": "Règle d’alerte supprimée",
    "on_call.saved": "Contact d’astreinte enregistré",
    "on_call.removed": "Contact d’astreinte retiré",
    "unsold.handed_over": "Invendus rendus",
    "unsold.hand_over_undone": "Remise d’invendus défaite",
    "unsold.donated": "Invendus donnés",
    "audit.archived": "Lignes de plus d’un an archivées",
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
    "journal_entry": "envoi de caisse",
    "job": "travail",
    "audit": "ligne du journal",
    "alert": "alerte",
    "alert_rule": "règle d’alerte",
    "silence": "maintenance",
    "on_call": "contact d’astreinte",
}
MEANS: dict[str, str] = {
    **{method.value: label.lower() for method, label in PAYMENT_LABELS.items()},
    **{method.value: label.lower() for method, label in PAYOUT_METHOD_LABELS.items()},
}
DETAILS = {
    "role": "rôle",
    "before": "avant",
    "after": "après",
    "fields": "champs",
    "until": "jusqu’à",
    "reason": "motif",
    "refund": "rendu",
    "lines": "lignes",
    "session_id": "session",
    "email": "adresse",
    "first_name": "prénom",
    "last_name": "nom",
    "phone": "téléphone",
    "items": "articles",
    "lists": "listes",
    "terms": "conditions",
    "consent": "conditions acceptées",
    "labels": "étiquettes",
    "created": "nouveaux",
    "changed": "recalculés",
    "source": "de",
    "target": "à",
    "net_cents": "net",
    "total_cents": "total",
    "amount_cents": "montant",
    "float_cents": "fonds de caisse",
    "expected": "attendu",
    "counted": "compté",
    "method": "mode de paiement",
    "cheque_number": "chèque nº",
    "paid_at": "payé le",
    "device_id": "appareil",
    "pending": "ventes à envoyer",
    "payouts": "reversements",
    "returned": "rendus",
    "donated": "donnés",
    **MEANS,
    "known": "déjà connus",
    "refused": "refusés",
    "number": "numéro",
    "slot": "créneau",
    "rank": "rang",
    "count": "nombre",
    "rule": "règle",
    "name": "nom",
    "place": "lieu",
    "description": "description",
    "enabled": "active",
}

VALUES: dict[str, str] = {
    **MEANS,
    **{role.value: label for role, label in ROLE_LABELS.items()},
    **{state.value: label for state, label in STATE_LABELS.items()},
    "not_generated": "à faire",
    "generated": "faites",
    "printed": "imprimées",
}


# Lists of ids: how many there were says more.
_COUNTED = ("payouts", "lines")
# Changes told one by one; of more, the first ones.
MANY = 5
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{6})?\+00:00")


def action_in_french(action: str) -> str:
    """The sentence for an action; its own name when nobody gave it one yet."""
    return ACTIONS.get(action, action)


def subject_in_french(subject: str) -> str:
    """`user:12` → `compte nº 12`."""
    kind, _, number = subject.partition(":")
    return f"{SUBJECTS.get(kind, kind)} nº\u00a0{number}" if number else SUBJECTS.get(kind, kind)


def details_in_french(details: dict[str, Any]) -> list[tuple[str, str]]:
    """`{"before": "volunteer"}` → `[("avant", "Bénévole")]`."""
    return [
        (DETAILS.get(name, name), _detail(name, value))
        for name, value in details.items()
        if value is not None
    ]


def _detail(name: str, value: Any) -> str:
    if name in _COUNTED:
        return str(len(value)) if isinstance(value, list) else _value(value)
    if name == "changed" and isinstance(value, dict):
        return _recomputed(value)
    return _amount(value) if _is_amount(name) else _value(value)


def _recomputed(nets: dict[str, list[int]]) -> str:
    """Registration → net before and after, in cents: `2, dont 75,20 € → 78,53 €`."""
    told = [f"{format_euros(before)} → {format_euros(after)}" for before, after in nets.values()]
    return ", ".join(told) if len(told) <= MANY else f"{len(told)}, dont {', '.join(told[:MANY])}"


def _is_amount(name: str) -> bool:
    """What a drawer is expected to hold, what was counted and what was given back are amounts by means."""
    return name.endswith("_cents") or name in ("expected", "counted", "refund")


def _amount(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{DETAILS.get(name, name)} {_amount(part)}" for name, part in value.items())
    return format_euros(value) if isinstance(value, int) else _value(value)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(DETAILS.get(str(part), str(part)) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{DETAILS.get(name, name)} {_value(part)}" for name, part in value.items())
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return datetime_short(datetime.fromisoformat(value))
    return VALUES.get(str(value), str(value))
