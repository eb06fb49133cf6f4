"""The books as they must be, computed from what was done and from the rules, not from the application.

Rules: 1-product.md (Tills and sales, Payouts). An item sold twice belongs to the earliest sale; commission is
20 % of the gross, half-up to the cent, once per depositor; lists 1000 cost 1 € each, taken from the payout.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from app.cli.simulate.cast import Depositor
from app.cli.simulate.journal import Ticket
from app.cli.simulate.till import Till

COMMISSION_PERCENT = 20
FEE_PER_LIST = {"standard": 0, "1000": 100}


@dataclass(frozen=True)
class Share:
    """What one depositor is due, in cents."""

    sold: int
    gross: int
    commission: int
    fees: int
    adjustments: int
    net: int
    shortfall: int


@dataclass(frozen=True)
class Ledger:
    """`payments` by method with refunds deducted; `twice`: items paid once more than they exist."""

    payments: dict[str, int]
    sold_count: int
    sold_cents: int
    twice_count: int
    twice_cents: int
    shares: dict[str, Share]


def keep_books(tills: Sequence[Till], depositors: Sequence[Depositor]) -> Ledger:
    winners, losers = _settle(tills)
    by_list: dict[int, list[int]] = defaultdict(list)
    for code, cents in winners:
        by_list[int(code[2:6])].append(cents)
    payments = {method: sum(till.taken()[method] for till in tills) for method in ("cash", "card", "cheque")}
    return Ledger(
        payments,
        len(winners),
        sum(cents for _, cents in winners),
        len(losers),
        sum(cents for _, cents in losers),
        {each.person.email: _share(each, by_list) for each in depositors},
    )


def _settle(tills: Sequence[Till]) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Lines that own their item, and lines paid for an item that was gone, as (code, cents)."""
    voided = {
        (void.ticket, code) for till in tills for void in till.journal.cancellations for code in void.codes
    }
    claims: dict[str, list[tuple[Ticket, int]]] = defaultdict(list)
    for till in tills:
        for ticket in till.journal.tickets:
            for code, cents in ticket.lines:
                if (ticket.uuid, code) not in voided:
                    claims[code].append((ticket, cents))
    winners, losers = [], []
    for code, rivals in claims.items():
        rivals.sort(key=lambda rival: (rival[0].at, rival[0].till, rival[0].seq, rival[0].uuid))
        winners.append((code, rivals[0][1]))
        losers += [(code, cents) for _, cents in rivals[1:]]
    return winners, losers


def _share(depositor: Depositor, by_list: dict[int, list[int]]) -> Share:
    prices = [cents for number in depositor.numbers for cents in by_list.get(number, [])]
    gross = sum(prices)
    commission = (gross * COMMISSION_PERCENT + 50) // 100
    deposited = sum(any(item.accepted for item in each.items) for each in depositor.lists)
    fees = FEE_PER_LIST[depositor.kind] * deposited
    balance = gross - commission - fees + depositor.adjustment_cents
    return Share(
        len(prices), gross, commission, fees, depositor.adjustment_cents, max(0, balance), max(0, -balance)
    )
