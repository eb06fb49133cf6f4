"""Every depositor's payout as it was computed, beside what it would be now: one query."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    Select,
    Subquery,
    bindparam,
    exists,
    func,
    or_,
    select,
)

from app.accounts.models import User
from app.core.db import db
from app.core.errors import NotFound
from app.core.search import alphabetical
from app.deposits.list_rules import list_fee_cents
from app.deposits.models import Item, ItemList, ItemState, Registration
from app.editions.models import Edition, ListKind
from app.editions.rulebook import Rulebook
from app.payouts.models import Payout, PayoutAdjustment, PayoutMethod, PayoutState
from app.payouts.rules import (
    APPROVABLE,
    Figures,
    PayoutAmounts,
    compute_payout,
    is_final,
    slip_holds,
)
from app.sales.models import LineState, SaleLine

# A list counts for its fee once one of its items was taken into the sale, whatever became of it; what
# never came, or was refused whole at the desk, costs nothing.
DEPOSITED = (
    ItemState.ON_SALE,
    ItemState.SOLD,
    ItemState.UNSOLD,
    ItemState.RETURNED,
    ItemState.DONATED,
    ItemState.WITHDRAWN,
    ItemState.MISSING,
)


@dataclass(frozen=True)
class LedgerRow:
    """A depositor's payout: `stored` as computed (None: à calculer), `current` by the sales of the moment.

    `numbers` are the numbers of the lists deposited, `lists` how many there are.
    """

    registration_id: int
    last_name: str
    first_name: str
    email: str
    list_kind: ListKind
    numbers: tuple[int, ...]
    lists: int
    payout_id: int | None
    state: PayoutState | None
    stored: Figures | None
    current: Figures
    computed_at: datetime | None
    method: PayoutMethod | None
    cheque_number: str | None
    paid_at: datetime | None
    slip_file: str | None

    @property
    def name(self) -> str:
        return f"{self.last_name} {self.first_name}".strip()

    @property
    def is_stale(self) -> bool:
        return self.stored is not None and self.stored != self.current

    @property
    def is_approvable(self) -> bool:
        return self.state in APPROVABLE and not self.is_stale

    @property
    def has_good_slip(self) -> bool:
        return bool(self.slip_file) and slip_holds(self.state, self.is_stale)

    @property
    def is_final(self) -> bool:
        return is_final(self.state, self.shown.amounts.net, self.is_stale)

    @property
    def difference_cents(self) -> int:
        """What is due now less what was computed; zero when nothing was."""
        return self.current.amounts.net - self.stored.amounts.net if self.stored else 0

    @cached_property
    def shown(self) -> Figures:
        """The computed figures, or those of the moment while there are none."""
        return self.stored or self.current


def ledger(edition: Edition, registration_ids: Collection[int] | None = None) -> list[LedgerRow]:
    """The payouts of an edition by name, or of these registrations only.

    A registration belongs to it once it deposited something, or has a correction or a payout.
    """
    book = edition.rulebook
    values: dict[str, Any] = {"edition_id": edition.id}
    if registration_ids is not None:
        values["ids"] = list(registration_ids)
    rows = db.session.execute(_statement(narrowed="ids" in values), values)
    return [_row(book, edition.commission_bp, row) for row in rows]


def get_ledger_row(edition: Edition, registration_id: int) -> LedgerRow:
    """One line of the ledger; raises NotFound, also for another edition's registration."""
    rows = ledger(edition, [registration_id])
    if not rows:
        raise NotFound("Ce déposant n’a rien déposé dans cette édition : il n’a pas de reversement.")
    return rows[0]


def belongs_to_ledger() -> ColumnElement[bool]:
    """Whether a registration has a payout to make or made."""
    deposited = exists().where(
        ItemList.registration_id == Registration.id, Item.list_id == ItemList.id, Item.state.in_(DEPOSITED)
    )
    corrected = exists().where(PayoutAdjustment.registration_id == Registration.id)
    return or_(Payout.id.is_not(None), deposited, corrected)


_EDITION_ID: BindParameter[int] = bindparam("edition_id")
_IDS: BindParameter[Collection[int]] = bindparam("ids", expanding=True)


