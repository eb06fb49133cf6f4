"""Unsold items handed over or given away, so that an edition can be closed."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.core.audit import AuditEntry
from app.core.clock import utcnow
from app.core.db import db
from app.deposits.models import CatalogueChange, ItemState
from app.editions.models import EditionState
from app.restitution.queries import search_unsold
from app.restitution.services import (
    NothingHandedOver,
    NothingToGiveBack,
    TooEarlyToGiveBack,
    donate_rest,
    hand_over,
    undo_hand_over,
)
from tests.factories import EditionFactory, UserFactory, list_on_sale

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def edition(app):
    return EditionFactory(state=EditionState.SETTLING)


@pytest.fixture
def volunteer(app):
    return UserFactory(role=Role.VOLUNTEER)


def unsold(edition, **values):
    """Three unsold items, the last to be donated."""
    items = list_on_sale(3, registration__edition=edition, **values).items
    for item in items:
        item.state = ItemState.UNSOLD
    items[2].donate_if_unsold = True
    db.session.flush()
    return items


def test_a_depositor_takes_back_what_was_not_to_be_donated(edition, volunteer):
    items = unsold(edition)
    given = hand_over(edition, items[0].item_list.registration_id, volunteer.id)
    assert (given.returned, given.donated) == (2, 1)
    assert [item.state for item in items] == [ItemState.RETURNED, ItemState.RETURNED, ItemState.DONATED]
    assert db.session.scalars(select(AuditEntry.action)).all() == ["unsold.handed_over"]
    assert len(db.session.scalars(select(CatalogueChange)).all()) == 3


def test_a_second_click_hands_nothing_over(edition, volunteer):
    registration_id = unsold(edition)[0].item_list.registration_id
    hand_over(edition, registration_id, volunteer.id)
    with pytest.raises(NothingToGiveBack):
        hand_over(edition, registration_id, volunteer.id)


def test_what_nobody_fetched_is_donated(edition, volunteer):
    unsold(edition)
    others = unsold(edition)
    elsewhere = unsold(EditionFactory(state=EditionState.SETTLING))
    hand_over(edition, others[0].item_list.registration_id, volunteer.id)
    assert donate_rest(edition, volunteer.id) == 3
    assert search_unsold(edition.id).unsold == 0
    assert elsewhere[0].state is ItemState.UNSOLD


def test_a_hand_over_to_the_wrong_person_is_taken_back(edition, volunteer):
    items = unsold(edition)
    registration_id = items[0].item_list.registration_id
    hand_over(edition, registration_id, volunteer.id)
    assert undo_hand_over(edition, registration_id, volunteer.id) == 3
    assert {item.state for item in items} == {ItemState.UNSOLD}
    (row,) = search_unsold(edition.id).rows
    assert (row.to_return, row.to_donate, row.handed_over) == (2, 1, False)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert (entry.action, entry.actor_id) == ("unsold.hand_over_undone", volunteer.id)
    assert json.loads(entry.details) == {"returned": 2, "donated": 1}
    with pytest.raises(NothingHandedOver):
        undo_hand_over(edition, registration_id, volunteer.id)


def test_only_the_last_hand_over_is_taken_back(edition, volunteer):
    first = unsold(edition)
    registration_id = first[0].item_list.registration_id
    hand_over(edition, registration_id, volunteer.id)
    found_later = unsold(edition, registration=first[0].item_list.registration)
    hand_over(edition, registration_id, volunteer.id)
    assert undo_hand_over(edition, registration_id, volunteer.id) == 3
    assert {item.state for item in found_later} == {ItemState.UNSOLD}
    assert first[0].state is ItemState.RETURNED


def test_what_nobody_fetched_stays_given_away(edition, volunteer):
    """Also what its depositor wished to give: they never came."""
    items = unsold(edition)
    donate_rest(edition, volunteer.id)
    (row,) = search_unsold(edition.id, waiting=False).rows
    assert not row.handed_over
    with pytest.raises(NothingHandedOver):
        undo_hand_over(edition, items[0].item_list.registration_id, volunteer.id)
    assert {item.state for item in items} == {ItemState.DONATED}


def test_nothing_is_given_back_while_the_sale_goes_on(volunteer):
    edition = EditionFactory(state=EditionState.SELLING)
    with pytest.raises(TooEarlyToGiveBack):
        donate_rest(edition, volunteer.id)


def test_depositors_are_found_and_counted(edition, volunteer):
    items = unsold(edition, number=245, registration__user__last_name="Étienne")
    unsold(edition, number=301)
    found = search_unsold(edition.id, "etienne")
    assert [(row.to_return, row.to_donate, row.numbers) for row in found.rows] == [(2, 1, (245,))]
    assert (found.unsold, search_unsold(edition.id, "301").count) == (6, 1)
    hand_over(edition, items[0].item_list.registration_id, volunteer.id)
    assert search_unsold(edition.id, "245").rows == []
    (row,) = search_unsold(edition.id, "245", waiting=False).rows
    assert (row.is_settled, row.settled) == (True, 3)


@pytest.mark.parametrize(("days", "warned"), [(1, True), (-1, False)])
def test_giving_the_rest_away_warns_while_depositors_may_still_come(client, login, edition, days, warned):
    unsold(edition)
    edition.restitution_ends_at = utcnow() + timedelta(days=days)
    db.session.commit()
    login(client, UserFactory(role=Role.MANAGER))
    page = client.get(f"/editions/{edition.id}/restitution").text
    assert "Donner ce qui reste" in page
    assert ("on peut encore venir les reprendre" in page) is warned


def test_the_page_hands_over_and_donates(client, login, edition):
    registration_id = unsold(edition)[0].item_list.registration_id
    unsold(edition)
    db.session.commit()
    volunteer = login(client, UserFactory(role=Role.VOLUNTEER))
    assert volunteer.get(f"/editions/{edition.id}/restitution").status_code == 200
    assert volunteer.post(f"/editions/{edition.id}/restitution/{registration_id}").status_code == 303
    assert volunteer.post(f"/editions/{edition.id}/restitution/donation").status_code == 403
    manager = login(client, UserFactory(role=Role.MANAGER))
    assert manager.post(f"/editions/{edition.id}/restitution/donation").status_code == 303
    db.session.expire_all()
    assert search_unsold(edition.id).unsold == 0
