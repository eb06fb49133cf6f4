"""Articles whose label is missing or unreadable (RUN-002), as the server sees them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role, User
from app.core.audit import AuditEntry
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import NotFound
from app.deposits.models import Item, ItemState
from app.editions.models import Edition, EditionState
from app.payouts.queries.books import load_books
from app.reporting.item_history import item_history
from app.sales.catalogue import whole_catalogue
from app.sales.models import JournalEntry, LineState, SaleLine, SyncConflict, Verdict
from app.sales.queries.unidentified import assigned_lines, count_unidentified, unidentified_page
from app.sales.services.journal import receive_entry
from app.sales.services.unidentified import assign_item, release_item
from app.sales.unlabelled_rules import LineTakenBack, NotBroughtIn
from tests.factories import ItemFactory, TillFactory, UserFactory, list_on_sale
from tests.support.till import TestTill


@pytest.fixture
def items(app: Flask) -> list[Item]:
    return list_on_sale(3).items


@pytest.fixture
def till(items: list[Item]) -> TestTill:
    return TestTill(TillFactory(edition=items[0].item_list.registration.edition, number=1))


def test_tills_know_who_sold_an_item_and_the_colours_of_the_lists(
    client: FlaskClient, till: TestTill, items: list[Item]
) -> None:
    till.session.volunteer.first_name, till.session.volunteer.last_name = "Odile", "Marchand"
    receive_entry(till.device, till.sale((items[1].code, 450)))
    catalogue = till.request(client, "GET", "/sync/catalogue").json
    assert catalogue["sellers"] == ["Odile M."]
    where = catalogue["sold"][str(catalogue["codes"].index(items[1].code))]
    assert (where[0], where[2]) == (1, 0)
    assert [200, 299, "#FFD700", "Jaune soleil"] in catalogue["ranges"]
    delta = till.request(client, "GET", "/sync/catalogue?since=0").json
    assert (delta["sellers"], delta["sold"]["0"][2]) == (["Odile M."], 0)


def test_a_sale_of_nobody_known_has_no_seller(till: TestTill, items: list[Item]) -> None:
    stranger = till.sale((items[0].code, 450), session="6f2f1b4e-0d4a-4c53-9a53-6b5c0f4f3a11")
    receive_entry(till.device, stranger)
    catalogue = whole_catalogue(till.device)
    assert (catalogue["sellers"], catalogue["sold"]["0"][2]) == ([], None)


# --- « à identifier »


def sell_unidentified(till: TestTill, *texts: str, price: int = 450, **changes: object) -> list[SaleLine]:
    """A sale of things without a label, received from the till; its lines."""
    lines = [{"text": text, "price": price} for text in texts]
    paid = [{"method": "cash", "amount": price * len(texts)}]
    sale = till.sale(v=2, lines=lines, total=price * len(texts), payments=paid, **changes)
    receive_entry(till.device, sale)
    found = db.session.query(SaleLine).filter(SaleLine.description.in_(texts)).order_by(SaleLine.id).all()
    return found[-len(texts) :]


@pytest.fixture
def manager(app: Flask) -> User:
    return UserFactory(role=Role.MANAGER)


@pytest.fixture
def edition(items: list[Item]) -> Edition:
    return items[0].item_list.registration.edition


def test_what_was_sold_without_a_label_waits_for_a_manager_and_pays_nobody(
    till: TestTill, edition: Edition
) -> None:
    sell_unidentified(till, "manteau rouge", "doudou")
    receive_entry(till.device, till.sale(("9912340112", 300)))
    page = unidentified_page(edition.id)
    assert [line.title for line in page.rows] == [
        "manteau rouge",
        "doudou",
        "Étiquette inconnue 99 1234 01 12",
    ]
    assert (page.total, page.amount_cents, count_unidentified(edition.id)) == (3, 1200, 3)
    books = load_books(edition)
    assert (books.unknown_cents, books.sold_cents, books.unexplained_cents) == (1200, 0, 0)


def test_the_item_found_is_sold_at_the_price_charged(
    till: TestTill, items: list[Item], edition: Edition, manager: User
) -> None:
    line, other = sell_unidentified(till, "manteau rouge", "doudou", price=400)
    assigned = assign_item(edition.id, line.id, items[0].id, manager.id)
    assert (assigned.item_id, assigned.active_item_id, assigned.state) == (
        items[0].id,
        items[0].id,
        LineState.ACTIVE,
    )
    assert (assigned.assigned_by_id, assigned.code, assigned.price_cents) == (manager.id, "", 400)
    assert assigned.assigned_at is not None
    assert items[0].state is ItemState.SOLD
    books = load_books(edition)
    assert (books.sold_cents, books.unknown_cents, books.gross_now_cents, books.unexplained_cents) == (
        400,
        400,
        400,
        0,
    )
    assert [row.line_id for row in assigned_lines(edition.id)] == [line.id]
    assert [row.line_id for row in unidentified_page(edition.id).rows] == [other.id]
    assert db.session.query(AuditEntry).filter_by(action="item.sale_assigned").one().actor_id == manager.id
    assert "Reconnu dans une vente sans étiquette" in [
        event.text for event in item_history(items[0], with_payout=False)
    ]


def test_an_item_sold_before_is_then_sold_twice_and_the_first_buyer_keeps_it(
    till: TestTill, items: list[Item], edition: Edition, manager: User
) -> None:
    receive_entry(till.device, till.sale((items[0].code, 450), at=utcnow() - timedelta(minutes=9)))
    (line,) = sell_unidentified(till, "pantalon")
    assigned = assign_item(edition.id, line.id, items[0].id, manager.id)
    assert (assigned.state, assigned.active_item_id) == (LineState.CONFLICT, None)
    conflict = db.session.query(SyncConflict).one()
    assert (conflict.loser_line_id, conflict.resolved_at) == (line.id, None)
    entry = db.session.get_one(JournalEntry, line.sale.entry_id)
    assert (entry.verdict, entry.details["conflicts"]) == (Verdict.CONFIRMED_CONFLICT, [items[0].code])
    # It was another item: nothing is sold twice any more.
    assign_item(edition.id, line.id, items[1].id, manager.id)
    assert (line.state, line.active_item_id) == (LineState.ACTIVE, items[1].id)
    assert conflict.resolved_at is not None
    assert (entry.verdict, entry.details["conflicts"]) == (Verdict.CONFIRMED, [])


def test_an_item_sold_later_goes_to_the_sale_without_a_label(
    till: TestTill, items: list[Item], edition: Edition, manager: User
) -> None:
    (line,) = sell_unidentified(till, "pantalon", at=utcnow() - timedelta(minutes=9))
    receive_entry(till.device, till.sale((items[0].code, 450)))
    assign_item(edition.id, line.id, items[0].id, manager.id)
    assert (line.state, line.active_item_id) == (LineState.ACTIVE, items[0].id)
    second = db.session.query(SaleLine).filter_by(code=items[0].code).one()
    assert (second.state, second.active_item_id) == (LineState.CONFLICT, None)


def test_a_wrong_choice_is_corrected_and_the_first_item_is_for_sale_again(
    till: TestTill, items: list[Item], edition: Edition, manager: User
) -> None:
    (line,) = sell_unidentified(till, "pantalon")
    assign_item(edition.id, line.id, items[0].id, manager.id)
    assign_item(edition.id, line.id, items[1].id, manager.id)
    assert [item.state for item in items] == [ItemState.ON_SALE, ItemState.SOLD, ItemState.ON_SALE]
    release_item(edition.id, line.id, manager.id)
    assert [item.state for item in items] == [ItemState.ON_SALE] * 3
    assert (line.item_id, line.state, line.assigned_by_id) == (None, LineState.ACTIVE, None)
    assert count_unidentified(edition.id) == 1
    acts = [entry.action for entry in db.session.query(AuditEntry).order_by(AuditEntry.seq)]
    assert acts.count("item.sale_assigned") == acts.count("item.sale_released") == 2


def test_once_the_sale_is_over_an_item_let_go_is_unsold(
    till: TestTill, items: list[Item], edition: Edition, manager: User
) -> None:
    (line,) = sell_unidentified(till, "pantalon")
    assign_item(edition.id, line.id, items[0].id, manager.id)
    edition.state = EditionState.SETTLING
    db.session.flush()
    release_item(edition.id, line.id, manager.id)
    assert items[0].state is ItemState.UNSOLD


def test_only_an_item_that_was_brought_in_can_have_been_sold(
    till: TestTill, items: list[Item], edition: Edition, manager: User
) -> None:
    (line,) = sell_unidentified(till, "pantalon")
    draft = ItemFactory(item_list=items[0].item_list, position=9)
    for item in (draft, items[2]):
        item.state = ItemState.DRAFT if item is draft else ItemState.DECLARED
        with pytest.raises(NotBroughtIn):
            assign_item(edition.id, line.id, item.id, manager.id)
    stranger = list_on_sale(1).items[0]
    with pytest.raises(NotFound):
        assign_item(edition.id, line.id, stranger.id, manager.id)
    assert line.item_id is None


def test_neither_a_voided_nor_a_scanned_line_is_to_identify(
    till: TestTill, items: list[Item], edition: Edition, manager: User
) -> None:
    sale = till.sale(
        v=2,
        lines=[{"text": "pantalon", "price": 450}, {"code": items[0].code, "price": 450}],
        total=900,
        payments=[{"method": "cash", "amount": 900}],
    )
    receive_entry(till.device, sale)
    receive_entry(till.device, till.void(sale, refund=450, v=2, lines=[0]))
    voided, scanned = db.session.query(SaleLine).order_by(SaleLine.id)
    assert count_unidentified(edition.id) == 0
    with pytest.raises(LineTakenBack):
        assign_item(edition.id, voided.id, items[1].id, manager.id)
    with pytest.raises(NotFound):
        assign_item(edition.id, scanned.id, items[1].id, manager.id)


def test_a_manager_finds_the_item_by_its_price_and_corrects_it(
    client: FlaskClient,
    login: Callable[[FlaskClient, User], FlaskClient],
    till: TestTill,
    items: list[Item],
    edition: Edition,
    manager: User,
) -> None:
    items[1].price_cents = 700
    (line,) = sell_unidentified(till, "manteau rouge", price=700)
    login(client, manager)
    address = f"/till/editions/{edition.id}/unidentified"
    page = client.get(address).text
    assert "1 vente à identifier" in page
    assert "manteau rouge" in page
    found = client.get(f"{address}/{line.id}").text
    assert found.count("C’était lui") == 1
    assert client.get(f"{address}/{line.id}?q=licorne").text.count("C’était lui") == 0
    answer = client.post(f"{address}/{line.id}/item", data={"item_id": items[1].id}, follow_redirects=True)
    assert "son déposant sera payé" in answer.text
    assert "Déjà retrouvés" in answer.text
    answer = client.post(f"{address}/{line.id}/release", follow_redirects=True)
    assert "de nouveau à identifier" in answer.text
    assert client.post(f"{address}/{line.id}/item", data={"item_id": 10**6}).status_code == 404
    assert client.post(f"{address}/999999/item", data={"item_id": items[1].id}).status_code == 404
    items[0].state = ItemState.DECLARED
    db.session.commit()
    refused = client.post(f"{address}/{line.id}/item", data={"item_id": items[0].id}, follow_redirects=True)
    assert "n&#39;est pas passé au dépôt" in refused.text
