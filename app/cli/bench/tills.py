"""Tills at work beside the measured server: opened by volunteers of their own, sales written beforehand.

They are the tills of `./bourse simulate`: a journal numbered, signed and sent as the page does.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from random import Random

from sqlalchemy import func, select

from app.accounts.models import Role
from app.accounts.services import create_user
from app.cli.bench.data import sign_in
from app.cli.demo.selling import count_and_close
from app.cli.simulate.browser import Browser
from app.cli.simulate.journal import Money
from app.cli.simulate.till import Till
from app.cli.support.server import PrivateServer
from app.core.db import db
from app.core.errors import DomainError
from app.deposits.models import Item, ItemState
from app.editions.models import Edition
from app.editions.queries import list_tills
from app.editions.services.settings import set_tills
from app.sales.models import JournalEntry, LineState, Sale, SaleLine, TillSession, Verdict

FLOAT_CENTS = 100_00


def man_tills(edition: Edition, count: int) -> list[tuple[int, int, str]]:
    """So many closed tills, each with a volunteer: id, number and cookie; commits."""
    for session in db.session.scalars(select(TillSession).where(TillSession.open_till_id.is_not(None))):
        count_and_close(session)
    set_tills(edition, max(count, len(list_tills(edition.id)) - 1), in_use=set())
    posts = []
    for till in [till for till in list_tills(edition.id) if not till.training][:count]:
        person = create_user(f"caisse{till.number}@bench.example.org", Role.VOLUNTEER, "Odile", "Marchand")
        posts.append((till.id, till.number, sign_in(person)))
    db.session.commit()
    return posts


def open_tills(bourse: PrivateServer, edition: Edition, count: int) -> list[Till]:
    """Tills opened on the running server, their catalogues loaded."""
    tills = []
    for till_id, number, cookie in man_tills(edition, count):
        till = Till(Browser(bourse.url, {"session": cookie}), till_id, number)
        till.open(FLOAT_CENTS)
        tills.append(till)
    return tills


def codes_on_sale(edition: Edition) -> Iterator[str]:
    """Codes of everything on sale, in no order; each is dealt once."""
    on_sale = select(Item.code).where(Item.edition_id == edition.id, Item.state == ItemState.ON_SALE)
    codes = [code for code in db.session.scalars(on_sale.order_by(Item.code)) if code]
    db.session.rollback()  # the server must be able to write
    Random(8).shuffle(codes)
    return iter(codes)


def write_sales(till: Till, codes: Iterator[str], sales: int, items: int) -> None:
    """Sales kept at a till as without a network: so many, of so many items each, paid exactly in cash."""
    for _ in range(sales):
        basket = list(islice(codes, items))
        if len(basket) < items:
            raise DomainError("L’édition mesurée n’a pas assez d’articles en vente.")
        total = sum(till.exchange.prices[code] for code in basket)
        till.sell(basket, [Money("cash", total, total)], online=False)


def at_once(tills: Sequence[Till], work: Callable[[Till], object]) -> float:
    """All tills work at the same time; seconds until the last is done. Raises what went wrong at one."""
    with ThreadPoolExecutor(len(tills)) as hall:
        start = time.perf_counter()
        for done in [hall.submit(work, till) for till in tills]:
            done.result()
        return time.perf_counter() - start


def check_confirmed_once(tills: Sequence[Till], items: int) -> None:
    """Every sale the tills wrote is in the database once, with its items, confirmed. Raises DomainError."""
    for till in tills:
        uuids = [ticket.uuid for ticket in till.journal.tickets]
        confirmed = select(func.count()).where(
            JournalEntry.till_id == till.till_id,
            JournalEntry.uuid.in_(uuids),
            JournalEntry.verdict == Verdict.CONFIRMED,
        )
        mine = Sale.till_id == till.till_id, Sale.uuid.in_(uuids)
        lines = select(func.count()).join(Sale).where(SaleLine.state == LineState.ACTIVE, *mine)
        found = [
            db.session.scalar(query)
            for query in (confirmed, select(func.count()).where(*mine), lines.select_from(SaleLine))
        ]
        db.session.rollback()
        if found != [len(uuids), len(uuids), len(uuids) * items]:
            raise DomainError(f"Caisse C{till.number} : {len(uuids)} ventes envoyées, trouvées : {found}.")
