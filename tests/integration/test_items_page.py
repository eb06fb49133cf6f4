"""Finding an item as people describe it, its history, on sale and off sale."""

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.accounts.models import Role, User
from app.core.audit import AuditEntry
from app.core.codes import format_code
from app.core.db import db
from app.deposits.models import CatalogueChange, CheckIn, Item, ItemState
from app.deposits.queries.items import ItemFilter, search_items
from app.editions.models import Edition, EditionState
from tests.factories import EditionFactory, RegistrationFactory, UserFactory, declared_list, list_on_sale
from tests.support.queries import counted_queries

HTMX = {"HX-Request": "true"}


@pytest.fixture
def edition(app: Flask) -> Edition:
    edition: Edition = EditionFactory()
    hers = RegistrationFactory(edition=edition, user=UserFactory(first_name="Thérèse", last_name="Hervé"))
    coat, book = list_on_sale(2, number=245, registration=hers).items
    coat.type, coat.size, coat.brand, coat.colour = "manteau-anorak", "10 ans", "Marelle", "rouge"
    coat.description, coat.price_cents = "Capuche à fourrure", 1250
    book.category, book.type, book.gender, book.size = "books", "petits-livres", "", ""
    book.description, book.price_cents, book.colour = "100% dinosaures", 300, ""
    his = RegistrationFactory(edition=edition, user=UserFactory(first_name="Paul", last_name="Estève"))
    declared_list(1, number=312, registration=his)
    other = list_on_sale(1, number=245)
    other.items[0].description = "Capuche d’une autre édition"
    db.session.commit()
    return edition


@pytest.fixture
def office(client: FlaskClient, login: Callable[[FlaskClient, User], FlaskClient], app: Flask) -> FlaskClient:
    return login(client, UserFactory(role=Role.MANAGER))


def found(edition: Edition, **wanted: object) -> list[str]:
    return [one.short for one in search_items(edition, ItemFilter(**wanted)).rows]  # type: ignore[arg-type]


def coat_of(edition: Edition) -> Item:
    query = select(Item).where(Item.edition_id == edition.id, Item.type == "manteau-anorak")
    return db.session.scalars(query).one()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("245-01", ["245-01"]),
        ("245 2", ["245-02"]),
        ("245", ["245-01", "245-02"]),
        ("MANTEAU", ["245-01"]),
        ("capuche fourrure", ["245-01"]),
        ("marelle rouge 10", ["245-01"]),
        ("therese herve", ["245-01", "245-02"]),
        ("esteve", ["312-01"]),
        ("100%", ["245-02"]),
        ("introuvable", []),
        ("", ["245-01", "245-02", "312-01"]),
    ],
)
def test_words_numbers_and_sellers_find_items(edition: Edition, text: str, expected: list[str]) -> None:
    assert found(edition, text=text) == expected


def test_a_whole_code_and_its_beginning_find_the_item(edition: Edition) -> None:
    code = coat_of(edition).code
    assert code
    for text in (code, format_code(code), code[:8]):
        assert found(edition, text=text) == ["245-01"]


def test_filters_narrow(edition: Edition) -> None:
    assert found(edition, state=ItemState.DECLARED) == ["312-01"]
    assert found(edition, category="books") == ["245-02"]
    assert found(edition, size="10 ANS") == ["245-01"]
    assert found(edition, colour="roug") == ["245-01"]
    assert found(edition, price_from=300, price_to=450) == ["245-02", "312-01"]


def test_the_page_keeps_its_filters_in_the_address(office: FlaskClient, edition: Edition) -> None:
    base = f"/editions/{edition.id}/items"
    page = office.get(base, query_string={"q": "manteau", "price": "12-13"})
    assert "1 article<" in page.text
    assert "export?format=csv&amp;q=manteau&amp;price=12-13" in page.text
    part = office.get(base, query_string={"q": "manteau"}, headers=HTMX).text
    assert "<html" not in part
    strange = office.get(base, query_string={"price": "cher", "state": "x", "page": "-3"})
    assert "Le prix n’a pas été compris" in strange.text
    assert "3 articles" in strange.text


def test_pages_go_past_a_hundred_in_two_queries_whatever_their_number(
    office: FlaskClient, edition: Edition
) -> None:
    def asked() -> int:
        with counted_queries() as seen:
            assert office.get(f"/editions/{edition.id}/items").status_code == 200
        return len(seen)

    few = asked()
    for number in range(400, 406):
        declared_list(20, number=number, registration=RegistrationFactory(edition=edition))
    db.session.commit()
    assert asked() == few
    assert search_items(edition, ItemFilter(), 2).total == 123
    assert len(search_items(edition, ItemFilter(), 2).rows) == 23
    assert search_items(edition, ItemFilter(), 9).page == 1


