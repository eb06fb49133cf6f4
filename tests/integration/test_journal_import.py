"""A till's exported journal, taken in by a manager: once, whatever happens to the file."""

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete
from werkzeug.test import TestResponse

from app.accounts.models import Role
from app.core.audit import AuditEntry
from app.core.db import db
from app.deposits.models import Item
from app.sales import keys
from app.sales.models import JournalEntry, Sale, SaleVoid, TillDevice
from app.sales.services.devices import join_session
from app.sales.services.journal import ReceivedEntry
from tests.factories import TillFactory, UserFactory, list_on_sale
from tests.support.databases import SECRET_KEY
from tests.support.till import TestTill


@pytest.fixture
def items(app: Flask) -> list[Item]:
    made: list[Item] = list_on_sale(4).items
    return made


@pytest.fixture
def till(items: list[Item]) -> TestTill:
    return TestTill(TillFactory(edition=items[0].item_list.registration.edition, number=3))


@pytest.fixture
def manager(client: FlaskClient, login: Callable) -> FlaskClient:
    return login(client, UserFactory(role=Role.MANAGER))


def export(
    till: TestTill, *entries: ReceivedEntry, earlier: Sequence[ReceivedEntry] = (), key: str = ""
) -> str:
    """As static/js/till/export.js writes it; `earlier`: what was signed with `key`."""
    rows = [
        {"uuid": e.uuid, "hash": e.hash, "payload": e.payload, "mac": e.mac, "key": signer}
        for signer, signed in ((key, earlier), (till.key_id, entries))
        for e in signed
    ]
    content: dict[str, Any] = {
        "format": 1,
        "till": till.till_id,
        "exported_at": "2026-11-21T15:00:00.000Z",
        "entries": rows,
        "key": till.key_id,
    }
    signed = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return json.dumps({**content, "mac": keys.mac_of(till.secret, signed)}, ensure_ascii=False)


def upload(client: FlaskClient, text: str) -> TestResponse:
    return client.post("/till/imports", data={"file": (io.BytesIO(text.encode()), "ventes.json")})


def changed(entry: ReceivedEntry) -> ReceivedEntry:
    return replace(entry, payload=entry.payload.replace("450", "440"))


def figures(answer: TestResponse) -> list[int]:
    """New, already there, unreadable."""
    cells = answer.text.split('<td class="num"')[1:]
    return [int(cell.partition(">")[2].partition("<")[0]) for cell in cells]


def test_scenario_31_a_file_is_taken_in_once(manager: FlaskClient, till: TestTill, items: list[Item]) -> None:
    sent = till.sale((items[0].code, 450))
    till.send(manager, sent)
    kept = [till.sale((item.code, 450)) for item in items[1:3]]
    till.ping(manager, pending=2, oldest=1_700_000_000_000, last_seq=3)
    text = export(till, sent, *kept)
    first, again = upload(manager, text), upload(manager, text)
    assert (first.status_code, again.status_code) == (200, 200)
    assert (figures(first), figures(again)) == ([2, 1, 0], [0, 3, 0])
    assert db.session.query(Sale).count() == 3
    db.session.expire_all()
    # What the device said it held is here now: the session can be closed.
    assert till.row.pending_count == 0
    lines = db.session.query(AuditEntry).filter_by(action="till_journal.imported").all()
    assert [json.loads(line.details)["new"] for line in lines] == [2, 0]


def test_the_file_of_a_till_that_a_restore_forgot_is_taken_in(
    manager: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    kept = till.sale((items[0].code, 450))
    of_edition = {"edition_id": till.session.edition_id}
    till.session.device_id = None
    db.session.commit()
    db.session.execute(delete(TillDevice), execution_options=of_edition)
    db.session.commit()
    assert figures(upload(manager, export(till, kept))) == [1, 0, 0]


@pytest.mark.parametrize(("old", "new"), [("450", "440"), ('"format": 1', '"format": 2')])
def test_a_file_that_was_changed_is_refused(
    manager: FlaskClient, till: TestTill, items: list[Item], old: str, new: str
) -> None:
    text = export(till, till.sale((items[0].code, 450)))
    refused = upload(manager, text.replace(old, new, 1))
    assert refused.status_code == 422
    assert "Ce fichier" in refused.text
    assert db.session.query(JournalEntry).count() == 0


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1}', '{"format": 1, "entries": [1]}'])
def test_what_is_no_export_is_refused(manager: FlaskClient, app: Flask, text: str) -> None:
    refused = upload(manager, text)
    assert refused.status_code == 422
    assert "Ce fichier n’est pas un export" in refused.text


def test_an_entry_changed_before_the_file_was_signed_is_put_aside(
    manager: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    good, bad = (till.sale((item.code, 450)) for item in items[:2])
    answer = upload(manager, export(till, good, changed(bad)))
    assert figures(answer) == [1, 0, 1]
    assert db.session.query(Sale).count() == 1


def test_an_earlier_key_is_proved_by_the_first_good_entry(
    manager: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    bad, good = (till.sale((item.code, 450)) for item in items[:2])
    key, till.session.device_id = till.key_id, None
    db.session.commit()
    volunteer = till.session.volunteer_id
    joined = join_session(till.session, None, user_id=volunteer, login_id=None, server_key=SECRET_KEY)
    assert joined.secret
    till.key_id, till.secret = joined.key_id, joined.secret
    db.session.commit()
    answer = upload(manager, export(till, earlier=[changed(bad), good], key=key))
    assert figures(answer) == [1, 0, 1]
    # What is bad is kept raw, as from a till that sends it.
    assert sorted(entry.verdict for entry in db.session.query(JournalEntry)) == ["confirmed", "quarantined"]


def test_a_void_that_came_before_its_sale_is_understood_with_it(
    manager: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    sale = till.sale((items[0].code, 450))
    void = till.void(sale, items[0].code, refund=450)
    till.send(manager, void)
    text = export(till, sale, void)
    assert figures(upload(manager, text)) == [2, 0, 0]
    assert figures(upload(manager, text)) == [0, 2, 0]
    assert db.session.query(SaleVoid).count() == 1


def test_what_is_here_is_known_although_a_forgery_of_it_came_too(
    manager: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    sale = till.sale((items[0].code, 450))
    till.send(manager, sale)
    till.send(manager, replace(sale, mac="0" * 64))
    assert figures(upload(manager, export(till, sale))) == [0, 1, 0]


def test_a_training_till_leaves_no_trace(manager: FlaskClient, items: list[Item]) -> None:
    edition = items[0].item_list.registration.edition
    training = TestTill(TillFactory(edition=edition, number=8, training=True))
    refused = upload(manager, export(training, training.sale((items[0].code, 450))))
    assert refused.status_code == 422
    assert "entraînement" in refused.text
    assert db.session.query(JournalEntry).count() == 0


def test_a_whole_journal_is_larger_than_other_forms(manager: FlaskClient, till: TestTill) -> None:
    refused = upload(manager, " " * (7 * 1024 * 1024))
    assert (refused.status_code, "n’est pas un export" in refused.text) == (422, True)
    refused = upload(manager, " " * (20 * 1024 * 1024 + 10))
    assert "20 Mo au plus" in refused.text


def test_only_managers_import(client: FlaskClient, till: TestTill, login: Callable) -> None:
    login(client, UserFactory(role=Role.VOLUNTEER))
    assert client.get("/till/imports").status_code == 403
    assert "/till/imports" not in client.get("/till/").text
    login(client, UserFactory(role=Role.MANAGER))
    assert "/till/imports" in client.get("/till/").text
    assert client.get("/till/imports").status_code == 200
