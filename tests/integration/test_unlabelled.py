"""Articles whose label is missing or unreadable (RUN-002), as the server sees them."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Role, User
from app.core.audit import AuditEntry
from app.core.clock import utcnow
from app.core.codes import format_code, make_code
from app.core.db import db
from app.core.errors import NotFound
from app.deposits.models import Item, ItemState
from app.editions.models import Edition, EditionState
from app.labels.models import LabelIncident, LabelOutcome, LabelTrouble, SpareLabel
from app.labels.queries.incidents import incident_counts, repeated_items, repeated_lists
from app.labels.queries.spares import SpareCounts, find_spare, spare_counts
from app.labels.services import bind_spare, create_spares, release_spare
from app.labels.spare_rules import SpareTaken, SpareUnknown, spare_codes, spare_name
from app.operations.files import path_of
from app.operations.models import BackgroundJob, JobState
from app.payouts.queries.books import load_books
from app.reporting.item_history import item_history
from app.sales.models import JournalEntry, LineState, SaleLine, SyncConflict, Verdict
from app.sales.queries.catalogue import whole_catalogue
from app.sales.queries.unidentified import assigned_lines, count_unidentified, unidentified_page
from app.sales.services.conflicts import give_sold_item
from app.sales.services.journal import receive_entry
from app.sales.services.unidentified import assign_item, release_item
from app.sales.unlabelled_rules import LineTakenBack, NotBroughtIn
from jobs.runner import run_job
from tests.factories import ItemFactory, TillFactory, UserFactory, list_on_sale
from tests.support.scanning import read_codes
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


def test_a_mixed_up_label_settled_as_sold_twice_is_no_line_without_a_label(
    till: TestTill, items: list[Item], edition: Edition, manager: User
) -> None:
    for minutes in (9, 0):
        receive_entry(till.device, till.sale((items[0].code, 450), at=utcnow() - timedelta(minutes=minutes)))
    conflict = db.session.query(SyncConflict).one()
    give_sold_item(edition.id, conflict.id, items[1].id, manager.id)
    assert assigned_lines(edition.id) == []
    with pytest.raises(NotFound):
        release_item(edition.id, conflict.loser_line_id, manager.id)


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
    assert "n’est pas passé au dépôt" in refused.text


# --- spare labels


@pytest.fixture
def spare(edition: Edition, manager: User) -> str:
    """The code of a blank spare label."""
    create_spares(edition.id, 1, manager.id)
    return make_code(edition.number, 9001, 3)


def test_sheets_asked_for_one_after_another_never_share_a_code(edition: Edition, manager: User) -> None:
    assert create_spares(edition.id, 2, manager.id) == (9001, 9002)
    assert create_spares(edition.id, 1, manager.id) == (9003, 9003)
    other = list_on_sale(1).items[0].item_list.registration.edition
    assert create_spares(other.id, 1, manager.id) == (9001, 9001)
    assert spare_counts(edition.id) == SpareCounts(36, 0)


def test_the_database_knows_each_spare_label_once(edition: Edition, spare: str) -> None:
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.add(SpareLabel(edition_id=edition.id, code=spare))


def test_a_bound_spare_label_names_its_item_at_every_till(
    client: FlaskClient, till: TestTill, items: list[Item], edition: Edition, manager: User, spare: str
) -> None:
    version = till.request(client, "GET", "/sync/catalogue").headers["ETag"]
    cursor = till.request(client, "GET", "/sync/catalogue").json["cursor"]
    bind_spare(edition.id, spare, items[1].id, manager.id)
    db.session.commit()
    whole = till.request(client, "GET", "/sync/catalogue", headers={"If-None-Match": version})
    assert (whole.status_code, whole.json["aliases"]) == (200, {spare: items[1].code})
    delta = till.request(client, "GET", f"/sync/catalogue?since={cursor}").json
    assert (delta["codes"], delta["aliases"]) == ([items[1].code], {spare: items[1].code})
    release_spare(edition.id, find_spare(edition.id, edition.number, spare).id, manager.id)
    db.session.commit()
    delta = till.request(client, "GET", f"/sync/catalogue?since={cursor}").json
    assert (delta["codes"], delta["aliases"]) == ([items[1].code], {})


def test_a_sale_that_bears_the_spare_code_is_of_its_item(
    till: TestTill, items: list[Item], edition: Edition, manager: User, spare: str
) -> None:
    bind_spare(edition.id, spare, items[1].id, manager.id)
    verdict = receive_entry(till.device, till.sale((spare, 450)))
    assert [flag["code"] for flag in verdict.details["flags"]] == ["outside_period"]
    line = db.session.query(SaleLine).one()
    assert (line.code, line.item_id, line.state) == (spare, items[1].id, LineState.ACTIVE)
    assert items[1].state is ItemState.SOLD
    # Its own label and the spare one in one basket: one item, sold twice.
    both = till.sale((items[0].code, 450), (items[1].code, 450), (spare, 450))
    verdict = receive_entry(till.device, both)
    assert verdict.details["conflicts"] == [items[1].code, items[1].code]


def test_a_blank_spare_code_names_nothing(till: TestTill, edition: Edition, spare: str) -> None:
    receive_entry(till.device, till.sale((spare, 450)))
    assert [row.title for row in unidentified_page(edition.id).rows] == [
        f"Étiquette inconnue {format_code(spare)}"
    ]


def test_binding_twice_is_refused_and_releasing_is_recorded(
    items: list[Item], edition: Edition, manager: User, spare: str
) -> None:
    bound = bind_spare(edition.id, spare, items[1].id, manager.id)
    assert bind_spare(edition.id, spare, items[1].id, manager.id).id == bound.id
    with pytest.raises(SpareTaken, match=spare_name(items[1].code or "")):
        bind_spare(edition.id, spare, items[0].id, manager.id)
    release_spare(edition.id, bound.id, manager.id)
    assert bind_spare(edition.id, spare, items[0].id, manager.id).item_id == items[0].id
    acts = [(row.action, row.subject) for row in db.session.query(AuditEntry).order_by(AuditEntry.seq)]
    assert acts[-3:] == [
        ("spare_label.bound", f"item:{items[1].id}"),
        ("spare_label.released", f"item:{items[1].id}"),
        ("spare_label.bound", f"item:{items[0].id}"),
    ]
    stranger = list_on_sale(1).items[0]
    with pytest.raises(NotFound):
        bind_spare(edition.id, make_code(edition.number, 9001, 4), stranger.id, manager.id)
    with pytest.raises(SpareUnknown):
        bind_spare(edition.id, make_code(edition.number, 9050, 1), items[0].id, manager.id)


def test_a_volunteer_binds_with_a_scanner_alone(
    client: FlaskClient,
    login: Callable[[FlaskClient, User], FlaskClient],
    items: list[Item],
    edition: Edition,
    spare: str,
) -> None:
    login(client, UserFactory(role=Role.VOLUNTEER))
    address = f"/editions/{edition.id}/spares"
    assert "Imprimer des planches" not in client.get(address).text
    step = client.get(f"{address}?spare={spare}").text
    assert f'value="{spare}"' in step
    assert re.search(r'<input[^>]*\bautofocus[^>]*name="item"|<input[^>]*name="item"[^>]*\bautofocus', step)
    wrong = client.post(address, data={"spare": spare, "item": "245-99"})
    assert (wrong.status_code, "Aucun article ne porte ce numéro" in wrong.text) == (422, True)
    done = client.post(address, data={"spare": spare, "item": items[1].code}, follow_redirects=True)
    assert "est maintenant celle de" in done.text
    assert "Écrivez dessus le prix" in done.text
    again = client.get(f"{address}?spare=9001-03").text
    assert "est déjà sur un article" in again
    for typed in ("245-03", "licorne"):
        assert "étiquette de réserve de cette bourse" in client.get(f"{address}?spare={typed}").text
    # Whoever scans it in « Articles » finds the item.
    found = client.get(f"/editions/{edition.id}/items?q={spare}").text
    assert found.count(f"/editions/{edition.id}/items/{items[1].id}") == 1
    assert client.post(f"{address}/sheets", data={"sheets": "1"}).status_code == 403
    released = client.post(
        f"{address}/{find_spare(edition.id, edition.number, spare).id}/release", follow_redirects=True
    )
    assert "les caisses la refusent" in released.text
    assert "vierge" in client.get(f"{address}?spare={spare}").text


@pytest.mark.slow
def test_a_manager_has_sheets_printed(
    client: FlaskClient,
    login: Callable[[FlaskClient, User], FlaskClient],
    edition: Edition,
    manager: User,
    tmp_path: Path,
) -> None:
    login(client, manager)
    address = f"/editions/{edition.id}/spares/sheets"
    wrong = client.post(address, data={"sheets": "30"})
    assert (wrong.status_code, "De 1 à 20 planches" in wrong.text) == (422, True)
    assert client.post(address, data={"sheets": "2"}).status_code == 303
    job = db.session.query(BackgroundJob).one()
    # A job run again prints the same codes.
    for _ in range(2):
        run_job(job.id)
        db.session.expire_all()
        job = db.session.get_one(BackgroundJob, job.id)
        assert job.state is JobState.DONE, job.message
        qr, bars = read_codes(path_of(job.file).read_bytes(), tmp_path)
        assert qr == bars == spare_codes(edition.number, 9000, 2)
        job.state = JobState.QUEUED
        db.session.commit()
    assert spare_counts(edition.id) == SpareCounts(24, 0)


# --- incidents


def test_a_sale_by_hand_counts_as_a_missing_label(
    till: TestTill, items: list[Item], edition: Edition
) -> None:
    lines = [
        {"code": items[0].code, "price": 450, "hand": True},
        {"code": items[1].code, "price": 450},
        {"text": "doudou", "price": 100},
    ]
    sale = till.sale(v=2, lines=lines, total=1000, payments=[{"method": "cash", "amount": 1000}])
    for _ in range(2):
        receive_entry(till.device, sale)
    rows = db.session.query(LabelIncident).order_by(LabelIncident.id).all()
    assert [(row.item_id, row.trouble, row.outcome) for row in rows] == [
        (items[0].id, LabelTrouble.MISSING, LabelOutcome.SOLD_BY_HAND),
        (None, LabelTrouble.MISSING, LabelOutcome.SOLD_BY_HAND),
    ]
    assert {(row.till_id, row.reported_by_id) for row in rows} == {(till.till_id, till.session.volunteer_id)}


def test_what_repeats_itself_is_shown_to_managers(
    client: FlaskClient,
    login: Callable[[FlaskClient, User], FlaskClient],
    items: list[Item],
    edition: Edition,
    manager: User,
    spare: str,
) -> None:
    login(client, UserFactory(role=Role.VOLUNTEER))
    address = f"/editions/{edition.id}/items/{items[0].id}"
    noted = client.post(f"{address}/incidents", data={"trouble": "damaged", "outcome": ""})
    assert noted.status_code == 303
    bound = client.post(
        f"{address}/spare", data={"spare": spare, "trouble": "unreadable"}, follow_redirects=True
    )
    assert "Écrivez dessus son prix" in bound.text
    assert "9001-03" in bound.text
    taken = client.post(
        f"/editions/{edition.id}/items/{items[1].id}/spare", data={"spare": "9001-03", "trouble": "missing"}
    )
    assert (taken.status_code, "est déjà collée sur l’article" in taken.text) == (422, True)
    client.post(
        f"/editions/{edition.id}/items/{items[1].id}/incidents",
        data={"trouble": "missing", "outcome": "reprinted"},
    )
    assert client.get(f"/editions/{edition.id}/labels/incidents").status_code == 403
    counts = incident_counts(edition.id)
    assert (counts.total, counts.troubles) == (
        3,
        {LabelTrouble.UNREADABLE: 1, LabelTrouble.DAMAGED: 1, LabelTrouble.MISSING: 1},
    )
    assert counts.outcomes == {
        LabelOutcome.SOLD_BY_HAND: 0,
        LabelOutcome.REPRINTED: 1,
        LabelOutcome.SPARE: 1,
        None: 1,
    }
    assert [(row.item.id, row.incidents) for row in repeated_items(edition.id)] == [(items[0].id, 2)]
    assert [(row.items, row.incidents) for row in repeated_lists(edition.id)] == [(2, 3)]
    login(client, manager)
    page = client.get(f"/editions/{edition.id}/labels/incidents").text
    assert page.count(f"/editions/{edition.id}/items/{items[0].id}") == 1
    assert f"/editions/{edition.id}/items/{items[1].id}" not in page
