"""What the journal needs to know of a till, its edition and its sessions, in small frozen pieces."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import load_only

from app.core.db import db
from app.editions.guard import hold
from app.editions.models import READ_ONLY_STATES, Edition, EditionState, PeriodKind, SalePeriod
from app.sales.models import TillSession
from app.sales.rules import Period


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A device that proved who it is: its till, edition and secret.

    `vouched`: somebody of the team is still signed in on it (or nobody ever had to be, before revision 0002),
    until `vouched_until`.
    """

    device_id: int
    key_id: str
    secret: bytes
    till_id: int
    till_number: int
    training: bool
    edition_id: int
    revoked_at: datetime | None
    vouched: bool
    vouched_until: datetime | None


@dataclass(frozen=True, slots=True)
class EditionFacts:
    id: int
    number: int
    state: EditionState
    periods: tuple[Period, ...]

    @property
    def is_read_only(self) -> bool:
        return self.state in READ_ONLY_STATES


# Not its rulebook, which is long.
_NEEDED = (Edition.number, Edition.state, Edition.sale_starts_at, Edition.sale_ends_at)


def edition_facts(edition_id: int) -> EditionFacts:
    """The edition as sales need it. Without sale periods, the whole sale is one public period.

    Its row is locked in shared mode until the commit: an edition changes state before or after an entry.
    """
    edition = db.session.scalars(
        select(Edition)
        .options(load_only(*_NEEDED))
        .where(Edition.id == edition_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).one()
    hold(db.session(), edition)
    rows = db.session.execute(
        select(SalePeriod.starts_at, SalePeriod.ends_at, SalePeriod.kind).where(
            SalePeriod.edition_id == edition_id
        )
    )
    periods = tuple(Period(start, end, kind is PeriodKind.PRIVATE) for start, end, kind in rows)
    whole = Period(edition.sale_starts_at, edition.sale_ends_at, False)
    return EditionFacts(edition_id, edition.number, edition.state, periods or (whole,))


def lock_session(till_id: int, session_uuid: str) -> TillSession | None:
    """The session of this till with this uuid, as it is now and stays until the commit."""
    return db.session.scalars(
        select(TillSession)
        .where(TillSession.till_id == till_id, TillSession.uuid == session_uuid)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
