"""What the server does with what tills send: stored once, flagged when odd, quarantined when forged."""

import contextlib
import gzip
import hashlib
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from structlog.testing import capture_logs

from app.core.clock import utcnow
from app.core.db import db
from app.deposits.models import Item, ItemState
from app.deposits.services.stock import withdraw
from app.editions.models import EditionState
from app.editions.services.steps import lock_edition
from app.sales import keys
from app.sales.models import JournalEntry, Payment, Sale, SaleLine, SaleVoid, SyncConflict, Verdict
from app.sales.services import journal
from app.sales.services.journal import ReceivedEntry, receive_entry
from app.sales.services.sessions import Count, close_session
from tests.factories import TillFactory, list_on_sale
from tests.support.queries import counted_queries
from tests.support.till import TestTill


@pytest.fixture
def items(app: Flask) -> list[Item]:
    return list_on_sale(3).items


@pytest.fixture
def till(items: list[Item]) -> TestTill:
    return TestTill(TillFactory(edition=items[0].item_list.registration.edition, number=1))


def count(model: type) -> int:
    db.session.expire_all()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def flags(answer: dict) -> list[str]:
    return [flag["code"] for flag in answer["details"]["flags"] if flag["code"] != "outside_period"]


def test_a_sale_is_stored_with_its_lines_and_payments(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    sale = till.sale((items[0].code, 450), (items[1].code, 450), method="card")
    answer = till.send(client, sale).json["verdicts"][0]
    assert (answer["uuid"], answer["hash"], answer["verdict"]) == (sale.uuid, sale.hash, "confirmed")
    stored = db.session.scalars(select(Sale)).one()
    assert stored.session_id == till.session.id
    assert [line.active_item_id for line in stored.lines] == [items[0].id, items[1].id]
    assert [(payment.method, payment.amount_cents) for payment in stored.payments] == [("card", 900)]
    db.session.expire_all()
    assert items[0].state is ItemState.SOLD
    assert items[2].state is ItemState.ON_SALE


def test_the_same_entry_again_gets_the_stored_verdict(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    sale = till.sale((items[0].code, 450))
    first, second = till.send(client, sale).json, till.send(client, sale, sale).json
    assert first["verdicts"] * 2 == second["verdicts"]
    assert count(Sale) == 1


def test_the_same_uuid_with_another_content_is_refused_and_kept_raw(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    sale = till.sale((items[0].code, 450))
    till.send(client, sale)
    other = till.sale((items[1].code, 450), uuid=sale.uuid)
    for _ in range(2):
        answer = till.send(client, other).json["verdicts"][0]
        assert (answer["status"], answer["verdict"]) == (409, "quarantined")
    assert (count(Sale), count(JournalEntry)) == (1, 2)


@pytest.mark.parametrize("field", ["payload", "mac", "hash"])
def test_one_altered_byte_is_quarantined_and_the_true_sale_still_passes(
    client: FlaskClient, till: TestTill, items: list[Item], field: str
) -> None:
    good, sale = till.sale((items[1].code, 450)), till.sale((items[0].code, 450))
    text = getattr(sale, field)
    altered = replace(sale, **{field: text[:-1] + ("0" if text[-1] != "0" else "1")})
    verdicts = till.send(client, altered, good).json["verdicts"]
    assert [each["verdict"] for each in verdicts] == ["quarantined", "confirmed"]
    assert (verdicts[0]["uuid"], verdicts[0]["hash"]) == (altered.uuid, altered.hash)
    assert till.send(client, sale).json["verdicts"][0]["verdict"] == "confirmed"
    assert count(Sale) == 2
    raw = db.session.scalars(select(JournalEntry).where(JournalEntry.verdict == Verdict.QUARANTINED)).one()
    assert raw.payload == altered.payload


def test_an_entry_of_another_till_is_quarantined(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    other = TestTill(TillFactory(edition=items[0].item_list.registration.edition, number=2))
    stolen = other.sale((items[0].code, 450))
    assert till.send(client, stolen).json["verdicts"][0]["details"]["flags"][0]["code"] == "bad_signature"
    resigned = till.sign(json.loads(stolen.payload))
    assert till.send(client, resigned).json["verdicts"][0]["details"]["flags"][0]["code"] == "invalid"
    assert count(Sale) == 0


def test_garbage_never_stops_the_queue(client: FlaskClient, till: TestTill, items: list[Item]) -> None:
    good = till.sale((items[0].code, 450))
    rows = [
        None,
        5,
        {},
        {"uuid": 1, "payload": "\ud800"},
        {"uuid": "x" * 500, "hash": "y" * 500, "mac": "z" * 500},
    ]
    rows.append({"uuid": good.uuid, "hash": good.hash, "payload": good.payload, "mac": good.mac})
    answer = till.request(client, "POST", "/sync/journal", {"entries": rows})
    assert answer.status_code == 200
    assert [each["verdict"] for each in answer.json["verdicts"]] == ["quarantined"] * 5 + ["confirmed"]


def test_half_a_character_never_stops_the_queue(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    sale = till.sale((items[0].code, 450), ("HALF", 100))
    sale = signed_text(till, sale.payload.replace("HALF", "\\ud83d"))
    void = till.void(sale, items[0].code, refund=450, reason="HALF")
    answer = till.send(client, sale, signed_text(till, void.payload.replace("HALF", "\\ud83d")))
    assert [each["verdict"] for each in answer.json["verdicts"]] == ["confirmed", "confirmed"]


def signed_text(till: TestTill, payload: str) -> ReceivedEntry:
    """An entry in these very bytes: JSON may escape what UTF-8 cannot say."""
    digest = hashlib.sha256(payload.encode()).hexdigest()
    return ReceivedEntry(
        json.loads(payload)["uuid"], digest, payload, keys.mac_of(till.secret, payload.encode())
    )


def test_two_tills_with_one_uuid_both_keep_their_sale(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    other = TestTill(TillFactory(edition=items[0].item_list.registration.edition, number=2))
    sale = till.sale((items[0].code, 450))
    till.send(client, sale)
    answer = other.send(client, other.sale((items[1].code, 450), uuid=sale.uuid))
    assert answer.json["verdicts"][0]["verdict"] == "confirmed"
    assert count(Sale) == 2


def test_a_paid_sale_is_stored_whatever_is_wrong_with_it(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    withdraw(items[1], "taché")
    db.session.commit()
    odd = till.sale(
        (items[0].code, 300),
        (items[1].code, 450),
        ("9999999999", 100),
        total=1,
        session=till.sale(("1", 1)).uuid,
    )
    answer = till.send(client, odd).json["verdicts"][0]
    assert answer["verdict"] == "confirmed"
    assert set(flags(answer)) == {
        "total_mismatch",
        "payment_mismatch",
        "price_mismatch",
        "not_on_sale",
        "foreign_code",
        "unknown_session",
    }
    assert [line.price_cents for line in db.session.scalars(select(SaleLine))] == [300, 450, 100]


def test_a_sale_of_a_closed_session_or_edition_is_kept(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    edition = items[0].item_list.registration.edition
    late, too_late = till.sale((items[0].code, 450)), till.sale((items[1].code, 450))
    till.session.closed_at, till.session.open_till_id = utcnow(), None
    db.session.commit()
    assert flags(till.send(client, late).json["verdicts"][0]) == ["session_closed"]
    edition.state = EditionState.CLOSED
    db.session.commit()
    answer = till.send(client, too_late).json["verdicts"][0]
    assert (answer["verdict"], answer["details"]["flags"][0]["code"]) == ("quarantined", "edition_closed")
    assert (count(Sale), count(JournalEntry)) == (1, 2)


def test_a_reused_number_is_kept_and_flagged(client: FlaskClient, till: TestTill, items: list[Item]) -> None:
    till.send(client, till.sale((items[0].code, 450)))
    answer = till.send(client, till.sale((items[1].code, 450), seq=1)).json["verdicts"][0]
    assert flags(answer) == ["seq_reused"]
    assert count(Sale) == 2


def test_a_void_gives_back_items_and_money_and_is_flagged_when_late(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    sold_at = utcnow() - timedelta(minutes=20)
    sale = till.sale((items[0].code, 450), (items[1].code, 450), at=sold_at)
    void = till.void(sale, items[0].code, refund=450, at=sold_at + timedelta(minutes=6))
    answers = till.send(client, sale, void).json["verdicts"]
    assert flags(answers[1]) == ["late_void"]
    db.session.expire_all()
    assert [item.state for item in items[:2]] == [ItemState.ON_SALE, ItemState.SOLD]
    assert sorted(db.session.scalars(select(Payment.amount_cents))) == [-450, 900]
    resold = till.sale((items[0].code, 450))
    assert till.send(client, resold).json["verdicts"][0]["verdict"] == "confirmed"


def test_a_void_of_an_unknown_sale_is_quarantined(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    void = till.void(till.sale((items[0].code, 450)), items[0].code, refund=450)
    for _ in range(2):
        answer = till.send(client, void).json["verdicts"][0]
        assert (answer["verdict"], flags(answer)) == ("quarantined", ["unknown_sale"])
    assert (count(JournalEntry), count(SaleVoid)) == (1, 0)


def test_a_void_that_came_before_its_sale_is_recorded_when_it_comes_again(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    sale = till.sale((items[0].code, 450), (items[1].code, 450))
    void = till.void(sale, items[0].code, refund=450)
    till.send(client, void)
    till.send(client, sale)
    for _ in range(2):
        answer = till.send(client, void).json["verdicts"][0]
        assert (answer["verdict"], flags(answer)) == ("confirmed", [])
    db.session.expire_all()
    assert [item.state for item in items[:2]] == [ItemState.ON_SALE, ItemState.SOLD]
    assert sorted(db.session.scalars(select(Payment.amount_cents))) == [-450, 900]
    assert till.ping(client)["held"] == 2


def test_a_training_till_touches_no_real_figure(client: FlaskClient, items: list[Item]) -> None:
    edition = items[0].item_list.registration.edition
    till = TestTill(TillFactory(edition=edition, number=9, training=True))
    catalogue = till.request(client, "GET", "/sync/catalogue").json
    assert not {item.code for item in items} & set(catalogue["codes"])
    assert till.send(client, till.sale((items[0].code, 450))).json["verdicts"][0]["verdict"] == "confirmed"
    assert (count(Sale), count(Payment), count(JournalEntry)) == (0, 0, 1)
    assert items[0].state is ItemState.ON_SALE


def test_strangers_are_not_heard(client: FlaskClient, till: TestTill) -> None:
    for header in ({}, {"Authorization": "Till x y"}, {"Authorization": f"Till {till.key_id} {'0' * 64}"}):
        assert client.post("/sync/ping", json={}, headers=header).status_code == 401
        assert client.get("/sync/catalogue", headers=header).status_code == 401
    till.secret = b"another secret"
    assert till.request(client, "POST", "/sync/journal", {"entries": []}).status_code == 401


def test_a_changed_server_key_makes_tills_unknown_and_says_so_once(
    client: FlaskClient, app: Flask, till: TestTill
) -> None:
    app.config["SECRET_KEY"] = "another key of the server, as long as it must be"
    with capture_logs() as lines:
        answer = till.request(client, "POST", "/sync/ping", {})
    assert (answer.status_code, answer.json) == (401, {"error": "unknown_till_key"})
    refused = [(line["log_level"], line["reason"]) for line in lines if line["event"] == "sync.refused"]
    assert refused == [("error", "secret_unreadable")]


def test_a_ping_tells_time_and_news_and_is_remembered(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    cursor = till.request(client, "GET", "/sync/catalogue").json["cursor"]
    till.send(client, till.sale((items[0].code, 450)))
    facts = {
        "t0": 12.5,
        "pending": 3,
        "oldest": 1_700_000_000_000,
        "last_seq": 9,
        "cursor": cursor,
        "version": "v",
    }
    answer = till.request(client, "POST", "/sync/ping", facts).json
    assert answer["t0"] == 12.5
    assert abs(answer["now"] / 1000 - utcnow().timestamp()) < 5
    assert (answer["catalogue"]["codes"], answer["catalogue"]["states"]) == ([items[0].code], "s")
    assert answer["catalogue"]["sold"]["0"][0] == 1
    assert answer["last_seq"] == 9
    db.session.expire_all()
    assert (till.row.pending_count, till.row.last_seq, till.row.app_version) == (3, 9, "v")


@pytest.mark.parametrize(
    "facts", [{"pending": -1}, {"pending": "1"}, {"oldest": "x"}, {"cursor": 10**12}, {"last_seq": None}]
)
def test_a_ping_that_makes_no_sense_is_refused(client: FlaskClient, till: TestTill, facts: dict) -> None:
    assert till.request(client, "POST", "/sync/ping", facts).status_code == 400


def test_the_catalogue_is_compressed_and_answers_not_modified(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    answer = till.request(client, "GET", "/sync/catalogue", headers={"Accept-Encoding": "gzip"})
    data = json.loads(gzip.decompress(answer.data))
    assert (data["codes"], data["states"]) == ([item.code for item in items], "ooo")
    again = till.request(client, "GET", "/sync/catalogue", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    till.send(client, till.sale((items[1].code, 450)))
    fresh = till.request(client, "GET", "/sync/catalogue", headers={"If-None-Match": answer.headers["ETag"]})
    assert fresh.json["states"] == "oso"


def test_a_young_change_is_told_again_until_the_cursor_may_pass_it(
    client: FlaskClient, till: TestTill, items: list[Item], time_machine: Callable
) -> None:
    till.send(client, till.sale((items[0].code, 450)))
    first = till.request(client, "GET", "/sync/catalogue?since=0").json
    assert (first["codes"], first["cursor"]) == ([items[0].code], 0)
    time_machine.move_to(utcnow() + timedelta(seconds=20))
    later = till.request(client, "GET", "/sync/catalogue?since=0").json
    assert later["cursor"] > 0
    address = f"/sync/catalogue?since={later['cursor']}"
    assert till.request(client, "GET", address).json["codes"] == []


def test_reading_the_catalogue_costs_the_same_for_any_number_of_items(
    client: FlaskClient, app: Flask
) -> None:
    few, many = list_on_sale(2), list_on_sale(24)
    asked = []
    for number, item_list in enumerate((few, many), start=1):
        till = TestTill(TillFactory(edition=item_list.registration.edition, number=number))
        with counted_queries() as statements:
            till.request(client, "GET", "/sync/catalogue")
        asked.append(len([text for text in statements if text.startswith("SELECT")]))
    assert asked[0] == asked[1] > 0


@pytest.mark.slow
def test_scenario_05_the_same_sale_posted_at_once_by_many_is_one_row(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = list_on_sale(1).items[0]
    till = TestTill(TillFactory(edition=item.item_list.registration.edition))
    device, sale = till.device, till.sale((item.code, 450))
    db.session.commit()
    db.session.remove()

    everybody, looked, find = threading.Barrier(6), threading.local(), journal._find

    def find_together(*args: Any) -> JournalEntry | None:
        """All look before anybody writes. SQLite lets only one in at a time: there the wait gives up."""
        found = find(*args)
        if not hasattr(looked, "once"):
            looked.once = True
            with contextlib.suppress(threading.BrokenBarrierError):
                everybody.wait(1)
        return found

    monkeypatch.setattr(journal, "_find", find_together)

    def send(_: int) -> Verdict:
        with own_app.app_context():
            return receive_entry(device, sale).verdict

    with ThreadPoolExecutor(6) as pool:
        verdicts = list(pool.map(send, range(6)))
    assert set(verdicts) == {Verdict.CONFIRMED}
    assert (count(Sale), count(JournalEntry)) == (1, 1)


def flags_of_a_sale_sent_during(app: Flask, change: Callable[[TestTill], object]) -> list[str]:
    """A till sends a sale while `change` is made but not yet committed."""
    item = list_on_sale(1).items[0]
    till = TestTill(TillFactory(edition=item.item_list.registration.edition))
    device, sale = till.device, till.sale((item.code, 450))
    db.session.commit()

    def send() -> list[str]:
        with app.app_context():
            return flags({"details": receive_entry(device, sale).details})

    change(till)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send)
        with pytest.raises(TimeoutError):
            sending.result(0.7)
        db.session.commit()
        return sending.result(10)


@pytest.mark.slow
def test_a_sale_that_comes_while_its_session_is_being_closed_is_flagged(own_app: Flask) -> None:
    def close(till: TestTill) -> None:
        close_session(till.session, Count({5000: 1}, 0, 0), "", till.session.volunteer_id)

    assert flags_of_a_sale_sent_during(own_app, close) == ["session_closed"]


@pytest.mark.slow
def test_a_sale_that_comes_while_its_edition_is_being_closed_is_put_aside(own_app: Flask) -> None:
    def close(till: TestTill) -> None:
        lock_edition(till.session.edition_id).state = EditionState.CLOSED
        db.session.flush()

    assert flags_of_a_sale_sent_during(own_app, close) == ["edition_closed"]
    assert count(Sale) == 0


def test_scenario_21_two_tills_at_the_very_same_moment(own_app: Flask) -> None:
    items = list_on_sale(6).items
    edition = items[0].item_list.registration.edition
    tills = [TestTill(TillFactory(edition=edition, number=number)) for number in (1, 2, 3)]
    now = utcnow() - timedelta(hours=1)
    jobs = []
    for till in tills:
        # Each till sells the items in an order of its own: rows are locked crosswise.
        order = items if till is tills[0] else items[::-1]
        pairs = [(item.code, 450) for item in order]
        jobs.append((till.device, till.sale(*pairs, at=now - timedelta(seconds=tills.index(till)))))
    db.session.commit()
    db.session.remove()

    def send(job: tuple) -> Verdict:
        with own_app.app_context():
            return receive_entry(*job).verdict

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(send, jobs))
    owners = set(
        db.session.scalars(select(Sale.uuid).join(SaleLine).where(SaleLine.active_item_id.is_not(None)))
    )
    assert owners == {jobs[2][1].uuid}
    assert (count(Sale), count(SaleLine), count(SyncConflict)) == (3, 18, 12)
