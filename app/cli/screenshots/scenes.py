"""The moments of a bourse the pictures are taken at: the demonstration's sale, then the edition after it."""

import enum
from dataclasses import asdict, replace
from datetime import timedelta
from random import Random

from sqlalchemy import func, select

from app.accounts.demo_accounts import DEMO_ACCOUNTS
from app.accounts.models import Role, User
from app.cli.demo.billetweb_export import Ticket, export_csv
from app.cli.demo.goods import make_list_goods
from app.cli.demo.people import make_people
from app.core.clock import utcnow
from app.core.dates import to_paris
from app.core.db import db
from app.deposits.item_rules import ItemFacts
from app.deposits.models import Item, ItemList, ItemState, Registration, RegistrationSource
from app.deposits.services.invitations import invite
from app.deposits.services.items import add_item
from app.deposits.services.lists import validate_list
from app.deposits.services.registrations import Person, Wish, register
from app.editions.models import Edition, EditionState, ListKind, Slot, Till
from app.editions.queries import list_slots
from app.editions.services.creation import NewEdition, create_edition
from app.monitoring.escalation import Availability, OnCallRole
from app.monitoring.models import OnCallContact
from app.monitoring.readings import Outside, Readings
from app.monitoring.services.judging import judge
from app.monitoring.services.on_call import save_contact
from app.monitoring.services.rules import add_missing_rules
from app.sales.models import TillDevice

# A new database numbers its editions from one.
SALE_ID, NEXT_ID = 1, 2
NEIGHBOURS = 11
WEEKS_AHEAD = 6


class Scene(enum.Enum):
    """In the order they come."""

    SALE = "vente en cours"
    DECLARING = "édition suivante, inscriptions ouvertes"
    DEPOSITING = "édition suivante, articles gelés"


def set_scene(scene: Scene) -> None:
    """Bring the database from the scene before to this one; the caller commits."""
    if scene is Scene.DECLARING:
        _open_next_edition()
    elif scene is Scene.DEPOSITING:
        _freeze_next_edition()


def codes_on_sale(first: int, count: int) -> list[str]:
    """Label codes of ordinary items of the sale, from the `first` of them, not too dear."""
    found = select(Item.code).where(
        Item.edition_id == SALE_ID, Item.state == ItemState.ON_SALE, Item.price_cents.between(300, 1200)
    )
    codes = db.session.scalars(found.order_by(Item.id).offset(first * 9).limit(count)).all()
    db.session.rollback()  # the server must be able to write
    return [code for code in codes if code]


def billetweb_export() -> bytes:
    """An export for the next edition: new people, some known, one not paid, one with a wrong address."""
    edition = db.session.get_one(Edition, NEXT_ID)
    slots = [slot.label for slot in _open_slots(edition)]
    tariff = edition.rulebook.tariffs[0].label
    db.session.rollback()  # the server must be able to write
    random = Random(7)
    people = make_people(36, random, prefix="famille") + make_people(4, random)
    people[5] = replace(people[5], email="famille.example.org")
    return export_csv(
        Ticket(person, slots[number % len(slots)], tariff, paid=number != 9)
        for number, person in enumerate(people)
    )


def lose_a_till() -> None:
    """Till C3 of the sale was last heard more than half an hour ago, and the watch has seen it; commits."""
    now = utcnow()
    of_till = select(TillDevice).join(Till, Till.id == TillDevice.till_id)
    for device in db.session.scalars(of_till.where(Till.edition_id == SALE_ID, Till.number == 3)):
        device.last_seen_at = now - timedelta(minutes=31)
    add_missing_rules()
    judge(Readings(now, Outside(answers=True, certificate_days=None)))
    db.session.commit()


def name_on_call() -> None:
    """Four people in the on-call list, under numbers that France keeps for fiction; commits."""
    manager = db.session.scalars(select(User).where(User.role == Role.MANAGER).order_by(User.id)).first()
    assert manager
    people = (
        (OnCallRole.TECHNICAL, "Théo Barrère", "06 39 98 10 10", "theo", Availability.AROUND_SALE),
        (OnCallRole.TECHNICAL_BACKUP, "Sacha Ferrières", "06 39 98 10 20", "sacha", Availability.AROUND_SALE),
        (OnCallRole.MANAGER, manager.full_name, "06 39 98 10 30", "gestion", Availability.DURING_SALE),
        (OnCallRole.ADMINISTRATOR, "Agnès Montlaur", "", "agnes", Availability.OFFICE_HOURS),
    )
    for role, name, phone, mailbox, availability in people:
        email = f"{mailbox}@bourse.example.org"
        save_contact(OnCallContact(), role, name, phone, email, availability, manager.id)
    db.session.commit()


def _open_next_edition() -> None:
    sale_day = to_paris(utcnow()).date() + timedelta(weeks=WEEKS_AHEAD)
    edition = create_edition(
        NewEdition(
            name=f"Bourse suivante {sale_day.year}",
            number=(db.session.get_one(Edition, SALE_ID).number + 1) % 100,
            sale_day=sale_day + timedelta(days=(5 - sale_day.weekday()) % 7),
            place="Gymnase de la Ramée, Plaisance-du-Touch",
        )
    )
    edition.state = EditionState.OPEN
    db.session.flush()
    random = Random(3)
    slots = _open_slots(edition)
    depositor = next(account.email for account in DEMO_ACCOUNTS if account.role is Role.DEPOSITOR)
    camille = db.session.scalars(select(User).where(User.email == depositor)).one()
    camille_registered = _register(
        edition, Person(camille.email, camille.first_name, camille.last_name), slots[1]
    )
    _fill(camille_registered.lists[0], random, 9)
    for number, person in enumerate(make_people(NEIGHBOURS, random, prefix="voisin")):
        registration = _register(edition, Person(**asdict(person)), slots[number % len(slots)])
        if number % 3:
            registration.user.activated_at = utcnow()
            _fill(registration.lists[0], random, 8)
        invite(registration, edition, lambda token: f"https://bourse.example.org/activation/{token}")


def _open_slots(edition: Edition) -> list[Slot]:
    return [slot for slot in list_slots(edition.id) if not slot.members_only and not slot.residents_only]


def _register(edition: Edition, person: Person, slot: Slot) -> Registration:
    return register(edition.id, Wish(person, ListKind.STANDARD, slot, RegistrationSource.BILLETWEB))


def _fill(item_list: ItemList, random: Random, count: int) -> None:
    book = item_list.registration.edition.rulebook
    for good in make_list_goods(book, random, count):
        add_item(item_list, ItemFacts(**asdict(good), pieces=1, max_age_months=None, conforms=True))


def _freeze_next_edition() -> None:
    """Every list that holds something is validated before its edition freezes."""
    edition = db.session.get_one(Edition, NEXT_ID)
    filled = select(ItemList).where(
        ItemList.edition_id == NEXT_ID,
        select(func.count()).where(Item.list_id == ItemList.id).scalar_subquery() > 0,
    )
    for item_list in db.session.scalars(filled.order_by(ItemList.id)).all():
        validate_list(item_list, edition.rulebook.terms.version)
    edition.state = EditionState.FROZEN
