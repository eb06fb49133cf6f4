"""A closed edition is read-only, whichever way somebody tries to write."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.core.clock import utcnow
from app.core.db import db
from app.deposits.models import Invitation, InvitationState, Item, ItemList, Registration, RegistrationSource
from app.editions.guard import EditionIsClosed
from app.editions.models import Edition, EditionState, ListKind, Slot
from tests.factories import (
    EditionFactory,
    ItemFactory,
    ItemListFactory,
    RegistrationFactory,
    SlotFactory,
    UserFactory,
)


@pytest.fixture(params=[EditionState.CLOSED, EditionState.ARCHIVED])
def closed(request: pytest.FixtureRequest, app: Flask) -> Iterator[Edition]:
    """An edition with one item, closed, nothing of it in the session."""
    edition = EditionFactory(number=26)
    item_list = ItemListFactory(registration=RegistrationFactory(edition=edition))
    ItemFactory(item_list=item_list)
    SlotFactory(edition=edition)
    db.session.commit()
    edition.state = request.param
    db.session.commit()
    db.session.expunge_all()
    yield db.session.get_one(Edition, edition.id)
    db.session.rollback()


def flushed() -> None:
    with pytest.raises(EditionIsClosed):
        db.session.flush()


def test_changing_a_row(closed: Edition) -> None:
    db.session.scalars(select(Item)).one().price_cents = 1
    flushed()


def test_changing_a_row_when_the_edition_is_not_loaded(closed: Edition) -> None:
    db.session.expunge_all()
    db.session.scalars(select(Slot)).one().label = "Autre"
    flushed()


def test_adding_a_row(closed: Edition) -> None:
    now = utcnow()
    db.session.add(Slot(edition_id=closed.id, label="Neuf", starts_at=now, ends_at=now, capacity=1))
    flushed()


def test_adding_a_row_that_names_its_edition_as_an_object(closed: Edition) -> None:
    db.session.add(
        Registration(
            edition=closed,
            user=UserFactory.build(),
            list_kind=ListKind.STANDARD,
            source=RegistrationSource.DESK,
        )
    )
    flushed()


def test_deleting_a_row(closed: Edition) -> None:
    db.session.delete(db.session.scalars(select(Item)).one())
    flushed()


def test_deleting_the_edition(closed: Edition) -> None:
    db.session.delete(closed)
    flushed()


def test_taking_a_row_away_to_an_open_edition(closed: Edition) -> None:
    other = EditionFactory(number=27)
    db.session.scalars(select(Slot)).one().edition_id = other.id
    flushed()


def test_bringing_a_row_in_from_an_open_edition(closed: Edition) -> None:
    slot = SlotFactory(edition=EditionFactory(number=27))
    slot.edition_id = closed.id
    flushed()


def test_changing_the_edition_itself(closed: Edition) -> None:
    closed.commission_bp = 0
    flushed()


def test_changing_something_while_reopening_in_one_go(closed: Edition) -> None:
    db.session.scalars(select(Item)).one().price_cents = 1
    closed.state = EditionState.SETTLING
    flushed()


@pytest.mark.parametrize(
    "statement",
    [
        update(Item).values(price_cents=1),
        update(Item.__table__).values(price_cents=1),
        delete(Item),
        delete(ItemList.__table__),
        update(Edition).values(commission_bp=0),
        insert(Slot),
    ],
    ids=["orm-update", "core-update", "orm-delete", "core-delete", "edition", "insert"],
)
def test_bulk_statements(closed: Edition, statement) -> None:
    option = {"edition_id": closed.id}
    with pytest.raises(EditionIsClosed):
        db.session.execute(statement, execution_options=option)


def test_a_bulk_statement_that_names_no_edition_is_a_defect(app: Flask) -> None:
    with pytest.raises(KeyError, match="edition_id"):
        db.session.execute(update(Item).values(price_cents=1))


def test_a_session_of_ones_own_is_guarded_too(closed: Edition) -> None:
    with Session(db.session.connection()) as session:
        session.scalars(select(Item)).one().price_cents = 1
        with pytest.raises(EditionIsClosed):
            session.flush()


def test_reading_and_other_editions_are_free(closed: Edition) -> None:
    assert db.session.scalars(select(Item)).one().price_cents == 450
    other = EditionFactory(number=27)
    slot = SlotFactory(edition=other)
    slot.label = "Autre"
    db.session.add(
        Invitation(
            edition_id=other.id,
            user_id=UserFactory().id,
            token_hash="a" * 64,
            state=InvitationState.SENT,
            expires_at=utcnow(),
        )
    )
    db.session.flush()
    db.session.execute(
        update(Slot).where(Slot.id == slot.id).values(capacity=1),
        execution_options={"edition_id": other.id},
    )


def test_a_transition_may_reopen_it(closed: Edition) -> None:
    closed.state = EditionState.SETTLING
    db.session.flush()
    db.session.scalars(select(Item)).one().price_cents = 100
    db.session.flush()
