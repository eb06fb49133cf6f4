"""Who owns an item, and what is odd about a paid sale."""

import itertools
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deposits.models import ItemState
from app.sales.entries import InvalidEntry, SaleEntry, VoidEntry, read_entry
from app.sales.rules import (
    Claim,
    ItemFacts,
    Period,
    SessionFacts,
    owner_of,
    sale_flags,
    settled_time,
    time_flags,
    variance,
    void_flags,
)

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DAY = (Period(NOON - timedelta(hours=3), NOON + timedelta(hours=5), private=False),)
CODE, OTHER = "2602450346", "2602450443"


def sale(**changes: Any) -> dict[str, Any]:
    return {
        "v": 1,
        "kind": "sale",
        "uuid": str(uuid.UUID(int=1)),
        "till": 3,
        "seq": 7,
        "session": str(uuid.UUID(int=2)),
        "at": NOON.isoformat(),
        "clock": {"wall": NOON.isoformat(), "offset_ms": 0},
        "online": True,
        "lines": [{"code": CODE, "price": 450}, {"code": OTHER, "price": 200}],
        "payments": [{"method": "cash", "amount": 650, "tendered": 1000}],
        "total": 650,
        **changes,
    }


def void(**changes: Any) -> dict[str, Any]:
    entry = sale(kind="void", sale=str(uuid.UUID(int=1)), codes=[CODE], total=450, **changes)
    return {"refunds": [{"method": "cash", "amount": 450}], "reason": "", **entry}


def read(entry: dict[str, Any]) -> Any:
    return read_entry(json.dumps(entry))


claims = st.builds(
    Claim,
    sold_at=st.integers(0, 3).map(lambda s: NOON + timedelta(seconds=s)),
    till_number=st.integers(1, 3),
    seq=st.integers(1, 3),
    sale_uuid=st.sampled_from(["a", "b"]),
    line_id=st.integers(1, 99),
)


@given(st.lists(claims, min_size=1, max_size=5, unique=True))
def test_the_owner_does_not_depend_on_the_order_of_arrival(found: list[Claim]) -> None:
    assert len({owner_of(order) for order in itertools.permutations(found)}) == 1


def test_the_owner_is_the_first_then_the_lowest_till_seq_and_uuid() -> None:
    first = Claim(NOON, 2, 9, "b", 1)
    assert owner_of([Claim(NOON + timedelta(microseconds=1), 1, 1, "a", 2), first]) == first
    assert owner_of([first, Claim(NOON, 1, 99, "z", 3)]).line_id == 3
    assert owner_of([first, Claim(NOON, 2, 8, "z", 4)]).line_id == 4
    assert owner_of([first, Claim(NOON, 2, 9, "a", 5)]).line_id == 5
    assert owner_of([]) is None


def test_a_sale_and_a_void_are_read_as_they_were_written() -> None:
    entry = read(sale(online=False, clock={"wall": "x", "jump": True}))
    assert isinstance(entry, SaleEntry)
    assert (entry.total_cents, entry.offline, entry.jumped) == (650, True, True)
    assert entry.payments[0].tendered_cents == 1000
    entry = read(void())
    assert isinstance(entry, VoidEntry)
    assert entry.codes == (CODE,)


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 3},
        {"kind": "gift"},
        {"uuid": "not-a-uuid"},
        {"uuid": str(uuid.UUID(int=1)).upper() + "0"},
        {"seq": 0},
        {"seq": "7"},
        {"seq": True},
        {"seq": 2**40},
        {"at": "yesterday"},
        {"at": "2026-11-21T12:00:00"},
        {"at": 5},
        {"lines": []},
        {"lines": [{"code": CODE, "price": -1}]},
        {"lines": [{"code": CODE, "price": 4.5}]},
        {"lines": [{"code": "x" * 11, "price": 1}]},
        {"lines": ["x"]},
        {"payments": [{"method": "bitcoin", "amount": 650}]},
        {"payments": {}},
        {"total": None},
        {"clock": None},
    ],
)
def test_what_cannot_be_read_says_so(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidEntry):
        read(sale(**changes))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 5000, '"\\ud800"'])
def test_any_text_at_all_is_read_or_refused(text: str) -> None:
    with pytest.raises(InvalidEntry):
        read_entry(text)


def test_a_proper_sale_has_no_flag() -> None:
    facts = {CODE: ItemFacts(450, ItemState.ON_SALE), OTHER: ItemFacts(200, ItemState.SOLD)}
    entry = read(sale())
    assert sale_flags(entry, facts, 26) == []
    assert time_flags(entry, NOON + timedelta(seconds=2), SessionFacts(NOON, None), DAY) == []


@pytest.mark.parametrize(
    ("changes", "facts", "code"),
    [
        ({"total": 600, "payments": [{"method": "card", "amount": 600}]}, {}, "total_mismatch"),
        ({"payments": [{"method": "card", "amount": 600}]}, {}, "payment_mismatch"),
        ({"payments": [{"method": "cash", "amount": 650, "tendered": 600}]}, {}, "tendered_short"),
        ({}, {OTHER: None}, "unknown_code"),
        ({"lines": [{"code": "2502450372", "price": 650}]}, {}, "foreign_code"),
        ({}, {OTHER: ItemFacts(250, ItemState.ON_SALE)}, "price_mismatch"),
        ({}, {OTHER: ItemFacts(200, ItemState.WITHDRAWN)}, "not_on_sale"),
    ],
)
def test_what_is_odd_about_a_sale_is_flagged(
    changes: dict[str, Any], facts: dict[str, Any], code: str
) -> None:
    known = {CODE: ItemFacts(450, ItemState.ON_SALE), OTHER: ItemFacts(200, ItemState.ON_SALE), **facts}
    known = {key: value for key, value in known.items() if value}
    assert [flag.code for flag in sale_flags(read(sale(**changes)), known, 26)] == [code]


def test_odd_moments_are_flagged() -> None:
    def codes(at: datetime, received: datetime, session: SessionFacts | None) -> list[str]:
        return [flag.code for flag in time_flags(read(sale(at=at.isoformat())), received, session, DAY)]

    still_open = SessionFacts(NOON, None)
    assert codes(NOON, NOON, None) == ["unknown_session"]
    assert codes(NOON, NOON, SessionFacts(NOON, NOON)) == ["session_closed"]
    assert codes(NOON + timedelta(hours=1), NOON, still_open) == ["clock_ahead"]
    assert codes(NOON + timedelta(hours=7), NOON + timedelta(hours=8), still_open) == ["outside_period"]
    assert settled_time(NOON + timedelta(hours=1), NOON) == NOON


def test_odd_voids_are_flagged() -> None:
    def codes(sold_at: datetime, prices: dict[str, int | None], **changes: Any) -> list[str]:
        return [flag.code for flag in void_flags(read(void(**changes)), sold_at, prices)]

    assert codes(NOON - timedelta(minutes=4), {CODE: 450}) == []
    assert codes(NOON - timedelta(minutes=6), {CODE: 450}) == ["late_void"]
    assert codes(NOON, {CODE: None}) == ["already_void", "refund_mismatch"]
    assert codes(NOON, {OTHER: 450}) == ["not_in_sale", "refund_mismatch"]
    assert codes(NOON, {CODE: 400}) == ["refund_mismatch"]


def test_a_variance_names_only_the_methods_that_differ() -> None:
    assert variance({"cash": 5000, "card": 900}, {"cash": 4990, "card": 900, "cheque": 10}) == {
        "cash": -10,
        "cheque": 10,
    }
    assert variance({"cash": 1}, {"cash": 1, "card": 0}) == {}
