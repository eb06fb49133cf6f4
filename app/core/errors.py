"""Refusals of the domain, in words a volunteer can act on."""


class DomainError(Exception):
    """A refusal: a French sentence that says what to do next, tied to a form field when there is one.

    Views attach it to their form (422), the JSON API to its verdict. It never hides a defect: only
    business rules raise it.
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotFound(DomainError):
    """The thing asked for does not exist, or is not this person's to see (answered 404)."""


class NotAllowed(DomainError):
    """The thing exists, but this is for somebody else to do (answered 403)."""


class Conflict(DomainError):
    """Somebody else changed it first; the sentence says how to go on (answered 409)."""
