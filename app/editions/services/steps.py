"""Moving an edition from one state to the next, or back."""

from sqlalchemy import Select, select

from app.core import audit
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import NotFound
from app.editions.guard import hold
from app.editions.models import Edition, EditionState
from app.editions.rules import EditionFacts, check_step
from app.editions.services.creation import check_number


def lock_edition(edition_id: int) -> Edition:
    """The edition, its row locked until the end of the transaction: states and list numbers are given one
    at a time."""
    return _locked(select(Edition).where(Edition.id == edition_id).with_for_update())


def share_edition(edition_id: int) -> Edition:
    """The edition as it is now, held in its state until the end of the transaction: what depends on the state
    happens before or after a step, never across it. Taken before any other lock."""
    return _locked(select(Edition).where(Edition.id == edition_id).with_for_update(read=True))


def _locked(query: Select[Edition]) -> Edition:
    edition = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if edition is None:
        raise NotFound("Cette édition n’existe pas.")
    hold(db.session(), edition)
    return edition


def change_state(
    edition: Edition, target: EditionState, facts: EditionFacts, *, by_id: int, by_admin: bool
) -> None:
    """One step forward or back; `facts` were counted under the lock of `lock_edition`.

    Raises StepRefused with what is missing. An archived edition gives its number back, and takes it again
    only while it is free.
    """
    source = edition.state
    check_step(source, target, facts, by_admin=by_admin)
    if source is EditionState.ARCHIVED:
        check_number(edition.number, other_than=edition.id)
    edition.state, edition.state_changed_at = target, utcnow()
    edition.live_number = None if target is EditionState.ARCHIVED else edition.number
    db.session.flush()
    audit.record(
        "edition.state_changed",
        f"edition:{edition.id}",
        actor_id=by_id,
        source=source.value,
        target=target.value,
    )
