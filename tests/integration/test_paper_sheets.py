"""Paper till sheets: printed, typed in line by line, by the same rules as the tills'."""

import contextlib
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime
from html import unescape
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.accounts.models import Role
from app.core.clock import utcnow
from app.core.dates import from_paris
from app.core.db import db
from app.core.errors import DomainError
from app.deposits.models import Item, ItemState
from app.sales.models import Payment, Sale, SaleLine, SaleOrigin, SyncConflict, TillSession
from app.sales.paper_rules import read_method, read_time
from app.sales.queries import expected_by_method
from tests.factories import TillFactory, UserFactory, list_on_sale
from tests.support.till import TestTill

HTMX = {"HX-Request": "true"}
NOON = datetime(2026, 11, 21, 12, 0)


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(from_paris(NOON), tick=False):
        yield


@pytest.fixture
def items(app: Flask) -> list[Item]:
    return list_on_sale(3).items


@pytest.fixture
def session(items: list[Item]) -> TillSession:
    """Opened at nine, the day it is noon."""
    with time_machine.travel(from_paris(NOON.replace(hour=9)), tick=False):
        till = TestTill(TillFactory(edition=items[0].item_list.registration.edition, number=1))
    return till.session


@pytest.fixture
def page(client: FlaskClient, session: TillSession, login: Callable) -> FlaskClient:
    login(client, UserFactory(role=Role.VOLUNTEER))
    return client


def type_line(page: FlaskClient, session: TillSession, code: str, **line: str) -> Any:
    data = {"uuid": str(uuid.uuid4()), "code": code, "price": "", "time": "11:30", "method": "e", **line}
    return page.post(f"/till/paper/{session.id}", data=data, headers=HTMX)


def name_in(form: str) -> str:
    """The name that the shown form gives to its line."""
    found = re.search(r'name="uuid"[^>]*value="([^"]+)"', form)
    assert found
    return found[1]


def test_a_line_is_a_sale_of_its_session_at_the_price_of_the_label(
    page: FlaskClient, session: TillSession, items: list[Item]
) -> None:
    answer = type_line(page, session, items[0].code or "", method="c")
    assert answer.status_code == 200
    assert "Enregistré." in answer.text
    sale = db.session.scalars(select(Sale)).one()
    assert (sale.origin, sale.total_cents, sale.session_id) == (SaleOrigin.PAPER, 450, session.id)
    assert sale.sold_at == from_paris(NOON.replace(hour=11, minute=30))
    assert sale.entered_by_id is not None
    assert expected_by_method(session)["card"] == 450
    db.session.expire_all()
    assert items[0].state is ItemState.SOLD


def test_the_next_line_keeps_the_time_and_the_way_of_paying(
    page: FlaskClient, session: TillSession, items: list[Item]
) -> None:
    text = type_line(page, session, f"{items[0].item_list.number}-01", method="h", time="10h15").text
    assert 'value="10h15"' in text
    assert 'value="h"' in text
    assert "1 ligne saisie" in text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"code": "12345"}, "Ce n’est pas un code d’étiquette"),
        ({"code": "2602450300"}, "une erreur de chiffre"),
        ({"code": "?"}, "Décrivez l’article"),
        ({"code": ""}, "Tapez le code"),
        ({"code": "999-01", "price": ""}, "Écrivez le prix"),
        ({"price": "-3"}, "Indiquez un montant"),
        ({"time": "25:00"}, "Écrivez une heure"),
        ({"time": "13:30"}, "n’est pas encore passée"),
        ({"method": "x"}, "E (espèces), C (carte) ou H (chèque)"),
    ],
)
def test_a_wrong_line_is_refused_beside_its_field_and_keeps_what_was_typed(
    page: FlaskClient, session: TillSession, items: list[Item], changes: dict[str, str], sentence: str
) -> None:
    line = {"code": items[0].code or "", "price": "4,50", "time": "11:30", "method": "e", **changes}
    answer = type_line(page, session, line.pop("code"), **line)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="4,50"' in answer.text or "price" in changes
    assert db.session.scalar(select(func.count()).select_from(Sale)) == 0


