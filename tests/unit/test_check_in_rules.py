"""What a desk verifies, and what keeps labels from being printed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.core.errors import DomainError
from app.core.reasons import clean_reason
from app.deposits.check_in_rules import (
    MAX_SIGNATURE_CHARS,
    CheckInClosed,
    CheckInIncomplete,
    Punctuality,
    Verified,
    check_open,
    check_verified,
    is_signature,
    punctuality,
)
from app.editions.models import EditionState
from app.editions.rulebook import default_rulebook
from app.labels.rules import ListFacts, printing_problems

START = datetime(2026, 11, 18, 13, tzinfo=UTC)
END = START + timedelta(hours=4)
GOOD = Verified(True, True, "Odette Pastourel", "Paul Estève", "M1 2 L3 4", False)
READY = ListFacts(number=245, validated=True, items=12, without_code=0, without_price=0)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (START - timedelta(seconds=1), Punctuality.EARLY),
        (START, Punctuality.ON_TIME),
        (END, Punctuality.ON_TIME),
        (END + timedelta(seconds=1), Punctuality.LATE),
    ],
)
def test_one_is_late_after_the_slot_and_early_before(now, expected):
    assert punctuality(START, END, now) is expected
    assert punctuality(None, None, now) is Punctuality.NO_SLOT


@pytest.mark.parametrize("state", EditionState)
def test_goods_come_in_once_items_are_frozen_and_while_the_sale_goes_on(state):
    if state in (EditionState.FROZEN, EditionState.SELLING):
        check_open(state)
    else:
        with pytest.raises(CheckInClosed):
            check_open(state)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"identity_checked": False}, "identity_checked"),
        ({"first_volunteer": "  "}, "first_volunteer"),
        ({"second_volunteer": ""}, "second_volunteer"),
        ({"second_volunteer": " odette PASTOUREL "}, "second_volunteer"),
        ({"signature_path": ""}, "signature_path"),
        ({"signature_path": "<script>"}, "signature_path"),
    ],
)
def test_what_is_missing_is_asked_for_at_its_field(changes, field):
    with pytest.raises(CheckInIncomplete) as refusal:
        check_verified(replace(GOOD, **changes))
    assert refusal.value.field == field


def test_a_missing_envelope_and_a_signature_on_paper_are_accepted():
    check_verified(GOOD)
    check_verified(replace(GOOD, envelope_checked=False, signature_path="", signed_on_paper=True))


def test_a_signature_is_lines_only_and_bounded():
    assert is_signature("M10 20 L10 20 L13 24 M40 2 L40 2")
    assert not is_signature("L1 2")
    assert not is_signature("M1 2 A3 4")
    assert not is_signature("M" + "1 " * MAX_SIGNATURE_CHARS)


@pytest.mark.parametrize("reason", ["", " x ", "a" * 201])
def test_a_reason_says_something(reason):
    with pytest.raises(DomainError):
        clean_reason(reason)
    assert clean_reason("  tache   au dos ") == "tache au dos"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"validated": False}, "non validée"),
        ({"number": None}, "Numéro manquant"),
        ({"number": 4000}, "aucune plage"),
        ({"without_code": 2}, "2 articles sans code"),
        ({"without_price": 1}, "1 article sans prix"),
    ],
)
def test_each_gap_has_its_sentence(changes, said):
    (sentence,) = printing_problems(default_rulebook(), replace(READY, **changes))
    assert said in sentence


def test_a_complete_list_can_be_printed():
    assert printing_problems(default_rulebook(), READY) == ()
