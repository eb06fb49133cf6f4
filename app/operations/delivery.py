"""The outbox as the sender sees it: one message taken at a time, its outcome written down."""

import re

from sqlalchemy import or_, select, update

from app.core.clock import utcnow
from app.core.db import db, rows_changed
from app.core.errors import DomainError, NotFound
from app.core.mail import MailState, OutgoingMail
from app.operations.rules import SENDING_LEASE, next_attempt

# What a link proves its bearer by: a long random last part.
_TOKEN_IN_LINK = re.compile(r"(https?://\S+/)[\w.-]{20,}")


def claim_next_mail() -> OutgoingMail | None:
    """Take the oldest message that is due; None when there is none. The caller commits before sending.

    Two workers never hold the same one; when a worker dies over it, it is due again after the lease.
    """
    now = utcnow()
    due = [
        OutgoingMail.state == MailState.QUEUED,
        or_(OutgoingMail.next_attempt_at.is_(None), OutgoingMail.next_attempt_at <= now),
    ]
    oldest = select(OutgoingMail.id).where(*due).order_by(OutgoingMail.id).limit(20)
    for mail_id in db.session.scalars(oldest).all():
        claim = update(OutgoingMail).where(OutgoingMail.id == mail_id, *due)
        lease = {"attempts": OutgoingMail.attempts + 1, "next_attempt_at": now + SENDING_LEASE}
        if rows_changed(claim.values(lease)):
            return db.session.get_one(OutgoingMail, mail_id, populate_existing=True)
    return None


def mark_sent(mail: OutgoingMail) -> None:
    """It left: the secrets of its links are not kept any longer than needed."""
    mail.state, mail.sent_at = MailState.SENT, utcnow()
    mail.next_attempt_at, mail.error = None, None
    mail.body = without_tokens(mail.body)


def without_tokens(text: str) -> str:
    """The text of a message with what its links prove left out."""
    return _TOKEN_IN_LINK.sub(r"\1…", text)


def mark_failed(mail: OutgoingMail, reason: str, *, for_good: bool = False) -> None:
    """It did not leave: try again later, or give up when that cannot help."""
    mail.error = reason[:300]
    mail.next_attempt_at = None if for_good else next_attempt(mail.attempts, utcnow())
    if mail.next_attempt_at is None:
        mail.state = MailState.FAILED


def note_unreachable(reason: str) -> None:
    """The server does not answer: everything waits as it was, and says why."""
    waiting = update(OutgoingMail).where(OutgoingMail.state == MailState.QUEUED)
    db.session.execute(waiting.values(error=reason[:300]))


def keep_waiting_mail() -> int:
    """Without a server, messages stay on the outbox page; returns how many."""
    waiting = update(OutgoingMail).where(OutgoingMail.state == MailState.QUEUED)
    return rows_changed(waiting.values(state=MailState.KEPT, next_attempt_at=None, error=None))


def send_again(mail: OutgoingMail) -> None:
    """Put a message that failed or was kept back in the queue. Raises DomainError for any other."""
    if mail.state not in (MailState.FAILED, MailState.KEPT):
        raise DomainError("Ce message est déjà parti ou en route.")
    mail.state, mail.attempts, mail.next_attempt_at = MailState.QUEUED, 0, None


def send_failed_again() -> int:
    """Put every failed message back in the queue; returns how many."""
    failed = update(OutgoingMail).where(OutgoingMail.state == MailState.FAILED)
    return rows_changed(failed.values(state=MailState.QUEUED, attempts=0, next_attempt_at=None))


def get_mail(mail_id: int) -> OutgoingMail:
    """One message; raises NotFound."""
    mail = db.session.get(OutgoingMail, mail_id)
    if mail is None:
        raise NotFound("Ce message n’existe pas.")
    return mail
