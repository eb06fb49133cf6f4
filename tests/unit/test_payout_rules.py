"""What a depositor is owed, to the cent."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.payouts.models import PayoutState
from app.payouts.rules import PayoutAmounts, SlipOutdated, check_slip, compute_payout


def test_an_ordinary_payout():
    assert compute_payout(12_350, 2_000, 100, [250, -50]) == PayoutAmounts(
        gross=12_350, commission=2_470, fees=100, adjustments=200, net=9_980, shortfall=0
    )


@pytest.mark.parametrize(
    ("gross", "rate", "commission"), [(1, 5_000, 1), (3, 1_500, 0), (5, 1_000, 1), (10, 1_250, 1)]
)
def test_the_commission_is_rounded_half_up(gross, rate, commission):
    assert compute_payout(gross, rate, 0, []).commission == commission


def test_fees_above_sales_leave_a_shortfall_and_pay_nothing():
    amounts = compute_payout(300, 2_000, 500, [])
    assert (amounts.net, amounts.shortfall) == (0, 260)


@pytest.mark.parametrize(("gross", "rate", "fees"), [(-1, 0, 0), (0, -1, 0), (0, 10_001, 0), (0, 0, -1)])
def test_impossible_amounts_are_defects(gross, rate, fees):
    with pytest.raises(ValueError, match="not negative"):
        compute_payout(gross, rate, fees, [])


@given(
    gross=st.integers(0, 10_000_000),
    rate=st.integers(0, 10_000),
    fees=st.integers(0, 10_000),
    adjustments=st.lists(st.integers(-100_000, 100_000), max_size=5),
)
def test_amounts_always_balance(gross, rate, fees, adjustments):
    paid = compute_payout(gross, rate, fees, adjustments)
    assert paid.gross - paid.commission - paid.fees + paid.adjustments == paid.net - paid.shortfall
    assert min(paid.net, paid.shortfall) == 0
    assert paid.commission == int(Fraction(gross * rate, 10_000) + Fraction(1, 2))
    assert 0 <= paid.commission <= paid.gross


def test_a_slip_holds_until_its_figures_change_unless_it_says_what_was_paid():
    check_slip(PayoutState.APPROVED, stale=False)
    check_slip(PayoutState.PAID, stale=True)
    with pytest.raises(SlipOutdated):
        check_slip(PayoutState.SLIP_READY, stale=True)
