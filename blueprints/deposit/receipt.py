"""The receipt of a deposit, from what the database holds."""

from app.core.codes import short_number
from app.core.dates import date_long, hours_between
from app.deposits.models import CheckIn, ItemState, ListState, Registration
from app.deposits.queries.lists import pickup_time
from app.deposits.wording import item_words
from app.documents.deposit_receipt import DepositReceipt, ReceiptList, RefusedItem
from app.editions.models import Edition
from app.labels.wording import colour_of


def build_receipt(edition: Edition, registration: Registration, check_in: CheckIn) -> DepositReceipt:
    """What was taken in, what was handed back and why."""
    book = edition.rulebook
    lists, refused = [], []
    for one in registration.lists:
        items = [item for item in one.items if item.position > 0]
        if one.state is not ListState.VALIDATED or one.number is None or not items:
            continue
        handed_back = [item for item in items if item.state is ItemState.REFUSED]
        taken = [item for item in items if item.state is not ItemState.REFUSED]
        lists.append(
            ReceiptList(
                number=one.number,
                colour_hex=colour_of(book, one.number)[0],
                accepted=len(taken),
                refused=len(handed_back),
                accepted_cents=sum(item.price_cents for item in taken),
            )
        )
        refused += [
            RefusedItem(
                short_number(one.number, item.line), item_words(book, item).title, item.state_reason or ""
            )
            for item in handed_back
        ]
    return DepositReceipt(
        edition_name=edition.name,
        place=edition.place,
        depositor_name=registration.user.full_name,
        slot=registration.slot.label if registration.slot else "sans créneau",
        late=check_in.late,
        lists=tuple(lists),
        refused=tuple(refused),
        identity_checked=check_in.identity_checked,
        envelope_checked=check_in.envelope_checked,
        volunteers=(check_in.first_volunteer, check_in.second_volunteer),
        signature_path=check_in.signature_path,
        pick_up=_pick_up(registration),
        deposited_at=check_in.completed_at,
    )


def _pick_up(registration: Registration) -> str:
    time = pickup_time(registration.edition_id, registration.list_kind)
    if time is None:
        return "le jour sera annoncé"
    return f"{date_long(time.starts_at)}, {hours_between(time.starts_at, time.ends_at)}"