def test_an_export_holds_what_is_found_and_runs_nothing(office: FlaskClient, edition: Edition) -> None:
    coat_of(edition).description = "=1+1"
    db.session.commit()
    base = f"/editions/{edition.id}/items/export"
    text = office.get(base, query_string={"format": "csv", "q": "manteau"}).data.decode("utf-8-sig")
    lines = text.splitlines()
    assert len(lines) == 2
    assert "12,50" in lines[1]
    assert "'=1+1" in lines[1]
    book = load_workbook(io.BytesIO(office.get(base).data))
    assert book.active is not None
    assert book.active.max_row == 4


def test_a_volunteer_looks_but_changes_and_exports_nothing(
    client: FlaskClient, login, edition: Edition
) -> None:
    login(client, UserFactory(role=Role.VOLUNTEER))
    item = coat_of(edition)
    base = f"/editions/{edition.id}/items"
    assert client.get(base).status_code == 200
    page = client.get(f"{base}/{item.id}").text
    assert "Retirer de la vente" not in page
    assert "Réimprimer" not in page
    assert client.get(f"{base}/export").status_code == 403
    for act in ("withdrawal", "return", "label"):
        assert client.post(f"{base}/{item.id}/{act}", data={"reason": "Tache"}).status_code == 403


def test_an_item_goes_off_sale_with_a_reason_and_back(office: FlaskClient, edition: Edition) -> None:
    item = coat_of(edition)
    registration = item.item_list.registration
    db.session.add(
        CheckIn(
            edition_id=edition.id,
            registration_id=registration.id,
            first_volunteer="Odette",
            second_volunteer="Paul",
            recorded_by_id=registration.user_id,
        )
    )
    db.session.commit()
    base = f"/editions/{edition.id}/items/{item.id}"
    refused = office.post(f"{base}/withdrawal", data={"reason": ""})
    assert refused.status_code == 422
    assert "Dites pourquoi" in refused.text
    office.post(f"{base}/withdrawal", data={"reason": "Tache d’encre"})
    db.session.expire_all()
    assert (item.state, item.state_reason) == (ItemState.WITHDRAWN, "Tache d’encre")
    page = office.get(base).text
    assert "Retiré de la vente : Tache d’encre" in page
    assert "Remettre en vente" in page
    again = office.post(f"{base}/withdrawal", data={"reason": "Encore"})
    assert again.status_code == 422
    office.post(f"{base}/return")
    db.session.expire_all()
    assert (item.state, item.state_reason) == (ItemState.ON_SALE, None)
    assert db.session.scalar(select(func.count()).select_from(CatalogueChange)) == 2
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject == f"item:{item.id}")
    ).all()
    assert actions == ["item.withdrawn", "item.put_back"]
    assert "Remis en vente" in office.get(base).text
    assert "pas retiré" in office.post(f"{base}/return", follow_redirects=True).text


def test_what_was_never_brought_in_is_not_put_on_sale(office: FlaskClient, edition: Edition) -> None:
    item = coat_of(edition)
    item.state = ItemState.WITHDRAWN
    db.session.commit()
    where = f"/editions/{edition.id}/items/{item.id}/return"
    assert "n’a pas été déposé" in office.post(where, follow_redirects=True).text
    db.session.expire_all()
    assert item.state is ItemState.WITHDRAWN


def test_nothing_is_withdrawn_once_the_sale_is_over(office: FlaskClient, edition: Edition) -> None:
    edition.state = EditionState.SETTLING
    db.session.commit()
    item = coat_of(edition)
    where = f"/editions/{edition.id}/items/{item.id}/withdrawal"
    assert office.post(where, data={"reason": "Tache"}).status_code == 422


def test_an_item_of_another_edition_is_not_found(office: FlaskClient, edition: Edition) -> None:
    other = EditionFactory()
    item = coat_of(edition)
    for method, rest in (("GET", ""), ("POST", "/withdrawal"), ("POST", "/return"), ("POST", "/label")):
        address = f"/editions/{other.id}/items/{item.id}{rest}"
        assert office.open(address, method=method, data={"reason": "Tache"}).status_code == 404
