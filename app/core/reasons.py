"""The reasons people give for what is not done every day: they are read long after, in the audit log."""

from app.core.errors import DomainError

MAX_REASON = 200


def clean_reason(reason: str) -> str:
    """The reason on one line; DomainError on `reason` when it says nothing or too much."""
    words = " ".join(reason.split())
    if not 3 <= len(words) <= MAX_REASON:
        raise DomainError(f"Dites pourquoi, en {MAX_REASON} caractères au plus.", "reason")
    return words