def test_a_refused_line_still_says_which_article_it_is(
    page: FlaskClient, session: TillSession, items: list[Item]
) -> None:
    answer = type_line(page, session, items[0].code or "", time="25:00")
    assert answer.status_code == 422
    assert "Pantalon" in answer.text
    assert "Tapez un code" not in answer.text


def test_an_article_without_a_label_is_sold_to_be_identified(page: FlaskClient, session: TillSession) -> None:
    answer = type_line(page, session, "? doudou lapin", price="3")
    assert "à identifier" in answer.text
    line = db.session.scalars(select(SaleLine)).one()
    assert (line.description, line.price_cents, line.item_id) == ("doudou lapin", 300, None)


def test_a_line_sent_twice_counts_once(page: FlaskClient, session: TillSession, items: list[Item]) -> None:
    same = str(uuid.uuid4())
    for _ in range(2):
        assert type_line(page, session, items[0].code or "", uuid=same).status_code == 200
    assert db.session.scalar(select(func.sum(Payment.amount_cents))) == 450


def test_another_line_under_the_name_of_one_that_is_stored_is_not_swallowed(
    page: FlaskClient, session: TillSession, items: list[Item]
) -> None:
    """The browser's back button brings the form of the line before, with its name."""
    same = str(uuid.uuid4())
    type_line(page, session, items[0].code or "", uuid=same)
    answer = type_line(page, session, items[1].code or "", uuid=same)
    assert answer.status_code == 422
    assert "Cette ligne n’est pas enregistrée" in unescape(answer.text)
    type_line(page, session, items[1].code or "", uuid=name_in(answer.text))
    assert db.session.scalar(select(func.sum(Payment.amount_cents))) == 900


def test_paper_and_till_sell_one_article_the_first_has_it(
    page: FlaskClient, session: TillSession, items: list[Item]
) -> None:
    """A till sold it at noon, the sheet says half past eleven: the sheet was first."""
    till = TestTill(TillFactory(edition=items[0].item_list.registration.edition, number=2))
    till.send(page, till.sale((items[0].code or "", 450), at=from_paris(NOON)))
    told = page.get(f"/till/paper/{session.id}/item?code={items[0].code}", headers=HTMX).text
    assert "Déjà vendu en caisse C2" in told
    type_line(page, session, items[0].code or "")
    owner = db.session.scalars(select(SaleLine).where(SaleLine.active_item_id == items[0].id)).one()
    assert owner.sale.origin is SaleOrigin.PAPER
    assert db.session.scalar(select(func.count()).select_from(SyncConflict)) == 1


def test_the_article_of_a_code_is_shown_while_one_types(
    page: FlaskClient, session: TillSession, items: list[Item]
) -> None:
    address = f"/till/paper/{session.id}/item?code="
    assert "4,50" in page.get(f"{address}{items[0].code}", headers=HTMX).text
    assert "Aucun article" in page.get(f"{address}999-01", headers=HTMX).text
    assert "identifié plus tard" in page.get(f"{address}%3F+doudou", headers=HTMX).text


@pytest.mark.slow
def test_the_sheets_are_a_pdf_and_the_sessions_are_listed(page: FlaskClient, session: TillSession) -> None:
    assert page.get("/till/paper/sheets.pdf").data.startswith(b"%PDF")
    assert f"/till/paper/{session.id}" in page.get("/till/paper").text
    assert page.get("/till/paper/999999").status_code == 404


def test_a_session_of_another_edition_is_not_found(page: FlaskClient, session: TillSession) -> None:
    other = TestTill(TillFactory(number=5)).session
    assert page.get(f"/till/paper/{other.id}").status_code == 404


@pytest.mark.parametrize("text", ["14:32", "14h32", "1432", "14 h 32", "14.32"])
def test_an_hour_is_read_however_it_is_written(text: str) -> None:
    now = from_paris(datetime(2026, 11, 22, 9, 0))
    assert read_time(text, date(2026, 11, 21), now) == from_paris(datetime(2026, 11, 21, 14, 32))


@given(st.text(max_size=8))
def test_whatever_is_typed_as_an_hour_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(DomainError):
        assert read_time(text, date(2026, 11, 21), utcnow()) <= utcnow()


def test_a_letter_is_a_way_of_paying() -> None:
    assert [read_method(letter).value for letter in "eCh"] == ["cash", "card", "cheque"]
