"""What people receive about their account."""

from app.accounts.models import User
from app.core.mail import queue_mail

_GREETING = "Bonjour {name},\n\n"
_CLOSING = "\n\nÀ bientôt,\nL’équipe de la bourse"


def _send(user: User, kind: str, subject: str, body: str) -> None:
    queue_mail(kind, user.email, subject, _GREETING.format(name=user.first_name) + body + _CLOSING)


def send_reset(user: User, link: str) -> None:
    _send(
        user,
        "account.reset",
        "Choisir un nouveau mot de passe",
        "Vous avez demandé un nouveau mot de passe pour la bourse. Ouvrez ce lien dans l’heure ; "
        f"il ne sert qu’une fois :\n\n{link}\n\n"
        "Si vous n’avez rien demandé, ne faites rien : votre mot de passe ne change pas.",
    )


def send_welcome(user: User, link: str) -> None:
    _send(
        user,
        "account.welcome",
        "Votre compte pour la bourse",
        f"Un compte de {user.role_label.lower()} a été ouvert pour vous. Choisissez votre mot de passe dans "
        f"les sept jours, par ce lien qui ne sert qu’une fois :\n\n{link}\n\n"
        f"Vous vous connecterez ensuite avec votre adresse {user.email}.",
    )


def send_not_activated(user: User) -> None:
    _send(
        user,
        "account.not_activated",
        "Votre compte n’est pas encore activé",
        "Vous avez demandé un nouveau mot de passe, mais votre compte n’est pas encore activé. Ouvrez le "
        "lien du message d’invitation que vous avez reçu. S’il n’est plus valable, répondez à ce "
        "message : nous vous en enverrons un autre.",
    )


def send_password_changed(user: User) -> None:
    _send(
        user,
        "account.password_changed",
        "Votre mot de passe a changé",
        "Le mot de passe de votre compte vient d’être changé, et vos autres appareils ont été "
        "déconnectés.\n\nSi ce n’est pas vous, demandez tout de suite un nouveau mot de passe "
        "depuis la page de connexion.",
    )
