"""Every page of the manager answers: to a manager, and to nobody else."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role, User
from app.core.db import db
from app.deposits.models import ItemState, Registration, RegistrationSource
from app.deposits.services.invitations import invite
from app.deposits.services.registrations import Person, Wish, register
from app.editions.models import Edition, EditionState, ListKind
from app.editions.queries import list_slots, schedule_of
from app.editions.services.creation import NewEdition, create_edition
from tests.factories import ItemFactory, UserFactory, open_edition

Login = Callable[[FlaskClient, User], FlaskClient]
PAGES = (
    "/editions",
    "/editions/{e}",
    "/editions/{e}/setup/dates",
    "/editions/{e}/setup/slots",
    "/editions/{e}/setup/slots/new",
    "/editions/{e}/setup/slots/{slot}",
    "/editions/{e}/setup/periods",
    "/editions/{e}/setup/periods/new",
    "/editions/{e}/setup/periods/{period}",
    "/editions/{e}/setup/pickups/standard",
    "/editions/{e}/setup/tills",
    "/editions/{e}/setup/rulebook",
    "/editions/{e}/setup/rulebook.yaml",
    "/editions/{e}/registrations",
    "/editions/{e}/registrations.csv",
    "/editions/{e}/registrations.xlsx",
    "/editions/{e}/registrations/{r}",
    "/editions/{e}/invitations/new",
    "/editions/{e}/import",
)


@pytest.fixture
def edition(app: Flask) -> Edition:
    return open_edition()


@pytest.fixture
def registration(edition: Edition) -> Registration:
    person = Person("lea.martin@example.org", "Léa", "Martin", postcode="31830")
    wish = Wish(person, ListKind.FAMILY, list_slots(edition.id)[1], RegistrationSource.DESK)
    made = register(edition.id, wish)
    invite(made, edition, lambda token: f"https://example.org/activation/{token}")
    db.session.commit()
    return made


def addresses(edition: Edition, registration: Registration) -> list[str]:
    schedule = schedule_of(edition.id)
    values = {
        "e": edition.id,
        "slot": schedule.slots[0].id,
        "period": schedule.periods[0].id,
        "r": registration.id,
    }
    return [page.format(**values) for page in PAGES]


@pytest.mark.slow
@pytest.mark.parametrize("state", [EditionState.DRAFT, EditionState.OPEN, EditionState.CLOSED])
def test_a_manager_opens_every_page(
    state: EditionState, client: FlaskClient, login: Login, edition: Edition, registration: Registration
) -> None:
    pages = addresses(edition, registration)
    edition.state = state
    db.session.commit()
    login(client, UserFactory(role=Role.MANAGER))
    for page in pages:
        assert client.get(page).status_code == 200, page


@pytest.mark.parametrize("page", ["registrations/{r}", "labels", "setup/slots/{slot}", "invitations/new"])
def test_the_acts_of_a_closed_edition_are_out_of_use(
    page: str, client: FlaskClient, login: Login, edition: Edition, registration: Registration
) -> None:
    values = {"slot": list_slots(edition.id)[0].id, "r": registration.id}
    address = f"/editions/{edition.id}/{page.format(**values)}"
    login(client, UserFactory(role=Role.MANAGER))
    words, kept = "tout se lit, rien ne change", '<fieldset class="stack" disabled>'
    assert words not in client.get(address).text
    edition.state = EditionState.CLOSED
    db.session.commit()
    closed = client.get(address).text
    assert words in closed
    assert kept in closed
    assert 'method="post"' not in closed.split(kept)[0].split('id="main"')[1]
    assert "Importer de Billetweb" not in client.get(f"/editions/{edition.id}/registrations").text


@pytest.mark.slow
def test_others_are_sent_away(
    client: FlaskClient, login: Login, edition: Edition, registration: Registration
) -> None:
    pages = addresses(edition, registration)
    assert {client.get(page).status_code for page in pages} == {302}
    for role in (Role.DEPOSITOR, Role.VOLUNTEER, Role.TREASURER):
        login(client, UserFactory(role=role))
        assert {client.get(page).status_code for page in pages} == {403}
    login(client, UserFactory(role=Role.MANAGER))
    assert client.get("/editions/new").status_code == 403
    login(client, UserFactory(role=Role.ADMIN))
    assert client.get("/editions/new").status_code == 200


def test_an_open_edition_without_anybody_leads_to_the_first_ones(
    client: FlaskClient, login: Login, edition: Edition
) -> None:
    login(client, UserFactory(role=Role.MANAGER))
    page = client.get(f"/editions/{edition.id}").text
    assert "Personne n’est encore inscrit" in page
    assert f'href="/editions/{edition.id}/import"' in page
    assert f'href="/editions/{edition.id}/invitations/new"' in page
    assert "en attente" not in client.get(f"/editions/{edition.id}/registrations").text


def test_figures_of_the_home_lead_to_what_they_count(
    client: FlaskClient, login: Login, edition: Edition, registration: Registration
) -> None:
    items = ItemFactory.create_batch(2, item_list=registration.lists[0], state=ItemState.ON_SALE)
    ItemFactory(item_list=registration.lists[0], state=ItemState.SOLD)
    registration.lists[0].number = 245
    db.session.commit()
    login(client, UserFactory(role=Role.MANAGER))
    page = client.get(f"/editions/{edition.id}").text
    assert "Personne n’est encore inscrit" not in page
    link = f"/editions/{edition.id}/items?state=on_sale"
    assert f'href="{link}"' in page
    assert "2 articles" in client.get(link).text
    assert "1 invitation en attente." in client.get(f"/editions/{edition.id}/registrations").text
    person = client.get(f"/editions/{edition.id}/registrations/{registration.id}").text
    link = f"/editions/{edition.id}/items?q=245"
    assert f'href="{link}"' in person
    assert f"/items/{items[0].id}" in client.get(link).text


def test_home_leads_to_the_current_edition(client: FlaskClient, login: Login, edition: Edition) -> None:
    login(client, UserFactory(role=Role.MANAGER))
    answer = client.get("/editions/current")
    assert (answer.status_code, answer.location) == (302, f"/editions/{edition.id}")


def test_another_editions_things_are_not_found(
    client: FlaskClient, login: Login, edition: Edition, registration: Registration
) -> None:
    other = create_edition(NewEdition("Printemps 2027", 27, date(2027, 3, 20)))
    slot_id = list_slots(edition.id)[0].id
    db.session.commit()
    login(client, UserFactory(role=Role.MANAGER))
    assert client.get(f"/editions/{other.id}/registrations/{registration.id}").status_code == 404
    assert client.get(f"/editions/{other.id}/setup/slots/{slot_id}").status_code == 404
    assert client.get("/editions/9999").status_code == 404
