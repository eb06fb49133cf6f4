"""When a list may be changed, and what is said when it may not."""

from datetime import UTC, datetime, timedelta

import pytest

from app.deposits.editing_rules import ListNotUnlockable, check_unlockable, unlock_warning, why_read_only
from app.deposits.models import ItemState, LabelStatus, ListState
from app.editions.models import EditionState

DEADLINE = datetime(2026, 11, 14, 23, 0, tzinfo=UTC)
BEFORE, AFTER = DEADLINE - timedelta(minutes=1), DEADLINE


@pytest.mark.parametrize(
    ("list_state", "edition_state", "now", "unlocked", "expected"),
    [
        (ListState.DRAFT, EditionState.OPEN, BEFORE, False, None),
        (ListState.DRAFT, EditionState.OPEN, AFTER, False, "le dimanche 15 novembre à 0\u00a0h\u00a000"),
        (ListState.DRAFT, EditionState.DRAFT, BEFORE, False, "pas encore ouvertes"),
        (ListState.DRAFT, EditionState.FROZEN, BEFORE, False, "les étiquettes se préparent"),
        (ListState.DRAFT, EditionState.FROZEN, AFTER, True, None),
        (ListState.DRAFT, EditionState.SELLING, AFTER, True, "La vente a commencé"),
        (ListState.DRAFT, EditionState.CLOSED, AFTER, True, "clôturée"),
        (ListState.VALIDATED, EditionState.OPEN, BEFORE, False, "est validée"),
        (ListState.VALIDATED, EditionState.OPEN, BEFORE, True, "est validée"),
    ],
)
def test_a_list_is_open_until_validation_or_deadline(
    list_state: ListState, edition_state: EditionState, now: datetime, unlocked: bool, expected: str | None
) -> None:
    reason = why_read_only(list_state, edition_state, DEADLINE, now, unlocked=unlocked)
    assert (expected is None) == (reason is None)
    assert expected is None or expected in (reason or "")


@pytest.mark.parametrize(
    ("edition_state", "item_state", "editable"),
    [
        (EditionState.OPEN, ItemState.DRAFT, True),
        (EditionState.SELLING, ItemState.DECLARED, False),
        (EditionState.FROZEN, ItemState.ON_SALE, False),
    ],
)
def test_a_list_is_not_reopened_while_it_is_open_nor_once_it_is_brought_in(
    edition_state: EditionState, item_state: ItemState, editable: bool
) -> None:
    with pytest.raises(ListNotUnlockable):
        check_unlockable(edition_state, [item_state], editable=editable)


@pytest.mark.parametrize("item_state", [ItemState.DRAFT, ItemState.DECLARED, ItemState.WITHDRAWN])
def test_a_list_is_reopened_between_its_end_and_the_deposit(item_state: ItemState) -> None:
    check_unlockable(EditionState.FROZEN, [item_state], editable=False)


def test_reopening_a_labelled_list_warns_to_print_again() -> None:
    assert unlock_warning(LabelStatus.NOT_GENERATED) is None
    assert "réimprimez" in (unlock_warning(LabelStatus.PRINTED) or "")
