"""A till's journal against the server's: compared, refilled after a restore, held without a sign-in."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from app.accounts.models import User, UserSession
from app.accounts.sessions import close_all_sessions, open_session, session_id
from app.core.clock import utcnow
from app.core.db import db
from app.deposits.models import Item, ItemState
from app.editions.models import Till
from app.sales.models import (
    JournalEntry,
    LineState,
    Payment,
    Sale,
    SaleLine,
    TillDevice,
    TillOrder,
    TillSession,
    TillShift,
)
from app.sales.queries import server_epoch
from app.sales.services.devices import join_session, vouch_for
from app.sales.services.orders import ask_to_synchronise
from app.sales.services.reconciliation import start_epoch
from app.sales.services.sessions import Count, close_session
from app.sales.services.sessions import open_session as open_session_at
from tests.factories import TillFactory, UserFactory, list_on_sale
from tests.support.databases import SECRET_KEY
from tests.support.till import TestTill


@pytest.fixture
def items(app: object) -> list[Item]:
    return list_on_sale(4).items


@pytest.fixture
def till(items: list[Item]) -> TestTill:
    return TestTill(TillFactory(edition=items[0].item_list.registration.edition, number=1))


def sign_in_on(till: TestTill) -> User:
    """A volunteer's sign-in vouches for the till's device."""
    volunteer = UserFactory(role="volunteer")
    token = open_session(volunteer)
    vouch_for(till.till_id, till.key_id, session_id(token))
    db.session.commit()
    return volunteer


# --- comparing


def test_a_journal_that_arrived_whole_agrees(client: FlaskClient, till: TestTill, items: list[Item]) -> None:
    sales = [till.sale((item.code, 450)) for item in items[:2]]
    till.send(client, *sales)
    answer = till.compare(client, *sales)
    assert (answer["agrees"], answer["missing"]) == (True, [])
    assert till.row.reconciliation["server"]["sum_cents"] == 900


def test_equal_counts_and_sums_with_another_sale_inside_disagree(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    kept, sent, other = (till.sale((item.code, 450)) for item in items[:3])
    till.send(client, kept, sent)
    answer = till.compare(client, kept, other)
    assert answer["agrees"] is False
    assert answer["server"]["count"] == 2
    db.session.expire_all()
    assert till.row.reconciliation["agrees"] is False


def test_a_void_is_counted_against_the_sum(client: FlaskClient, till: TestTill, items: list[Item]) -> None:
    sale = till.sale((items[0].code, 450), (items[1].code, 450))
    till.send(client, sale, till.void(sale, items[0].code, refund=450))
    assert till.compare(client)["server"]["sum_cents"] == 450


def test_the_server_names_what_it_lacks_and_takes_it(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    sales = [till.sale((item.code, 450)) for item in items[:3]]
    till.send(client, sales[0])
    answer = till.compare(client, *sales, ask_missing=True)
    assert answer["missing"] == [sales[1].hash, sales[2].hash]
    till.send(client, *sales[1:])
    assert till.compare(client, *sales)["agrees"] is True


def test_a_ping_tells_how_much_of_the_journal_is_here(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    till.send(client, till.sale((items[0].code, 450)))
    answer = till.ping(client, last_seq=5)
    assert (answer["held"], answer["last_seq"]) == (1, 5)


def test_a_gap_in_the_numbers_is_a_disagreement(client: FlaskClient, till: TestTill) -> None:
    said = {"count": 0, "sum": 0, "digest": till.compare(client)["server"]["digest"], "gaps": [3]}
    assert till.request(client, "POST", "/sync/reconciliation", said).get_json()["agrees"] is False


def test_numbers_that_another_device_of_the_till_used_are_no_gap(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    """The tablet sold in the morning, the computer at noon, the tablet again in the afternoon."""
    own = till.sale((items[0].code, 450), seq=1)
    till.send(client, own)
    close_session(till.session, Count({5000: 1}, 0, 0), "sans les ventes", till.session.volunteer_id)
    other = TestTill(till.session.till)
    other.send(client, other.sale((items[1].code, 450), seq=2))
    digest = till.compare(client, own)["server"]["digest"]
    body = {"count": 1, "sum": 450, "digest": digest, "gaps": [2]}
    assert till.request(client, "POST", "/sync/reconciliation", body).get_json()["agrees"] is True
    body["gaps"] = [2, 3]
    assert till.request(client, "POST", "/sync/reconciliation", body).get_json()["agrees"] is False


@pytest.mark.parametrize(
    "changes",
    [{"sum": "9"}, {"digest": 3}, {"count": -1}, {"gaps": ["x"]}, {"hashes": "all"}, {"sum": 10**15}],
)
def test_a_comparison_that_makes_no_sense_is_a_bad_request(
    client: FlaskClient, till: TestTill, changes: dict[str, object]
) -> None:
    body = {"count": 0, "sum": 0, "digest": "", **changes}
    assert till.request(client, "POST", "/sync/reconciliation", body).status_code == 400


# --- after a restore


def test_another_epoch_is_told_at_the_next_ping(client: FlaskClient, till: TestTill) -> None:
    before = till.ping(client)["epoch"]
    after = start_epoch("test")
    db.session.commit()
    assert till.ping(client)["epoch"] == after == server_epoch() != before


def test_a_restored_server_is_refilled_by_its_till(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    sales = [till.sale((item.code, 450)) for item in items]
    till.send(client, *sales)
    # Back to the backup of after the first sale.
    lost = select(Sale.id).where(Sale.uuid != sales[0].uuid)
    for statement in (
        delete(Payment).where(Payment.sale_id.in_(lost)),
        delete(SaleLine).where(SaleLine.sale_id.in_(lost)),
        delete(Sale).where(Sale.uuid != sales[0].uuid),
        delete(JournalEntry).where(JournalEntry.uuid != sales[0].uuid),
    ):
        db.session.execute(statement, execution_options={"edition_id": items[0].edition_id})
    for item in items[1:]:
        item.state = ItemState.ON_SALE
    db.session.commit()
    missing = till.compare(client, *sales, ask_missing=True)["missing"]
    assert missing == [sale.hash for sale in sales[1:]]
    till.send(client, *[sale for sale in sales if sale.hash in missing])
    assert till.compare(client, *sales)["agrees"] is True
    db.session.expire_all()
    assert [item.state for item in items] == [ItemState.SOLD] * 4


def forget(till: TestTill) -> None:
    """Back to the backup of before the till was opened."""
    for statement in (
        delete(Payment),
        delete(SaleLine),
        delete(Sale),
        delete(JournalEntry),
        delete(TillSession),
        delete(TillDevice),
    ):
        db.session.execute(statement, execution_options={"edition_id": till.session.edition_id})
    db.session.commit()
    db.session.expire_all()


def test_a_device_that_a_restore_forgot_sends_its_journal_when_somebody_signs_in_on_it(
    client: FlaskClient, till: TestTill, items: list[Item], login: Callable[..., FlaskClient]
) -> None:
    sale = till.sale((items[0].code, 450))
    till.send(client, sale)
    forget(till)
    assert till.send(client, sale).get_json() == {"error": "unknown_till_key"}
    login(client, UserFactory(role="volunteer"))
    answer = client.post(f"/till/{till.till_id}/device/login", json={"key_id": till.key_id})
    assert answer.status_code == 204
    [verdict] = till.send(client, sale).get_json()["verdicts"]
    assert verdict["verdict"] == "confirmed"
    assert "unknown_session" in {flag["code"] for flag in verdict["details"]["flags"]}


def test_a_till_opened_again_after_such_a_restore_keeps_its_key(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    sale = till.sale((items[0].code, 450))
    forget(till)
    volunteer = UserFactory(role="volunteer")
    session = open_session_at(db.session.get_one(Till, till.till_id), volunteer.id, 5000)
    joined = join_session(session, till.key_id, user_id=volunteer.id, login_id=None, server_key=SECRET_KEY)
    db.session.commit()
    assert (joined.key_id, joined.secret) == (till.key_id, None)
    assert till.send(client, sale).get_json()["verdicts"][0]["verdict"] == "confirmed"


@pytest.mark.parametrize("key_id", ["", "x", "6F2F1B4E-0D4A-4C53-9A53-6B5C0F4F3A11"])
def test_what_is_no_key_is_not_registered(
    client: FlaskClient, till: TestTill, login: Callable[..., FlaskClient], key_id: str
) -> None:
    login(client, UserFactory(role="volunteer"))
    answer = client.post(f"/till/{till.till_id}/device/login", json={"key_id": key_id})
    assert answer.status_code == 404


def test_who_invents_a_key_cannot_sign_with_it(
    client: FlaskClient, till: TestTill, items: list[Item], login: Callable[..., FlaskClient]
) -> None:
    login(client, UserFactory(role="volunteer"))
    till.key_id = str(uuid.uuid4())
    client.post(f"/till/{till.till_id}/device/login", json={"key_id": till.key_id})
    answer = till.send(client, till.sale((items[0].code, 450)))
    assert answer.get_json() == {"error": "unknown_till_key"}


# --- nobody signed in any more


def test_a_journal_waits_while_the_sign_in_has_ended(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    volunteer = sign_in_on(till)
    sale = till.sale((items[0].code, 450))
    login = db.session.scalars(select(UserSession).where(UserSession.user_id == volunteer.id)).one()
    login.expires_at = utcnow() - timedelta(seconds=1)
    db.session.commit()
    answer = till.send(client, sale)
    assert (answer.status_code, answer.get_json()) == (401, {"error": "login_expired"})
    assert db.session.scalar(select(Sale.id)) is None
    sign_in_on(till)
    assert till.send(client, sale).get_json()["verdicts"][0]["verdict"] == "confirmed"


def test_signing_out_everywhere_ends_what_vouches_for_a_till(client: FlaskClient, till: TestTill) -> None:
    volunteer = sign_in_on(till)
    assert till.ping(client)["t0"] == 1
    close_all_sessions(volunteer.id)
    db.session.commit()
    assert till.ping(client) == {"error": "login_expired"}


# --- orders


def test_a_till_hears_an_order_until_it_says_that_it_is_done(client: FlaskClient, till: TestTill) -> None:
    manager = UserFactory(role="manager")
    edition_id = db.session.get_one(TillDevice, till.row.id).edition_id
    assert ask_to_synchronise(edition_id, manager.id) == 1
    assert ask_to_synchronise(edition_id, manager.id) == 0
    db.session.commit()
    orders = till.ping(client)["orders"]
    assert [order["kind"] for order in orders] == ["synchronise"]
    assert till.ping(client, done=[orders[0]["id"]])["orders"] == []
    assert db.session.scalars(select(TillOrder)).one().done_at is not None


# --- format 2 of an entry


def test_an_item_without_a_label_is_sold_to_be_identified_later(client: FlaskClient, till: TestTill) -> None:
    sale = till.sale(v=2, lines=[{"text": "Doudou lapin", "price": 300}], total=300, payments=cash(300))
    verdict = till.send(client, sale).get_json()["verdicts"][0]
    assert verdict["verdict"] == "confirmed"
    assert "unlabelled" in [flag["code"] for flag in verdict["details"]["flags"]]
    line = db.session.scalars(select(SaleLine)).one()
    assert (line.code, line.description, line.item_id, line.state) == (
        "",
        "Doudou lapin",
        None,
        LineState.ACTIVE,
    )


def test_a_line_without_a_label_is_voided_by_its_place(client: FlaskClient, till: TestTill) -> None:
    lines = [{"text": "Doudou", "price": 300}, {"text": "Balle", "price": 200}]
    sale = till.sale(v=2, lines=lines, total=500, payments=cash(500))
    void = till.void(sale, refund=200, v=2, lines=[1])
    verdicts = till.send(client, sale, void).get_json()["verdicts"]
    assert [
        flag["code"] for flag in verdicts[1]["details"]["flags"] if flag["code"] != "outside_period"
    ] == []
    states = {line.description: line.state for line in db.session.scalars(select(SaleLine))}
    assert states == {"Doudou": LineState.ACTIVE, "Balle": LineState.VOID}


@pytest.mark.parametrize("took_a_turn", [True, False])
def test_a_sale_is_of_whoever_took_a_turn_in_the_session(
    client: FlaskClient, till: TestTill, items: list[Item], took_a_turn: bool
) -> None:
    other = UserFactory(role="volunteer")
    if took_a_turn:
        session = till.session
        db.session.add(TillShift(edition_id=session.edition_id, session_id=session.id, volunteer_id=other.id))
    db.session.commit()
    till.send(client, till.sale((items[0].code, 450), v=2, by=other.id))
    seller = db.session.scalars(select(Sale.volunteer_id)).one()
    assert seller == (other.id if took_a_turn else till.session.volunteer_id)


def test_a_line_that_is_neither_labelled_nor_described_is_kept_raw(
    client: FlaskClient, till: TestTill
) -> None:
    sale = till.sale(v=2, lines=[{"price": 300}], total=300, payments=cash(300), uuid=str(uuid.uuid4()))
    assert till.send(client, sale).get_json()["verdicts"][0]["verdict"] == "quarantined"


def cash(cents: int) -> list[dict[str, object]]:
    return [{"method": "cash", "amount": cents}]
