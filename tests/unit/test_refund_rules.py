"""How a refund is shared between payment methods, to the cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sales.models import PaymentMethod
from app.sales.refund_rules import RefundMismatch, RefundTooLarge, RefundWay, refund_as_paid, share_refund

CASH, CARD, CHEQUE = PaymentMethod
CENTS = st.integers(0, 50_000)
AMOUNTS = st.dictionaries(st.sampled_from(PaymentMethod), CENTS)


@pytest.mark.parametrize(
    ("left", "due", "parts"),
    [
        ({CASH: 900}, 450, {CASH: 450}),
        ({CARD: 900}, 450, {CARD: 450}),
        ({CASH: 300, CARD: 600}, 450, {CASH: 300, CARD: 150}),
        # An earlier part of a card payment was given back in cash: the card still covers the rest.
        ({CASH: -450, CARD: 900}, 450, {CARD: 450}),
        # More than was paid (a receipt whose payments were short): in cash, and never by card.
        ({CARD: 300}, 450, {CASH: 150, CARD: 300}),
        ({CASH: 900}, 0, {}),
    ],
)
def test_as_paid_gives_back_the_same_way(left, due, parts) -> None:
    assert share_refund(RefundWay.AS_PAID, due, left, {}) == parts


def test_all_in_cash_asks_nothing() -> None:
    assert share_refund(RefundWay.CASH, 450, {CARD: 450}, {}) == {CASH: 450}
    assert share_refund(RefundWay.CASH, 0, {CARD: 450}, {}) == {}


def test_sums_typed_must_make_what_is_due() -> None:
    left = {CARD: 900}
    assert share_refund(RefundWay.SPLIT, 450, left, {CARD: 200, CASH: 250}) == {CASH: 250, CARD: 200}
    for typed in ({CARD: 200}, {CARD: 500}, {}, {CARD: 500, CASH: -50}):
        with pytest.raises(RefundMismatch):
            share_refund(RefundWay.SPLIT, 450, left, typed)


def test_no_more_by_card_or_cheque_than_was_paid_that_way() -> None:
    with pytest.raises(RefundTooLarge) as refusal:
        share_refund(RefundWay.SPLIT, 450, {CASH: 100, CARD: 350}, {CARD: 450})
    assert refusal.value.field == "card"
    assert "3,50" in refusal.value.message
    with pytest.raises(RefundTooLarge):
        share_refund(RefundWay.SPLIT, 450, {CASH: 450, CHEQUE: -50}, {CHEQUE: 450})


@given(paid=AMOUNTS, due=CENTS, way=st.sampled_from([RefundWay.AS_PAID, RefundWay.CASH]))
def test_every_refund_is_whole_and_no_card_gives_more_than_it_took(paid, due, way) -> None:
    parts = share_refund(way, due, paid, {})
    assert sum(parts.values()) == due
    assert all(cents > 0 for cents in parts.values())
    assert all(parts.get(method, 0) <= paid.get(method, 0) for method in (CARD, CHEQUE))


@given(prices=st.lists(st.integers(1, 5_000), min_size=1, max_size=8), data=st.data())
def test_a_sale_taken_back_line_by_line_ends_at_zero(prices, data) -> None:
    """However it was paid and in whatever pieces it comes back, all is given back, and by card and cheque
    never more than was paid so."""
    total = sum(prices)
    card = data.draw(st.integers(0, total))
    cheque = data.draw(st.integers(0, total - card))
    left = {CASH: total - card - cheque, CARD: card, CHEQUE: cheque}
    for price in prices:
        way = data.draw(st.sampled_from([RefundWay.AS_PAID, RefundWay.CASH]))
        for method, cents in share_refund(way, price, left, {}).items():
            left[method] -= cents
    assert sum(left.values()) == 0
    assert left[CARD] >= 0
    assert left[CHEQUE] >= 0


@given(paid=AMOUNTS, due=CENTS)
def test_what_is_left_is_used_before_cash_is_taken_from_elsewhere(paid, due) -> None:
    parts = refund_as_paid(due, paid)
    if due <= sum(paid.values()):
        assert all(cents <= paid.get(method, 0) for method, cents in parts.items())
