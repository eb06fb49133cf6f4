"""`bench pages --only dashboard,metrics`: what those who watch ask for again and again, after a sale larger
than any: the block of the dashboard that refreshes itself, and a scrape of `/metrics`.
"""

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import urllib3
from sqlalchemy import insert, select

from app.accounts.models import Role, User
from app.cli.bench.data import sign_in
from app.cli.bench.measures import Measure, Target
from app.cli.bench.scratch import Setting
from app.cli.support.server import PrivateServer
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError
from app.editions.models import Edition, Till
from app.sales.models import JournalEntry, LineState, Payment, PaymentMethod, Sale, SaleLine, Verdict
from app.sales.services.tallies import count_all_again

LINES_EACH = 5
# Of one kind in a run; the first ones do not count (templates are compiled).
REQUESTS, WARMING = 60, 5
TARGETS = {"dashboard": Target(0.1, at_p95=True), "metrics": Target(0.05, at_p95=True)}
WORDS = {"dashboard": "en direct, le bloc qui se rafraîchit", "metrics": "/metrics, un relevé"}


def measure_watching(
    setting: Setting, bourse: PrivateServer, edition: Edition, parts: Sequence[str], lines: int
) -> Iterator[Measure]:
    """Times of each, one request after the other, while nobody else asks, after so many more lines sold."""
    add_sales(edition, lines // LINES_EACH)
    admin = db.session.scalars(select(User).where(User.role == Role.ADMIN)).first()
    assert admin
    headers = {"Cookie": f"session={sign_in(admin)}", "HX-Request": "true"}
    db.session.commit()
    asks = {
        "dashboard": _asking(bourse, f"/editions/{edition.id}/live", headers),
        "metrics": _asking(bourse, "/metrics", {}),
    }
    for part in parts:
        for _ in range(WARMING):
            asks[part]()
        times = [asks[part]() for _ in range(REQUESTS * setting.runs)]
        details: dict[str, str | int | float] = {"lignes de vente de plus": lines}
        yield Measure("pages", WORDS[part], setting.database, times, None, TARGETS[part], details)


def _asking(bourse: PrivateServer, path: str, headers: dict[str, str]) -> Callable[[], float]:
    """Ask once over a kept connection; returns the seconds it took."""
    pool = urllib3.HTTPConnectionPool("127.0.0.1", bourse.port)

    def ask() -> float:
        began = time.perf_counter()
        answer = pool.request("GET", path, headers=headers)
        seconds = time.perf_counter() - began
        if answer.status != 200:
            raise DomainError(f"{path} a répondu {answer.status}.")
        return seconds

    return ask


def add_sales(edition: Edition, count: int) -> None:
    """So many more sales of things without a label, five each, over the last three days at all tills."""
    tills = list(db.session.scalars(select(Till.id).where(Till.edition_id == edition.id, ~Till.training)))
    now = utcnow().replace(microsecond=0)
    entries, sales, lines, payments = [], [], [], []
    first = (db.session.scalar(select(JournalEntry.id).order_by(JournalEntry.id.desc()).limit(1)) or 0) + 1
    first_sale = (db.session.scalar(select(Sale.id).order_by(Sale.id.desc()).limit(1)) or 0) + 1
    for number in range(count):
        at = now - timedelta(days=3) * (number / count)
        key, till_id, sale_id = str(uuid.uuid4()), tills[number % len(tills)], first_sale + number
        common = {"till_id": till_id, "uuid": key, "seq": 1_000_000 + number}
        entries.append(
            {
                "id": first + number,
                "kind": "sale",
                "payload": "{}",
                "payload_hash": "0" * 64,
                "mac": "0" * 64,
                "verdict": Verdict.CONFIRMED,
                **common,
            }
        )
        sales.append(
            {
                "id": sale_id,
                "edition_id": edition.id,
                "entry_id": first + number,
                "sold_at": at,
                "total_cents": 100 * LINES_EACH,
                **common,
            }
        )
        line = {"edition_id": edition.id, "sale_id": sale_id, "code": "0000000000", "price_cents": 100}
        lines += [{**line, "state": LineState.ACTIVE} for _ in range(LINES_EACH)]
        payments.append(
            {
                "edition_id": edition.id,
                "sale_id": sale_id,
                "method": PaymentMethod.CASH,
                "amount_cents": 100 * LINES_EACH,
                "at": at,
            }
        )
    for model, rows in ((JournalEntry, entries), (Sale, sales), (SaleLine, lines), (Payment, payments)):
        db.session.execute(insert(model), rows, execution_options={"edition_id": edition.id})
    count_all_again(edition.id)
    db.session.commit()
