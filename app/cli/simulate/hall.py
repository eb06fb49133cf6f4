"""Customers at the tills: baskets, payments, second thoughts, an outage, an item sold twice."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

from app.cli.simulate.browser import Unexpected
from app.cli.simulate.journal import Money, Ticket
from app.cli.simulate.till import Till

SOLD_SHARE = 0.6
VOIDED_SHARE = 0.06


def sell(tills: list[Till], seed: int) -> None:
    """Sell most of what there is at all tills at once; the last till loses the network half-way."""
    codes = sorted(tills[0].prices)
    Random(seed).shuffle(codes)
    codes = codes[: int(len(codes) * SOLD_SHARE)]
    shares = [codes[number :: len(tills)] for number in range(len(tills))]
    with ThreadPoolExecutor(len(tills)) as hall:
        work = [
            hall.submit(_sell_share, till, share, Random(seed + till.number), outage=till is tills[-1])
            for till, share in zip(tills, shares, strict=True)
        ]
        for each in work:
            each.result()


def sell_one_twice(first: Till, second: Till) -> None:
    """Both tills are offline; one item goes through both. The later sale arrives first and still loses."""
    first.exchange.load_catalogue()
    second.exchange.load_catalogue()
    code = min(first.prices.keys() & second.prices.keys())
    first.sell([code], [_cash(first.prices[code])], online=False)
    time.sleep(0.01)
    second.sell([code], [Money("card", second.prices[code])], online=False)
    second.send()
    first.send()
    for till in (first, second):
        if code not in json.dumps(till.ping()["conflicts"]):
            raise Unexpected(f"la caisse C{till.number} n’apprend pas que {code} est vendu deux fois")


def _sell_share(till: Till, codes: list[str], random: Random, *, outage: bool) -> None:
    baskets = list(_baskets(codes, random))
    # From the second third to the end of it nothing reaches the server.
    dark = range(len(baskets) // 3, 2 * len(baskets) // 3) if outage else range(0)
    for number, basket in enumerate(baskets):
        ticket = till.sell(basket, payment(till, basket, random), online=number not in dark)
        if number == 0 or random.random() < VOIDED_SHARE:
            till.cancel(ticket, _some(ticket, random))
        if number == dark.stop - 1 and dark and not till.close_is_refused():
            raise Unexpected(f"caisse C{till.number} : fermée alors que des ventes attendent")
        if number not in dark:
            till.send()
    till.send_again()


def _baskets(codes: list[str], random: Random) -> Iterator[list[str]]:
    start = 0
    while start < len(codes):
        size = random.choices((1, 2, 3, 5), weights=(4, 4, 3, 1))[0]
        yield codes[start : start + size]
        start += size


def payment(till: Till, basket: list[str], random: Random) -> list[Money]:
    """How a customer pays these items."""
    total = sum(till.exchange.prices[code] for code in basket)
    match random.choices(("cash", "card", "cheque", "split"), weights=(5, 3, 1, 1))[0]:
        case "cash":
            return [_cash(total)]
        case "split" if total >= 200:
            return [_cash(total // 2), Money("card", total - total // 2)]
        case "cheque":
            return [Money("cheque", total)]
    return [Money("card", total)]


def _cash(total: int) -> Money:
    return Money("cash", total, -(-total // 1000) * 1000)


def _some(ticket: Ticket, random: Random) -> list[str]:
    """One item of a sale, or all of them."""
    codes = [code for code, _ in ticket.lines]
    return codes if random.random() < 0.3 else [random.choice(codes)]
