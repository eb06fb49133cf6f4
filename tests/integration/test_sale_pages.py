"""The manager's pages of sales: found, read, taken back, settled; and what was left aside."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import Role, User
from app.core.audit import AuditEntry
from app.core.clock import utcnow
from app.core.dates import from_paris, to_paris
from app.core.db import db
from app.core.money import format_euros
from app.deposits.models import Item
from app.editions.models import Edition, EditionState
from app.operations.edition_facts import collect_facts
from app.sales.models import JournalEntry, LineState, Payment, PaymentMethod, Sale, SaleLine, SyncConflict
from app.sales.queries import SaleFilter, SaleMark, search_sales
from app.sales.services.journal import receive_entry
from app.sales.services.sessions import Count, close_session
from tests.factories import SALE_DAY, EditionFactory, TillFactory, UserFactory, list_on_sale
from tests.support.queries import counted_queries
from tests.support.sales import sell, sell_unknown, void
from tests.support.till import TestTill

HTMX = {"HX-Request": "true"}
Login = Callable[[FlaskClient, User], FlaskClient]


@pytest.fixture
def edition(app: Flask) -> Edition:
    made: Edition = EditionFactory()
    return made


@pytest.fixture
def items(edition: Edition) -> list[Item]:
    return list_on_sale(6, number=245, registration__edition=edition).items


@pytest.fixture
def tills(items: list[Item], edition: Edition) -> list[TestTill]:
    return [TestTill(TillFactory(edition=edition, number=number)) for number in (1, 2)]


@pytest.fixture
def office(client: FlaskClient, login: Login, edition: Edition) -> FlaskClient:
    return login(client, UserFactory(role=Role.MANAGER, first_name="Maud", last_name="Giraud"))


@pytest.fixture
def sale(tills: list[TestTill], items: list[Item]) -> Sale:
    """Two items an hour ago at C1, by card."""
    entry = tills[0].sale(
        (items[0].code, 450), (items[1].code, 450), at=utcnow() - timedelta(hours=1), method="card"
    )
    receive_entry(tills[0].device, entry)
    return db.session.scalars(select(Sale)).one()


@pytest.fixture
def conflict(tills: list[TestTill], items: list[Item]) -> SyncConflict:
    """C1 sold the item first, C2 five minutes later."""
    noon = utcnow() - timedelta(hours=1)
    for minutes, till in zip((0, 5), tills, strict=True):
        receive_entry(till.device, till.sale((items[0].code, 450), at=noon + timedelta(minutes=minutes)))
    return db.session.scalars(select(SyncConflict)).one()


def close(till: TestTill, pieces: dict[int, int], card: int = 0) -> None:
    close_session(till.session, Count(pieces, card, 0), "", till.session.volunteer_id)
    db.session.commit()


# --- finding


def found(edition: Edition, **wanted: Any) -> list[str]:
    return [row.ticket for row in search_sales(edition, SaleFilter(**wanted)).rows]


def test_sales_are_found_by_till_time_label_amount_and_state(edition: Edition, items: list[Item]) -> None:
    one, two = (TillFactory(edition=edition, number=number) for number in (1, 2))
    nine = from_paris(to_paris(SALE_DAY).replace(tzinfo=None, hour=9, minute=15))
    first = sell(one, items[:2], at=nine)
    second = sell(two, items[2:3], PaymentMethod.CARD, at=nine + timedelta(hours=5))
    third = sell(two, items[3:4], at=nine + timedelta(days=1, minutes=40))
    void(third)
    odd = sell_unknown(one, 300)
    odd.sold_at = nine - timedelta(days=3)
    odd.lines[0].code, odd.lines[0].description = "", "Pull rayé vert"
    db.session.commit()
    names = {sale: f"C{sale.till.number}-{sale.seq}" for sale in (first, second, third, odd)}

    def expect(*sales: Sale, **wanted: object) -> None:
        assert found(edition, **wanted) == [names[sale] for sale in sales]

    expect(third, second, first, odd)
    expect(third, second, till_id=two.id)
    expect(second, first, day=to_paris(SALE_DAY).date())
    expect(third, first, hour=9)
    expect(first, hour=9, day=to_paris(SALE_DAY).date())
    expect(first, cents_from=900, cents_to=900)
    expect(third, second, first, cents_from=450)
    expect(first, text="245-02")
    expect(first, text=items[1].code)
    expect(first, text=f"{items[1].code[:8]}")
    expect(second, text=names[second].lower())
    expect(odd, text="rayé pull")
    expect(text="introuvable")
    expect(third, mark=SaleMark.VOID)
    expect(second, first, odd, mark=SaleMark.ACTIVE)
    expect(odd, mark=SaleMark.TO_IDENTIFY)
    expect(mark=SaleMark.CONFLICT)
    rows = {row.ticket: row for row in search_sales(edition, SaleFilter()).rows}
    assert rows[names[first]].what == ("245-01", "245-02")
    assert rows[names[odd]].what == ("Pull rayé vert",)
    assert rows[names[odd]].marks == {SaleMark.ACTIVE, SaleMark.TO_IDENTIFY}


def test_a_sale_is_found_by_the_item_it_was_given(edition: Edition, conflict, items, tills) -> None:
    line = db.session.get_one(SaleLine, conflict.loser_line_id)
    line.item_id = items[4].id
    db.session.commit()
    assert found(edition, text="245-05") == ["C2-1"]
    assert found(edition, text=items[4].code) == ["C2-1"]
    assert found(edition, text="245-01") == ["C1-1"]


def test_the_page_keeps_its_filters_in_the_address(office: FlaskClient, edition: Edition, sale: Sale) -> None:
    base = f"/editions/{edition.id}/sales"
    page = office.get(base, query_string={"q": "245-01", "state": "active", "hour": "23"}).text
    assert 'value="245-01"' in page
    assert '<option value="active" selected>' in page
    part = office.get(base, query_string={"q": "245-01"}, headers=HTMX).text
    assert "<html" not in part
    assert "C1-1" in part
    strange = office.get(
        base,
        query_string={"amount": "cher", "state": "x", "day": "hier", "hour": "99", "till": "²", "page": "-3"},
    )
    assert "Le montant n’a pas été compris" in strange.text
    assert "1 vente<" in strange.text
    assert "Aucune vente ne correspond" in office.get(base, query_string={"q": "245-06"}).text


@pytest.mark.slow
def test_pages_go_past_a_hundred_in_as_many_queries_whatever_their_number(
    office: FlaskClient, edition: Edition, sale: Sale
) -> None:
    def asked() -> int:
        with counted_queries() as seen:
            assert office.get(f"/editions/{edition.id}/sales").status_code == 200
        return len(seen)

    few = asked()
    till = TillFactory(edition=edition, number=3)
    for number in range(120):
        sell_unknown(till, 100 + number)
    db.session.commit()
    assert asked() == few
    second = search_sales(edition, SaleFilter(), 2)
    assert (second.total, len(second.rows)) == (121, 21)
    assert search_sales(edition, SaleFilter(), 9).page == 1
    assert "Page 1 sur 2" in office.get(f"/editions/{edition.id}/sales").text


# --- reading and taking back


def test_a_sale_tells_everything_of_itself(
    office: FlaskClient, edition: Edition, tills: list[TestTill], items: list[Item]
) -> None:
    entry = tills[0].sale((items[0].code, 400), at=utcnow() - timedelta(hours=1), online=False)
    receive_entry(tills[0].device, entry)
    one = db.session.scalars(select(Sale)).one()
    page = office.get(f"/editions/{edition.id}/sales/{one.id}").text
    assert f"Article {items[0].code} vendu à un autre prix que l’étiquette." in page
    for words in (
        "Vente C1-1",
        "245-01",
        "Caisse hors connexion",
        "Encaissé, espèces",
        tills[0].session.volunteer.full_name,
    ):
        assert words in page
    receive_entry(tills[0].device, tills[0].sale(("9999999999", 300)))
    other = db.session.scalars(select(Sale).order_by(Sale.id.desc())).first()
    assert other
    unknown = office.get(f"/editions/{edition.id}/sales/{other.id}").text
    assert "Code inconnu" in unknown
    assert "Identifier</a>" in unknown
    assert office.get(f"/editions/{edition.id}/sales/{other.id + 1}").status_code == 404
    assert office.get(f"/editions/{EditionFactory().id}/sales/{one.id}").status_code == 404


def wish(sale: Sale, till: TestTill, **more: object) -> dict[str, object]:
    lines = [line.id for line in sale.lines]
    return {"lines": lines, "session_id": str(till.session.id), "way": "as_paid", "reason": "taille", **more}


def test_a_manager_takes_a_line_back(office: FlaskClient, edition: Edition, sale: Sale, tills) -> None:
    address = f"/editions/{edition.id}/sales/{sale.id}"
    page = office.get(address).text
    assert f'<option selected value="{tills[0].session.id}">C1' in page
    answer = office.post(f"{address}/voids", data=wish(sale, tills[0], lines=[sale.lines[0].id]))
    assert (answer.status_code, answer.location) == (303, address)
    shown = office.get(address).text
    assert "Rendez 4,50\u00a0€ (carte), caisse C1." in shown
    assert "245-01 : taille" in shown
    assert "Maud Giraud" in shown
    db.session.expire_all()
    assert [line.state for line in sale.lines] == [LineState.VOID, LineState.ACTIVE]
    assert "Annulé en partie" in office.get(f"/editions/{edition.id}/sales").text
    by_htmx = office.post(
        f"{address}/voids", data=wish(sale, tills[1], lines=[sale.lines[1].id]), headers=HTMX
    )
    assert (by_htmx.status_code, by_htmx.headers["HX-Redirect"]) == (204, address)
    assert "Annulé en partie" not in office.get(f"/editions/{edition.id}/sales").text
    # Nothing is left of it: nothing more to take back.
    assert "Annuler et rendre" not in office.get(address).text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lines": []}, "Cochez au moins un article."),
        ({"reason": ""}, "Dites pourquoi."),
        ({"session_id": ""}, "choisissez la caisse ouverte"),
        ({"way": "split", "card": "4"}, "les sommes tapées font"),
        ({"way": "split", "card": "cher"}, "Indiquez un montant"),
        ({"way": "split", "cheque": "9"}, "rendez le reste en espèces"),
    ],
)
def test_what_is_wrong_is_said_beside_it(
    office: FlaskClient, edition: Edition, sale: Sale, tills, changes, words
) -> None:
    close(tills[0], {100: 50}, card=900)
    address = f"/editions/{edition.id}/sales/{sale.id}/voids"
    page = office.post(address, data=wish(sale, tills[1], **changes))
    assert page.status_code == 422
    assert words in page.text
    part = office.post(address, data=wish(sale, tills[1], **changes), headers=HTMX)
    assert part.status_code == 422
    assert "<html" not in part.text
    assert db.session.scalar(select(func.count()).select_from(Payment)) == 1


def test_without_an_open_till_no_money_goes_back(
    office: FlaskClient, edition: Edition, sale: Sale, tills
) -> None:
    address = f"/editions/{edition.id}/sales/{sale.id}"
    close(tills[0], {100: 50}, card=900)
    assert "Choisissez…" in office.get(address).text
    close(tills[1], {100: 50})
    assert "Aucune caisse n’est ouverte" in office.get(address).text
    assert office.post(f"{address}/voids", data=wish(sale, tills[0])).status_code == 422


def test_a_young_sale_and_a_closed_edition_offer_no_form(
    office: FlaskClient, edition: Edition, tills: list[TestTill], items: list[Item]
) -> None:
    receive_entry(tills[0].device, tills[0].sale((items[0].code, 450)))
    one = db.session.scalars(select(Sale)).one()
    address = f"/editions/{edition.id}/sales/{one.id}"
    assert "moins de cinq minutes" in office.get(address).text
    refused = office.post(f"{address}/voids", data=wish(one, tills[0]))
    assert (refused.status_code, "s’annule encore à la caisse C1" in refused.text) == (422, True)
    edition.state = EditionState.CLOSED
    db.session.commit()
    assert "Annuler et rendre" not in office.get(address).text
    assert office.post(f"{address}/voids", data=wish(one, tills[0])).status_code == 422


def test_the_sum_to_give_back_follows_what_is_ticked(
    office: FlaskClient, edition: Edition, sale: Sale
) -> None:
    address = f"/editions/{edition.id}/sales/{sale.id}/refund"

    def due(**asked: object) -> str:
        return office.get(address, query_string=asked, headers=HTMX).text

    assert f"<strong>{format_euros(450)}</strong> (carte)" in due(lines=[sale.lines[0].id], way="as_paid")
    assert f"<strong>{format_euros(900)}</strong> (espèces)" in due(
        lines=[line.id for line in sale.lines], way="cash"
    )
    assert "en tout" in due(lines=[sale.lines[0].id], way="split")
    assert "Cochez" in due(lines=[99999, "x"], way="strange")


# --- paid twice


def test_a_conflict_is_listed_counted_and_settled_by_a_refund(
    office: FlaskClient, edition: Edition, conflict: SyncConflict, tills: list[TestTill]
) -> None:
    base = f"/editions/{edition.id}/sales/conflicts"
    listed = office.get(base).text
    for words in ("245-01", "Caisse C1", "Caisse C2", "Garde l’article", "5\u00a0min plus tôt", "Régler"):
        assert words in listed
    assert f"{base}" in office.get(f"/editions/{edition.id}/live", headers=HTMX).text
    assert "1 article vendu deux fois" in office.get(f"/editions/{edition.id}").text
    page = office.get(f"{base}/{conflict.id}").text
    assert f'<option selected value="{tills[1].session.id}">C2' in page
    data = {"refund-session_id": tills[0].session.id, "refund-way": "as_paid", "refund-note": ""}
    answer = office.post(f"{base}/{conflict.id}/refund", data=data)
    assert (answer.status_code, answer.location) == (303, f"{base}/{conflict.id}")
    shown = office.get(f"{base}/{conflict.id}").text
    assert "Rendez 4,50\u00a0€ (espèces), caisse C1." in shown
    assert "Client remboursé" in shown
    assert "Aucun article vendu deux fois" in office.get(base).text
    assert "Client remboursé" in office.get(base, query_string={"settled": 1}).text
    assert "vendu deux fois" not in office.get(f"/editions/{edition.id}").text
    again = office.post(f"{base}/{conflict.id}/refund", data=data)
    assert again.status_code == 409


def test_the_item_really_sold_is_looked_for_and_given(
    office: FlaskClient, edition: Edition, conflict: SyncConflict, items: list[Item]
) -> None:
    address = f"/editions/{edition.id}/sales/conflicts/{conflict.id}"
    found = office.get(address, query_string={"q": "245"}, headers=HTMX).text
    assert "<html" not in found
    assert "245-02" in found
    # Not the item of the conflict itself.
    assert f'value="{items[0].id}"' not in found
    assert "Aucun autre article" in office.get(address, query_string={"q": "245-01"}, headers=HTMX).text
    wrong = office.post(f"{address}/item", data={"item_id": items[0].id}, follow_redirects=True)
    assert "il est déjà vendu" in wrong.text
    assert office.post(f"{address}/item", data={"item_id": "x"}).status_code == 404
    done = office.post(f"{address}/item", data={"item_id": items[2].id}, follow_redirects=True).text
    assert "Donné à l’article vraiment vendu" in done
    assert "245-03" in done
    sale_id = db.session.get_one(SaleLine, conflict.loser_line_id).sale_id
    assert "scanné" in office.get(f"/editions/{edition.id}/sales/{sale_id}").text


def test_nobody_came_back_needs_a_note_and_can_still_be_refunded(
    office: FlaskClient, edition: Edition, conflict: SyncConflict, items: list[Item]
) -> None:
    address = f"/editions/{edition.id}/sales/conflicts/{conflict.id}"
    for headers in ({}, HTMX):
        refused = office.post(f"{address}/unclaimed", data={"unclaimed-note": ""}, headers=headers)
        assert refused.status_code == 422
        assert "Dites ce qui a été fait" in refused.text
    office.post(f"{address}/unclaimed", data={"unclaimed-note": "Annoncé au micro"})
    page = office.get(address).text
    assert "Annoncé au micro" in page
    assert "Le client est revenu" in page
    assert "Personne n’est revenu</h2>" not in page
    assert "le client n’est pas revenu" in office.get(f"/editions/{edition.id}/items/{items[0].id}").text
    assert "client jamais revenu (1)" in office.get(f"/editions/{edition.id}/treasury").text


@pytest.mark.parametrize(
    "changes", [{"refund-session_id": ""}, {"refund-way": "split", "refund-card": "4,50"}]
)
def test_a_wrong_refund_of_a_conflict_is_said(
    office: FlaskClient, edition: Edition, conflict: SyncConflict, tills, changes
) -> None:
    close(tills[1], {100: 54, 50: 1})
    address = f"/editions/{edition.id}/sales/conflicts/{conflict.id}"
    data = {"refund-session_id": str(tills[0].session.id), "refund-way": "as_paid", **changes}
    for headers in ({}, HTMX):
        assert office.post(f"{address}/refund", data=data, headers=headers).status_code == 422
    close(tills[0], {100: 54, 50: 1})
    assert "Aucune caisse n’est ouverte" in office.get(address).text


@pytest.mark.slow
def test_conflicts_are_listed_in_as_many_queries_whatever_their_number(
    office: FlaskClient, edition: Edition, tills: list[TestTill], items: list[Item]
) -> None:
    def asked() -> int:
        with counted_queries() as seen:
            assert office.get(f"/editions/{edition.id}/sales/conflicts").status_code == 200
        return len(seen)

    counts = []
    for many in (1, 5):
        for item in items[: many + 1]:
            for till in tills:
                receive_entry(till.device, till.sale((item.code, 450)))
        counts.append(asked())
    assert counts[0] == counts[1]


# --- left aside


@pytest.fixture
def left_aside(tills: list[TestTill], items: list[Item]) -> JournalEntry:
    sale = tills[0].sale((items[0].code, 450))
    forged = type(sale)(sale.uuid, sale.hash, sale.payload, "0" * 64)
    receive_entry(tills[0].device, forged)
    return db.session.scalars(select(JournalEntry)).one()


def test_what_was_left_aside_is_readable_and_marked_as_seen(
    office: FlaskClient, edition: Edition, left_aside: JournalEntry, items: list[Item]
) -> None:
    base = f"/editions/{edition.id}/sales/quarantine"
    page = office.get(base).text
    assert "La signature n’est pas celle de cette caisse." in page
    assert f"&#34;code&#34;: &#34;{items[0].code}&#34;" in page
    assert collect_facts(edition).quarantined == 1
    assert "1 envoi de caisse mis de côté, à regarder" in office.get(f"/editions/{edition.id}").text
    for _ in range(2):
        office.post(f"{base}/{left_aside.id}/seen")
    assert collect_facts(edition).quarantined == 0
    assert "Maud Giraud" in office.get(base).text
    acts = select(func.count()).where(AuditEntry.action == "journal_entry.seen")
    assert db.session.scalar(acts) == 1
    assert (
        office.post(f"/editions/{EditionFactory().id}/sales/quarantine/{left_aside.id}/seen").status_code
        == 404
    )


def test_whatever_was_sent_can_be_shown(office: FlaskClient, edition: Edition, tills: list[TestTill]) -> None:
    for text in ("<script>alert(1)</script>", json.dumps({"text": "\ud83d"}), "[" * 5000, ""):
        receive_entry(tills[0].device, type(tills[0].sale(("1", 1)))("x", "y", text, "z"))
    page = office.get(f"/editions/{edition.id}/sales/quarantine")
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_what_was_read_is_not_left_aside(office: FlaskClient, edition: Edition, sale: Sale) -> None:
    base = f"/editions/{edition.id}/sales/quarantine"
    assert "Rien n’est mis de côté" in office.get(base).text
    assert office.post(f"{base}/{sale.entry_id}/seen").status_code == 404


# --- who may


@pytest.mark.slow
def test_only_managers_reach_the_sales(
    client: FlaskClient, login: Login, edition: Edition, sale: Sale
) -> None:
    base = f"/editions/{edition.id}/sales"
    pages = [base, f"{base}/{sale.id}", f"{base}/{sale.id}/refund", f"{base}/conflicts", f"{base}/quarantine"]
    acts = [f"{base}/{sale.id}/voids", f"{base}/conflicts/1/refund", f"{base}/conflicts/1/item"]
    acts += [f"{base}/conflicts/1/unclaimed", f"{base}/quarantine/1/seen"]
    assert {client.get(page).status_code for page in pages} == {302}
    assert {client.post(act).status_code for act in acts} == {302}
    for role in (Role.DEPOSITOR, Role.VOLUNTEER, Role.TREASURER):
        login(client, UserFactory(role=role))
        assert {client.get(page).status_code for page in pages} == {403}
        assert {client.post(act).status_code for act in acts} == {403}
    login(client, UserFactory(role=Role.ADMIN))
    assert {client.get(page).status_code for page in pages} == {200}
    assert [client.post(act).status_code for act in acts] == [422, 404, 404, 404, 404]
