"""How much a depositor is owed. Pure, integer cents."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.money import share_half_up


@dataclass(frozen=True)
class PayoutAmounts:
    """All in cents. `net` is never negative; what it would lack to reach zero is `shortfall`, so that
    gross − commission − fees + adjustments = net − shortfall."""

    gross: int
    commission: int
    fees: int
    adjustments: int
    net: int
    shortfall: int


def compute_payout(
    gross_cents: int, commission_bp: int, fees_cents: int, adjustments: Sequence[int] = ()
) -> PayoutAmounts:
    """The payout of one depositor: gross sales, less the commission (basis points of the gross, rounded
    half-up to the cent once, on the total), less the fees, plus signed adjustments; floored at zero.

    ValueError when an amount that cannot be negative is, or when the rate is above 100 %.
    """
    if gross_cents < 0 or fees_cents < 0 or not 0 <= commission_bp <= 10_000:
        raise ValueError("gross and fees are not negative, the rate is between 0 and 10000 basis points")
    commission = share_half_up(gross_cents, commission_bp)
    adjusted = sum(adjustments)
    balance = gross_cents - commission - fees_cents + adjusted
    return PayoutAmounts(
        gross=gross_cents,
        commission=commission,
        fees=fees_cents,
        adjustments=adjusted,
        net=max(0, balance),
        shortfall=max(0, -balance),
    )
