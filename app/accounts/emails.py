"""E-mail addresses, written one way so that one person has one account."""

from email_validator import EmailNotValidError, validate_email

from app.core.errors import DomainError


def normalise_email(typed: str) -> str:
    """Lower case without blanks around; raises DomainError on the field `email` when it cannot be one."""
    text = typed.strip().lower()
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise DomainError(
            "Cette adresse e-mail n’est pas complète : écrivez-la comme prenom.nom@exemple.fr.", "email"
        ) from error
