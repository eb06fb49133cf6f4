"""How a refund is shared between payment methods. Pure; all amounts in cents.

1-product.md: the refund is recorded by method. As it was paid unless said otherwise; by card or cheque never
more than the customer paid that way, in cash whatever is to be given back.
"""

import enum
from collections.abc import Mapping

from app.core.errors import DomainError
from app.core.money import format_euros
from app.sales.models import PAYMENT_LABELS, PaymentMethod

Amounts = Mapping[PaymentMethod, int]


class RefundWay(enum.StrEnum):
    AS_PAID = "as_paid"
    CASH = "cash"
    SPLIT = "split"


class RefundMismatch(DomainError):
    """The parts typed are not the price of what is given back."""

    def __init__(self, due: int, typed: int) -> None:
        super().__init__(
            f"Il faut rendre {format_euros(due)} en tout ; les sommes tapées font {format_euros(typed)}.",
            "way",
        )


class RefundTooLarge(DomainError):
    """More by card or cheque than was paid that way."""

    def __init__(self, method: PaymentMethod, left: int) -> None:
        how = PAYMENT_LABELS[method].lower()
        super().__init__(
            f"Par {how}, le client a payé {format_euros(left)} : rendez le reste en espèces.", method.value
        )


def share_refund(way: RefundWay, due: int, left: Amounts, typed: Amounts) -> dict[PaymentMethod, int]:
    """What to give back by method; methods that give nothing are left out.

    `due`: the price of what comes back; `left`: paid by method and not given back yet; `typed`: the parts
    of RefundWay.SPLIT. Raises RefundMismatch, RefundTooLarge.
    """
    if way is RefundWay.CASH:
        return {PaymentMethod.CASH: due} if due else {}
    if way is RefundWay.AS_PAID:
        return refund_as_paid(due, left)
    parts = {method: typed.get(method, 0) for method in PaymentMethod if typed.get(method, 0)}
    if sum(parts.values()) != due or min(parts.values(), default=0) < 0:
        raise RefundMismatch(due, sum(parts.values()))
    for method, part in parts.items():
        if method is not PaymentMethod.CASH and part > max(0, left.get(method, 0)):
            raise RefundTooLarge(method, max(0, left.get(method, 0)))
    return parts


def refund_as_paid(due: int, left: Amounts) -> dict[PaymentMethod, int]:
    """Cash first, then card, then cheque, up to what is left of each; the rest in cash (as at the till)."""
    parts: dict[PaymentMethod, int] = {}
    rest = due
    for method in PaymentMethod:
        part = min(rest, max(0, left.get(method, 0)))
        if part:
            parts[method] = part
        rest -= part
    if rest:
        # Paid by card, an earlier part given back in cash: what no method covers is cash too.
        parts[PaymentMethod.CASH] = parts.get(PaymentMethod.CASH, 0) + rest
    return parts
