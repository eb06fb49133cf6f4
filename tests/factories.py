"""One way to make each thing in tests. Every factory flushes into `db.session` and never commits.

The made edition is in the middle of its life (items on sale tomorrow) unless a test says otherwise:
`EditionFactory(state=EditionState.OPEN)`, `ItemFactory(item_list=lst, price_cents=350)`.

Every test finds the same: the first edition is number 1, the first list 513.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import factory
from factory.alchemy import SQLAlchemyModelFactory

from app.accounts.models import Role, User
from app.core.codes import make_code
from app.core.db import db
from app.deposits.models import (
    Item,
    ItemList,
    ItemState,
    ListState,
    MemberNumber,
    Registration,
    RegistrationSource,
)
from app.editions.models import Edition, EditionState, ListKind, Slot, Till
from app.editions.rulebook import default_rulebook
from app.editions.services.creation import NewEdition, create_edition

# A Saturday; the sale of the factories' edition begins then.
SALE_DAY = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
_LETTERS = str.maketrans("0123456789", "abcdefghij")


class Factory(SQLAlchemyModelFactory):
    class Meta:
        abstract = True
        sqlalchemy_session_persistence = "flush"

        @staticmethod
        def sqlalchemy_session_factory() -> Any:
            return db.session


class UserFactory(Factory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"personne{n}@example.org")
    role = Role.DEPOSITOR
    # In letters: a search for list 301 must not find the 301st person by name.
    first_name = factory.Sequence(lambda n: "Camille" + str(n).translate(_LETTERS))
    last_name = "Rivière"
    active = True
    activated_at = SALE_DAY - timedelta(days=20)


class EditionFactory(Factory):
    class Meta:
        model = Edition

    name = factory.Sequence(lambda n: f"Bourse d’essai {n}")
    number = factory.Sequence(lambda n: n % 99 + 1)
    live_number = factory.LazyAttribute(lambda edition: edition.number)
    state = EditionState.SELLING
    place = "Gymnase"
    declaration_deadline = SALE_DAY - timedelta(days=7)
    deposit_starts_at = SALE_DAY - timedelta(days=4)
    deposit_ends_at = SALE_DAY - timedelta(days=1)
    sale_starts_at = SALE_DAY
    sale_ends_at = SALE_DAY + timedelta(days=1, hours=5)
    restitution_ends_at = SALE_DAY + timedelta(days=2, hours=11)
    rulebook = factory.LazyFunction(default_rulebook)


class SlotFactory(Factory):
    class Meta:
        model = Slot

    class Params:
        edition = factory.SubFactory(EditionFactory)

    edition_id = factory.LazyAttribute(lambda slot: slot.edition.id)
    label = factory.Sequence(lambda n: f"Mercredi {n}")
    starts_at = SALE_DAY - timedelta(days=3)
    ends_at = SALE_DAY - timedelta(days=3) + timedelta(hours=4)
    capacity = 40


class TillFactory(Factory):
    class Meta:
        model = Till

    edition = factory.SubFactory(EditionFactory)
    edition_id = factory.LazyAttribute(lambda till: till.edition.id)
    number = factory.Sequence(lambda n: n % 8 + 1)


class RegistrationFactory(Factory):
    class Meta:
        model = Registration

    edition = factory.SubFactory(EditionFactory)
    edition_id = factory.LazyAttribute(lambda registration: registration.edition.id)
    user = factory.SubFactory(UserFactory, deposits=True)
    user_id = factory.LazyAttribute(lambda registration: registration.user.id)
    list_kind = ListKind.STANDARD
    source = RegistrationSource.BILLETWEB


class MemberNumberFactory(Factory):
    class Meta:
        model = MemberNumber

    user = factory.SubFactory(UserFactory, deposits=True)
    number = factory.Sequence(lambda n: 1000 + n % 1000)


class ItemListFactory(Factory):
    class Meta:
        model = ItemList

    registration = factory.SubFactory(RegistrationFactory)
    registration_id = factory.LazyAttribute(lambda lst: lst.registration.id)
    edition_id = factory.LazyAttribute(lambda lst: lst.registration.edition_id)
    # Above every number that a test names itself.
    number = factory.Sequence(lambda n: 513 + n % 187)
    rank = 1


class ItemFactory(Factory):
    """A draft item; `on_sale(item)` makes it sellable."""

    class Meta:
        model = Item

    item_list = factory.SubFactory(ItemListFactory)
    list_id = factory.LazyAttribute(lambda item: item.item_list.id)
    edition_id = factory.LazyAttribute(lambda item: item.item_list.edition_id)
    position = factory.Sequence(lambda n: n % 24 + 1)
    category = "clothes"
    type = "pantalon"
    gender = "fille"
    size = "8 ans"
    brand = "Petit Nuage"
    colour = "bleu"
    description = factory.Sequence(lambda n: f"Pantalon en toile {n}")
    price_cents = 450
    conforms = True
    state = ItemState.DRAFT


def begin_again() -> None:
    """Numbers and names start anew, as the database does, whichever tests this process ran before."""
    for made in Factory.__subclasses__():
        made.reset_sequence(0)


def open_edition() -> Edition:
    """An edition with its whole calendar, as an administrator makes it, committed and open."""
    made = create_edition(NewEdition("Automne 2026", 26, date(2026, 11, 21), "Gymnase"))
    made.state = EditionState.OPEN
    db.session.commit()
    return made


def declared_list(count: int = 3, **values: Any) -> ItemList:
    """A validated list of `count` items with lines and codes, ready for deposit day."""
    item_list: ItemList = ItemListFactory(state=ListState.VALIDATED, **values)
    edition = item_list.registration.edition
    for line in range(1, count + 1):
        code = make_code(edition.number, item_list.number, line)
        state = ItemState.DECLARED
        item = ItemFactory.build(item_list=item_list, position=line, line=line, code=code, state=state)
        db.session.add(item)
    db.session.flush()  # once, where a factory flushes for each
    db.session.refresh(item_list)
    return item_list


def list_on_sale(count: int = 3, **values: Any) -> ItemList:
    """A list whose items were checked in."""
    item_list = declared_list(count, **values)
    for item in item_list.items:
        item.state = ItemState.ON_SALE
    db.session.flush()
    return item_list
