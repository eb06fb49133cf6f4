"""Who sees a job, and how patiently mail is tried again."""

from datetime import datetime, timedelta

from app.accounts.models import Role

SEES_ALL_JOBS = frozenset({Role.MANAGER, Role.TREASURER, Role.ADMIN})

# Pauses after the first, second… failed attempt; after the last one somebody must look.
RETRY_PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
# How long a worker may take over one message before another one may take it.
SENDING_LEASE = timedelta(minutes=10)
# A job nobody took within this time was lost on its way to the queue.
STRANDED_AFTER = timedelta(minutes=1)


def may_see_job(requested_by_id: int | None, user_id: int, roles: frozenset[Role]) -> bool:
    """One's own jobs; those who run the sale or the money see all of them."""
    return requested_by_id == user_id or bool(roles & SEES_ALL_JOBS)


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When to try a message again after this many failed attempts; None when it is given up."""
    return now + RETRY_PAUSES[attempts - 1] if attempts <= len(RETRY_PAUSES) else None


def may_read_mail(kind: str, roles: frozenset[Role], demo: bool) -> bool:
    """Messages about accounts hold links that open them: only an administrator reads those."""
    return demo or not kind.startswith("account.") or Role.ADMIN in roles
