"""A small edition played over HTTP by the simulation, whose books balance."""

import pytest
from flask import Flask

from app.accounts.models import Role
from app.accounts.services import create_user
from app.cli.simulate.cast import PASSWORD, Account
from app.cli.simulate.story import Story
from app.core.db import db
from app.deposits.models import Item
from tests.support.server import LiveServer

ADMIN = Account("admin@example.org", PASSWORD)
FEW = range(2, 5)


@pytest.fixture
def administrator(live_app: Flask) -> Account:
    create_user(ADMIN.email, Role.ADMIN, "Agnès", "Montlaur", password=ADMIN.password)
    db.session.commit()
    return ADMIN


def test_an_edition_of_eight_depositors_and_two_tills_balances_to_the_cent(
    live_worker: LiveServer, administrator: Account
) -> None:
    told: list[str] = []
    story = Story(live_worker.url, administrator, depositors=8, seed=7, tell=told.append, items_a_list=FEW)
    lines = story.play(tills=2)
    assert [line for line in lines if not line.balances] == []
    figures = {line.label: line.expected for line in lines}
    assert figures["Reversements justes au centime"] == 8
    assert figures["Frais de listes"] == -200  # one member in eight, two lists
    assert figures["Payés deux fois (1)"] < 0
    assert any("0 saisies refusées" not in line for line in told)


def test_a_price_changed_behind_its_back_stops_the_simulation(
    live_worker: LiveServer, live_app: Flask, administrator: Account
) -> None:
    story = Story(live_worker.url, administrator, depositors=2, seed=3, tell=lambda _: None, items_a_list=FEW)
    story.prepare(tills=2)
    story.register()
    story.declare()
    story.print_labels_and_check_in()
    item = db.session.query(Item).first()
    assert item
    item.price_cents += 50
    db.session.commit()
    with pytest.raises(Exception, match="catalogue"):
        story.sell()
