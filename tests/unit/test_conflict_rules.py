"""Why a sale keeps an item paid twice, what the other may be given, and when a sale is still its till's."""

from datetime import UTC, datetime, timedelta

import pytest

from app.deposits.models import ItemState
from app.sales.conflict_rules import (
    NotTheItemSold,
    belongs_to_its_till,
    check_item_sold,
    gap_words,
    outcome_words,
    why_kept,
)
from app.sales.models import ConflictResolution, LineState
from app.sales.rules import Claim

NOON = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)


def claim(seconds: float = 0, till: int = 1, seq: int = 1) -> Claim:
    return Claim(NOON + timedelta(seconds=seconds), till, seq, "uuid", 1)


@pytest.mark.parametrize(
    ("kept", "lost", "words"),
    [
        (claim(), claim(180, 2), "Vendu en premier, 3\u00a0min plus tôt."),
        (claim(0, 1), claim(0, 2), "Vendu au même instant : la caisse au plus petit numéro garde l’article."),
        (claim(0, 1, 3), claim(0, 1, 4), "Vendu au même instant, à la même caisse"),
    ],
)
def test_the_reason_is_the_first_time_then_the_till(kept, lost, words) -> None:
    assert kept < lost
    assert why_kept(kept, lost).startswith(words)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "moins d’une seconde"), (12, "12\u00a0s"), (60, "1\u00a0min"), (7500, "2\u00a0h\u00a005")],
)
def test_gaps_are_told_as_people_say_them(seconds, words) -> None:
    assert gap_words(timedelta(seconds=seconds)) == words


def test_only_what_may_have_been_in_the_hall_was_really_sold() -> None:
    fine = {ItemState.ON_SALE, ItemState.WITHDRAWN, ItemState.UNSOLD, ItemState.MISSING}
    for state in ItemState:
        if state in fine:
            check_item_sold(state)
        else:
            with pytest.raises(NotTheItemSold):
                check_item_sold(state)


def test_a_sale_is_its_tills_for_five_minutes_while_its_session_lasts() -> None:
    almost, over = NOON + timedelta(minutes=4, seconds=59), NOON + timedelta(minutes=5)
    assert belongs_to_its_till(NOON, almost, session_is_open=True)
    assert not belongs_to_its_till(NOON, almost, session_is_open=False)
    assert not belongs_to_its_till(NOON, over, session_is_open=True)


def test_every_end_has_its_words() -> None:
    words = {outcome_words(how, LineState.CONFLICT) for how in ConflictResolution}
    words |= {outcome_words(None, LineState.VOID), outcome_words(None, LineState.ACTIVE)}
    assert len(words) == 5
