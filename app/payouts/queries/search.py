"""The ledger a page at a time, by name, number or state."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select

from app.accounts.models import User
from app.core.db import db
from app.core.search import alphabetical, contains
from app.deposits.models import ItemList, Registration
from app.editions.models import Edition
from app.payouts.models import PAYOUT_STATE_LABELS, Payout, PayoutState
from app.payouts.queries.ledger import LedgerRow, belongs_to_ledger, ledger

PAGE_SIZE = 50
# As in the address; "stale" cuts across the states.
STATE_FILTERS = {
    "": "Tous",
    "todo": "À calculer",
    **{state.value: label for state, label in PAYOUT_STATE_LABELS.items()},
    "stale": "À recalculer",
}


@dataclass(frozen=True)
class LedgerPage:
    """One page of what was found: rows, its number from 1, how many pages, how many depositors."""

    rows: list[LedgerRow]
    page: int
    pages: int
    count: int


def search_ledger(
    edition: Edition, typed: str = "", state: str = "", page: int = 1, size: int | None = PAGE_SIZE
) -> LedgerPage:
    """Depositors by name whose name, e-mail or list number holds what was typed, in one of STATE_FILTERS.

    An unknown state means all; a page out of range is brought back into it; `size` None: everything.
    """
    conditions = [
        Registration.edition_id == edition.id,
        belongs_to_ledger(),
        *_filters(edition, typed, state),
    ]
    found = (
        select(Registration.id)
        .join(User, User.id == Registration.user_id)
        .outerjoin(Payout, Payout.registration_id == Registration.id)
        .where(*conditions)
    )
    count = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    pages = max(1, -(-count // size)) if size else 1
    page = min(max(1, page), pages)
    ordered = found.order_by(alphabetical(User.last_name), alphabetical(User.first_name), Registration.id)
    if size:
        ordered = ordered.limit(size).offset((page - 1) * size)
    return LedgerPage(ledger(edition, list(db.session.scalars(ordered))), page, pages, count)


def _filters(edition: Edition, typed: str, state: str) -> list[ColumnElement[bool]]:
    filters = []
    if typed.strip():
        filters.append(_matches(typed.strip()))
    if state == "todo":
        filters.append(Payout.id.is_(None))
    elif state == "stale":
        stale = [row.registration_id for row in ledger(edition) if row.is_stale]
        filters.append(Registration.id.in_(stale))
    elif state in set(PayoutState):
        filters.append(Payout.state == PayoutState(state))
    return filters


def _matches(typed: str) -> ColumnElement[bool]:
    words = [contains(User.last_name + " " + User.first_name + " " + User.email, typed)]
    words.append(contains(User.first_name + " " + User.last_name, typed))
    if typed.isdecimal() and len(typed) <= 4:
        numbers = select(ItemList.registration_id).where(ItemList.number == int(typed))
        words.append(Registration.id.in_(numbers))
    return or_(*words)
