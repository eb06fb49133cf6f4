"""Sending the messages of alerts: each attempt is written down, and what did not leave is tried again."""

from datetime import timedelta

import structlog
from sqlalchemy import select, update

from app.core.clock import utcnow
from app.core.db import db, in_transaction, rows_changed
from app.monitoring.channels import ChannelSettings, NotDelivered, deliver
from app.monitoring.escalation import CHANNEL_WORDS
from app.monitoring.models import Alert, EventKind, Notice, NoticeState
from app.monitoring.services.judging import note
from app.operations.delivery import without_tokens

log = structlog.get_logger()
# Between one attempt and the next; after the last it is given up.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (30, 30, 60, 120, 300))
# A sender that dies over a message has had it for this long.
LEASE = timedelta(minutes=2)


def deliver_notices(settings: ChannelSettings) -> int:
    """Send whatever is due, the oldest first; returns how many left."""
    sent = 0
    while (notice := in_transaction(_claim)) is not None:
        try:
            deliver(notice.channel, notice.address, notice.subject, notice.body, settings)
        except NotDelivered as error:
            _note_failure(notice, error)
        else:
            _note_success(notice)
            sent += 1
    return sent


def _claim() -> Notice | None:
    """The caller commits before it sends, so that two never send the same."""
    now = utcnow()
    due = (Notice.state == NoticeState.QUEUED, Notice.next_attempt_at <= now)
    for notice_id in db.session.scalars(select(Notice.id).where(*due).order_by(Notice.id).limit(5)).all():
        claim = update(Notice).where(Notice.id == notice_id, *due)
        if rows_changed(claim.values(attempts=Notice.attempts + 1, next_attempt_at=now + LEASE)):
            return db.session.get_one(Notice, notice_id, populate_existing=True)
    return None


def _note_success(notice: Notice) -> None:
    log.info("notice.sent", notice=notice.id, channel=notice.channel, attempts=notice.attempts)

    def sent() -> None:
        row = db.session.get_one(Notice, notice.id)
        row.state, row.sent_at, row.error, row.body = NoticeState.SENT, utcnow(), "", without_tokens(row.body)

    in_transaction(sent)


def _note_failure(notice: Notice, error: NotDelivered) -> None:
    give_up = error.for_good or notice.attempts > len(PAUSES)
    line = log.bind(notice=notice.id, channel=notice.channel, attempts=notice.attempts)
    line.warning("notice.failed", reason=error.reason, given_up=give_up)

    def failed() -> None:
        row, now = db.session.get_one(Notice, notice.id), utcnow()
        row.error = error.reason[:300]
        if not give_up:
            row.next_attempt_at = now + PAUSES[row.attempts - 1]
            return
        row.state = NoticeState.FAILED
        for alert in db.session.scalars(select(Alert).where(Alert.id.in_(row.alert_ids))):
            note(
                alert,
                EventKind.NOT_DELIVERED,
                f"{CHANNEL_WORDS[row.channel]} à {row.name} : pas parti. {error.reason}",
                now,
            )

    in_transaction(failed)
