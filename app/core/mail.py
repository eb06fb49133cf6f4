"""Mail leaves through a table, so that a message is never lost with a queue or an SMTP server.

Services write an `OutgoingMail` in their own transaction; after the commit the caller asks the queue to
deliver (`jobs.queue.dispatch_mail`), and the scheduler picks up what was left behind.
"""

import enum
from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utcnow
from app.core.db import CodeString, Model, UtcDateTime, db, enum_column


class MailState(enum.StrEnum):
    """`kept`: there is no SMTP server, the message stays on the outbox page until somebody sends it again."""

    QUEUED = "queued"
    SENT = "sent"
    KEPT = "kept"
    FAILED = "failed"


class OutgoingMail(Model):
    __tablename__ = "outgoing_mail"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    recipient: Mapped[str] = mapped_column(CodeString(254), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    # A file in the data directory to attach, by its stored name (see app.operations.files).
    attachment: Mapped[str | None] = mapped_column(String(200))
    attachment_name: Mapped[str | None] = mapped_column(String(120))
    state: Mapped[MailState] = mapped_column(enum_column(MailState), default=MailState.QUEUED, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, index=True)
    # Before this moment nobody tries again: a pause after a failure, or a worker is sending it right now.
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def queue_mail(
    kind: str,
    recipient: str,
    subject: str,
    body: str,
    *,
    attachment: str | None = None,
    attachment_name: str | None = None,
) -> OutgoingMail:
    """Write a plain-text message to be sent after the caller's commit; line breaks never enter headers.

    It is not flushed here: an import writes hundreds of them at once.
    """
    mail = OutgoingMail(
        kind=kind,
        recipient=recipient,
        subject=" ".join(subject.split())[:200],
        body=body,
        attachment=attachment,
        attachment_name=attachment_name,
    )
    db.session.add(mail)
    return mail
