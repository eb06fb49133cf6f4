"""An entry that the server cannot store for a reason nobody foresaw holds nobody up; a passing fault does."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from app.core.db import db
from app.deposits.models import Item
from app.sales import entries
from app.sales.models import JournalEntry, Sale, SaleLine, Verdict
from app.sales.queries import quarantined_entries
from app.sales.services import journal, recording
from app.sales.services.journal import ReceivedEntry
from tests.factories import TillFactory, list_on_sale
from tests.support.till import TestTill

NOBODY = 999_999
PRICE = 450


@pytest.fixture
def items(app: Any) -> list[Item]:
    return list_on_sale(3).items


@pytest.fixture
def till(items: list[Item]) -> TestTill:
    return TestTill(TillFactory(edition=items[0].item_list.registration.edition, number=1))


@pytest.fixture
def sales(till: TestTill, items: list[Item]) -> list[ReceivedEntry]:
    """Three of one session; the second names an item that the faults below recognise."""
    return [till.sale((item.code, PRICE)) for item in items]


# --- Real refusals of the database


def name_a_person_who_is_not_there(patch: pytest.MonkeyPatch, code: str) -> None:
    seller = recording._seller

    def wrong(entry: Any, session: Any) -> int | None:
        return NOBODY if entry.lines[0].code == code else seller(entry, session)

    patch.setattr(recording, "_seller", wrong)


def break_a_check_constraint(patch: pytest.MonkeyPatch, code: str) -> None:
    write = recording._write

    def wrong(model: Any, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            if model is SaleLine and row["code"] == code:
                row["active_item_id"] = None
        write(model, rows)

    patch.setattr(recording, "_write", wrong)


def give_a_number_no_column_holds(patch: pytest.MonkeyPatch, code: str) -> None:
    write = recording._write

    def wrong(model: Any, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            if row.get("code") == code:
                row["price_cents"] = 2**70
        write(model, rows)

    patch.setattr(recording, "_write", wrong)


# --- A defect of ours


def stumble(patch: pytest.MonkeyPatch, code: str) -> None:
    flags = recording.sale_flags

    def wrong(entry: Any, *rest: Any) -> Any:
        if entry.lines[0].code == code:
            raise ValueError("nobody foresaw this")
        return flags(entry, *rest)

    patch.setattr(recording, "sale_flags", wrong)


FAULTS = [name_a_person_who_is_not_there, break_a_check_constraint, give_a_number_no_column_holds, stumble]


@pytest.mark.slow
@pytest.mark.parametrize("poison", FAULTS)
def test_what_cannot_be_stored_is_kept_aside_and_the_queue_goes_on(
    client: FlaskClient,
    till: TestTill,
    sales: list[ReceivedEntry],
    items: list[Item],
    monkeypatch: pytest.MonkeyPatch,
    poison: Callable[[pytest.MonkeyPatch, str], None],
) -> None:
    with monkeypatch.context() as patch, capture_logs() as told:
        poison(patch, items[1].code)
        answers = [till.send(client, *sales).json["verdicts"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert [each["verdict"] for each in answers[0]] == ["confirmed", "quarantined", "confirmed"]
    assert (answers[0][1]["uuid"], answers[0][1]["hash"]) == (sales[1].uuid, sales[1].hash)
    assert "sync.not_stored" in {line["event"] for line in told}
    assert sold() == [items[0].code, items[2].code]
    [kept] = quarantined_entries(items[0].edition_id).rows
    assert kept.reasons[0].startswith("Le serveur n’a pas pu l’enregistrer")
    assert items[1].code in kept.content

    # Once the reason is gone, it is stored like any other.
    assert till.send(client, sales[1]).json["verdicts"][0]["verdict"] == "confirmed"
    assert sold() == [item.code for item in items]


@pytest.mark.parametrize("backend", ["mariadb"])
def test_a_sum_no_column_holds_is_kept_aside(client: FlaskClient, till: TestTill, items: list[Item]) -> None:
    lines = [(f"{number:010}", entries.MAX_CENTS) for number in range(entries.MAX_LINES)]
    huge = till.sale(*lines, total=0, payments=[{"method": "cash", "amount": 0}])
    [aside, kept] = till.send(client, huge, till.sale((items[0].code, PRICE))).json["verdicts"]
    assert (aside["verdict"], kept["verdict"]) == ("quarantined", "confirmed")
    assert aside["details"]["flags"][0] == {
        "code": "not_stored",
        "reason": "Le serveur n’a pas pu l’enregistrer (DataError).",
    }


@pytest.mark.parametrize("together", [True, False], ids=["together", "alone"])
def test_a_passing_fault_leaves_the_till_to_send_again(
    client: FlaskClient,
    till: TestTill,
    sales: list[ReceivedEntry],
    monkeypatch: pytest.MonkeyPatch,
    together: bool,
) -> None:
    sent = sales if together else sales[:1]

    def broken(*_: Any) -> None:
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("disk I/O error"))

    with monkeypatch.context() as patch:
        patch.setattr(journal, "record_sales", broken)
        with pytest.raises(OperationalError):
            till.send(client, *sent)
    assert db.session.scalar(select(func.count()).select_from(JournalEntry)) == 0
    answer = till.send(client, *sent).json["verdicts"]
    assert {each["verdict"] for each in answer} == {Verdict.CONFIRMED}


def sold() -> list[str]:
    db.session.expire_all()
    return list(db.session.scalars(select(SaleLine.code).join(Sale).order_by(SaleLine.code)))
