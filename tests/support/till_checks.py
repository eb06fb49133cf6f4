"""What tests of tills ask of the server's database and of the page, and the faults they make there."""

from collections.abc import Callable
from typing import Any, TypeVar

from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app.cli.support.processes import wait_until
from app.core.db import db
from app.sales.models import JournalEntry, Sale
from tests.support.hall import status

T = TypeVar("T")


def ask_server(question: Callable[[], T]) -> T:
    """Look into the server's database and let go of it at once: an open transaction would hold its lock."""
    db.session.rollback()
    answer = question()
    db.session.rollback()
    return answer


def count_on_server(model: type) -> int:
    return ask_server(lambda: db.session.scalar(select(func.count()).select_from(model)) or 0)


def sales_on_server() -> int:
    return count_on_server(Sale)


def wait_for_sales(count: int) -> None:
    wait_until(lambda: sales_on_server() == count, f"{count} sales on the server", seconds=30)


def entries_on_server() -> list[JournalEntry]:
    """In the order of their numbers."""
    return ask_server(lambda: list(db.session.scalars(select(JournalEntry).order_by(JournalEntry.seq))))


def sales_by_seq() -> list[Sale]:
    return ask_server(lambda: list(db.session.scalars(select(Sale).order_by(Sale.seq))))


def flags_of(entry: JournalEntry) -> set[str]:
    """Without the one that every sale has here: the edition of the tests is not on sale today."""
    return {flag["code"] for flag in entry.details.get("flags", [])} - {"outside_period"}


def synchronise(page: Page) -> None:
    """Press the button and wait until everything is at the server."""
    page.keyboard.press("F10")
    expect(status(page)).to_contain_text("Synchronisé", timeout=30_000)


def kept_offline(page: Page, count: int) -> None:
    words = "Hors connexion – 1 vente gardée" if count == 1 else f"Hors connexion – {count} ventes gardées"
    expect(status(page)).to_contain_text(words, timeout=15_000)


def journal_of(page: Page, till_id: int) -> list[dict[str, Any]]:
    """The records of the page's journal, without what only the browser can read."""
    records: list[dict[str, Any]] = page.evaluate(
        """async (tillId) => {
            const { openStore } = await import("/static/js/till/store.js");
            const database = await openStore(tillId);
            const records = await database.getAll("journal");
            database.close();
            return records.map(({ seq, uuid, state, hash }) => ({ seq, uuid, state, hash }));
        }""",
        till_id,
    )
    return records


def remembered(page: Page, till_id: int, name: str) -> Any:
    """What this till keeps under a name; read after whatever it was about to write."""
    return page.evaluate(
        """async ([tillId, name]) => {
            const { openStore } = await import("/static/js/till/store.js");
            const database = await openStore(tillId);
            const value = await database.get("meta", name);
            database.close();
            return value;
        }""",
        [till_id, name],
    )


# The browser is slow to sign, so that scans come meanwhile; its disk takes no entry. `letGo()` ends both.
SLOW = """() => {
    const sign = crypto.subtle.sign;
    const held = new Promise((open) => { window.letGo = open; });
    crypto.subtle.sign = async (...given) => { await held; return sign.apply(crypto.subtle, given); };
}"""
FULL_DISK = """() => {
    const { add } = IDBObjectStore.prototype;
    window.letGo = () => { IDBObjectStore.prototype.add = add; };
    IDBObjectStore.prototype.add = () => { throw new DOMException("full", "QuotaExceededError"); };
}"""
# The computer's clock is set (ms later), or with `both` the computer sleeps and its other clock goes on too.
SET_CLOCK = """([ms, both]) => {
    const Real = Date;
    const shifted = () => Real.now() + ms;
    window.Date = class extends Real {
        constructor(...given) { if (given.length) super(...given); else super(shifted()); }
        static now() { return shifted(); }
    };
    if (both) {
        const now = performance.now.bind(performance);
        performance.now = () => now() + ms;
    }
}"""