@cache
def _statement(*, narrowed: bool) -> Select[Any]:
    """The query of an edition, or narrowed to the registrations `ids`; put together once, for a depositor's
    pages spend more on that than on running it."""
    sold, lists, adjustments = _sold(narrowed), _lists(narrowed), _adjustments(narrowed)
    statement = (
        select(
            Registration.id,
            Registration.list_kind,
            User.last_name,
            User.first_name,
            User.email,
            Payout,
            func.coalesce(sold.c.sold_count, 0).label("sold_count"),
            func.coalesce(sold.c.gross, 0).label("gross"),
            func.coalesce(lists.c.lists, 0).label("lists"),
            lists.c.numbers,
            func.coalesce(adjustments.c.total, 0).label("adjustments"),
        )
        .join(User, User.id == Registration.user_id)
        .outerjoin(Payout, Payout.registration_id == Registration.id)
        .outerjoin(sold, sold.c.registration_id == Registration.id)
        .outerjoin(lists, lists.c.registration_id == Registration.id)
        .outerjoin(adjustments, adjustments.c.registration_id == Registration.id)
        .where(Registration.edition_id == _EDITION_ID)
        .where(or_(Payout.id.is_not(None), lists.c.lists > 0, adjustments.c.total.is_not(None)))
        .order_by(alphabetical(User.last_name), alphabetical(User.first_name), Registration.id)
        .execution_options(populate_existing=True)
    )
    return statement.where(Registration.id.in_(_IDS)) if narrowed else statement


def _sold(narrowed: bool) -> Subquery:
    statement = (
        select(
            ItemList.registration_id,
            func.count().label("sold_count"),
            func.sum(SaleLine.price_cents).label("gross"),
        )
        .select_from(ItemList)
        .join(Item, Item.list_id == ItemList.id)
        .join(SaleLine, SaleLine.active_item_id == Item.id)
        .group_by(ItemList.registration_id)
    )
    if narrowed:
        # A line that owns its item is active: by the items, the lines of a few depositors are found at once.
        statement = statement.where(ItemList.registration_id.in_(_IDS))
    else:
        statement = statement.where(SaleLine.edition_id == _EDITION_ID, SaleLine.state == LineState.ACTIVE)
    return statement.subquery()


def _lists(narrowed: bool) -> Subquery:
    holds_items = exists().where(Item.list_id == ItemList.id, Item.state.in_(DEPOSITED))
    statement = (
        select(
            ItemList.registration_id,
            func.count().label("lists"),
            func.group_concat(ItemList.number.distinct()).label("numbers"),
        )
        .where(ItemList.edition_id == _EDITION_ID, holds_items)
        .group_by(ItemList.registration_id)
    )
    return (statement.where(ItemList.registration_id.in_(_IDS)) if narrowed else statement).subquery()


def _adjustments(narrowed: bool) -> Subquery:
    statement = (
        select(PayoutAdjustment.registration_id, func.sum(PayoutAdjustment.amount_cents).label("total"))
        .where(PayoutAdjustment.edition_id == _EDITION_ID)
        .group_by(PayoutAdjustment.registration_id)
    )
    return (statement.where(PayoutAdjustment.registration_id.in_(_IDS)) if narrowed else statement).subquery()


def _row(book: Rulebook, commission_bp: int, row: Row[Any]) -> LedgerRow:
    payout: Payout | None = row.Payout
    fees = list_fee_cents(book, row.list_kind, int(row.lists))
    amounts = compute_payout(int(row.gross), commission_bp, fees, [int(row.adjustments)])
    return LedgerRow(
        registration_id=row.id,
        last_name=row.last_name,
        first_name=row.first_name,
        email=row.email,
        list_kind=row.list_kind,
        numbers=tuple(sorted(int(number) for number in (row.numbers or "").split(",") if number)),
        lists=int(row.lists),
        payout_id=payout.id if payout else None,
        state=payout.state if payout else None,
        stored=_stored(payout) if payout else None,
        current=Figures(int(row.sold_count), amounts),
        computed_at=payout.computed_at if payout else None,
        method=payout.method if payout else None,
        cheque_number=payout.cheque_number if payout else None,
        paid_at=payout.paid_at if payout else None,
        slip_file=payout.slip_file if payout else None,
    )


def _stored(payout: Payout) -> Figures:
    amounts = PayoutAmounts(
        gross=payout.gross_cents,
        commission=payout.commission_cents,
        fees=payout.fees_cents,
        adjustments=payout.adjustments_cents,
        net=payout.net_cents,
        shortfall=payout.shortfall_cents,
    )
    return Figures(payout.sold_count, amounts)
