"""A closed edition is read-only for everybody: this is the one place that sees to it."""

from functools import cache
from typing import Any

from sqlalchemy import Table, event, select
from sqlalchemy.orm import ORMExecuteState, PassiveFlag, Session, SessionTransaction
from sqlalchemy.orm.attributes import History, get_history

from app.core.db import Base
from app.core.errors import DomainError
from app.editions.models import READ_ONLY_STATES, Edition, EditionOwned, EditionState

# States of the editions that the transaction under way holds locked, by id.
_HELD = "editions held in their state"


class EditionIsClosed(DomainError):
    """Something of a closed or archived edition was about to change."""

    def __init__(self) -> None:
        super().__init__("Cette édition est clôturée : elle se consulte, mais ne se modifie plus.")


@event.listens_for(Session, "before_flush")
def refuse_changes_to_closed_editions(session: Session, *_: object) -> None:
    """Look at what is about to be written; rows of a closed edition stop the whole transaction.

    The edition row itself may change only by a transition, which is recognised by its state changing.
    """
    touched: set[int] = set()
    # The session makes these sets anew each time it is asked.
    new, dirty = session.new, session.dirty
    for row in (*new, *session.deleted, *dirty):
        if row in dirty and not session.is_modified(row):
            continue
        if isinstance(row, EditionOwned):
            touched |= _editions_of(session, row)
        elif isinstance(row, Edition) and row not in new:
            _refuse_edit_of_closed(row)
    if touched and _any_closed(session, touched):
        raise EditionIsClosed


def _editions_of(session: Session, row: Any) -> set[int]:
    """The edition a row belongs to, and the one it is taken away from, however each was said."""
    history = _history(row, "edition_id")
    said = {*history.added, *history.unchanged, *history.deleted}
    related = row.__dict__.get("edition")
    if related is not None:
        said.add(related.id)
    if not said:
        with session.no_autoflush:
            said.add(row.edition_id)
    return {edition_id for edition_id in said if edition_id is not None}


def _history(row: object, attribute: str) -> History:
    """What it is and was, as far as that is known without asking the database."""
    return get_history(row, attribute, PassiveFlag.PASSIVE_NO_INITIALIZE)


def _refuse_edit_of_closed(edition: Edition) -> None:
    history = _history(edition, "state")
    if not history.has_changes() and edition.state in READ_ONLY_STATES:
        raise EditionIsClosed


def _any_closed(session: Session, edition_ids: set[int]) -> bool:
    """Whether one of these is closed now, not when this session last read it: each is held in its state until
    the transaction ends."""
    held: dict[int, EditionState] = session.info.setdefault(_HELD, {})
    missing = edition_ids - held.keys()
    if missing:
        with session.no_autoflush:
            rows = session.execute(
                select(Edition.id, Edition.state).where(Edition.id.in_(missing)).with_for_update(read=True)
            )
            held.update((row.id, row.state) for row in rows)
    return any(held.get(edition_id) in READ_ONLY_STATES for edition_id in edition_ids)


def hold(session: Session, edition: Edition) -> None:
    """This transaction has the row of this edition locked and just read: the guard need not ask again."""
    session.info.setdefault(_HELD, {})[edition.id] = edition.state


@event.listens_for(Session, "after_transaction_end")
def forget_held_editions(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_HELD, None)


@event.listens_for(Session, "do_orm_execute")
def refuse_bulk_changes_to_closed_editions(state: ORMExecuteState) -> None:
    """Bulk UPDATE, INSERT and DELETE pass no flush: they name their edition as an execution option, and a
    KeyError tells the author who forgot it.

    `db.session.execute(update(Item)…, execution_options={"edition_id": 3})`
    """
    if not (state.is_update or state.is_insert or state.is_delete):
        return
    table = getattr(state.statement, "table", None)
    if table is None or table.name not in _guarded_tables():
        return
    if _any_closed(state.session, {state.execution_options["edition_id"]}):
        raise EditionIsClosed


@cache
def _guarded_tables() -> frozenset[str]:
    owned = [each.local_table for each in Base.registry.mappers if issubclass(each.class_, EditionOwned)]
    names = {table.name for table in owned if isinstance(table, Table)}
    return frozenset({Edition.__tablename__} | names)
