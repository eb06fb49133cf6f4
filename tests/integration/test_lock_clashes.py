"""Two people change the same thing at once: the database gives one up, who is served all the same."""

import io
from collections.abc import Callable

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.accounts.models import Role, User, UserSession
from app.core import db as database
from app.core.clock import utcnow
from app.core.db import ATTEMPTS, db
from app.editions.models import Edition
from tests.factories import EditionFactory, UserFactory

View = Callable[[], ResponseReturnValue]


def given_up(code: int) -> OperationalError:
    return OperationalError("UPDATE …", {}, Exception(code, "given up"))


@pytest.fixture
def office(client: FlaskClient, login: Callable[[FlaskClient, User], FlaskClient]) -> FlaskClient:
    return login(client, UserFactory(role=Role.ADMIN))


@pytest.fixture
def in_place(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[View], None]:
    """`in_place(view)` answers the setup form of an edition instead of its own view."""
    monkeypatch.setattr(database, "_PAUSE", 0)

    def place(view: View) -> None:
        monkeypatch.setitem(app.view_functions, "backoffice.setup_move", lambda **_: view())

    return place


def test_what_was_given_up_is_done_again_whole(office: FlaskClient, in_place: Callable[[View], None]) -> None:
    edition = EditionFactory(place="Gymnase")
    db.session.commit()
    read: list[bytes] = []

    def view() -> ResponseReturnValue:
        here = db.session.get_one(Edition, edition.id)
        here.place += " B"
        db.session.flush()
        read.append(request.files["file"].read())
        if len(read) < 3:
            raise given_up(1213)
        db.session.commit()
        return "fait"

    in_place(view)
    sent = {"file": (io.BytesIO(b"contenu"), "a.csv")}
    answer = office.post(f"/editions/{edition.id}/setup/move", data=sent)
    assert (answer.status_code, answer.text) == (200, "fait")
    assert read == [b"contenu"] * 3
    db.session.expire_all()
    assert db.session.scalars(select(Edition.place)).one() == "Gymnase B", "written once"


def test_who_signs_out_is_signed_out_though_it_had_to_be_done_twice(
    office: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, tried = db.session.commit, []

    def clash_once() -> None:
        tried.append(utcnow())
        if len(tried) == 1:
            raise given_up(1213)
        commit()

    monkeypatch.setattr(database, "_PAUSE", 0)
    monkeypatch.setattr(db.session, "commit", clash_once)
    assert office.post("/sign-out").status_code == 303
    assert len(tried) == 2
    db.session.expire_all()
    assert all(each.revoked_at for each in db.session.scalars(select(UserSession))), "in the database too"


@pytest.mark.parametrize(("code", "times"), [(1205, ATTEMPTS), (2013, 1)], ids=["a lock", "lost"])
def test_it_is_not_tried_for_ever_nor_for_another_reason(
    office: FlaskClient, in_place: Callable[[View], None], code: int, times: int
) -> None:
    edition = EditionFactory()
    db.session.commit()
    tried: list[object] = []

    def view() -> ResponseReturnValue:
        tried.append(utcnow())
        raise given_up(code)

    in_place(view)
    with pytest.raises(OperationalError):
        office.post(f"/editions/{edition.id}/setup/move")
    assert len(tried) == times
