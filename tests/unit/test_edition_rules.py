"""The usual calendar, the order of dates, and the steps of an edition."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.core.dates import datetime_short, from_paris, hours_between
from app.core.errors import DomainError
from app.editions.calendar import plan_calendar
from app.editions.models import EditionState
from app.editions.rulebook import default_rulebook
from app.editions.rules import (
    TRANSITIONS,
    EditionDates,
    EditionFacts,
    StepRefused,
    blocking,
    check_dates,
    check_step,
    check_still_to_come,
    next_transition,
    previous_state,
)

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
READY = EditionFacts(
    now=NOW,
    state_changed_at=NOW - timedelta(days=400),
    declaration_deadline=NOW + timedelta(days=3),
    sale_ends_at=NOW - timedelta(hours=1),
    has_place=True,
    slots=4,
    sale_periods=3,
    tills=5,
    validated_lists=10,
    items_on_sale=50,
)
# Once the sale is over, nothing is on sale any more.
OVER = replace(READY, items_on_sale=0)
# For each step, facts that stop it.
MISSING = {
    EditionState.OPEN: [
        {"has_place": False},
        {"slots": 0},
        {"sale_periods": 0},
        {"tills": 0},
        {"tills": 9},
        {"kinds_without_pickup": 1},
        {"declaration_deadline": NOW - timedelta(hours=1)},
    ],
    EditionState.FROZEN: [{"validated_lists": 0}],
    EditionState.SELLING: [{"items_on_sale": 0}, {"tills": 0}],
    EditionState.SETTLING: [{"open_tills": ("C2",)}, {"entries_to_sync": (("C1", 2),)}],
    EditionState.CLOSED: [
        {"open_tills": ("C2",)},
        {"entries_to_sync": (("C1", 1),)},
        {"open_conflicts": 1},
        {"payouts_not_final": 1},
        {"items_unsold": 1},
        {"items_on_sale": 1},
    ],
    EditionState.ARCHIVED: [{"state_changed_at": NOW - timedelta(days=364)}],
}


def ready_for(target: EditionState) -> EditionFacts:
    return OVER if target is EditionState.CLOSED else READY


BLOCKED = [(target, facts) for target, cases in MISSING.items() for facts in cases]


def test_the_week_of_the_sale_gives_every_date() -> None:
    plan = plan_calendar(default_rulebook(), date(2026, 11, 21))
    assert datetime_short(plan.declaration_deadline) == "13/11/2026 23:59"
    shown = {slot.label: datetime_short(slot.starts_at) for slot in plan.slots}
    assert shown["Mercredi 9h30-11h30"] == "18/11/2026 09:30"
    assert shown["Vendredi 9h30-12h"] == "20/11/2026 09:30"
    pickups = {pickup.list_kind.value: datetime_short(pickup.starts_at) for pickup in plan.pickups}
    assert pickups == {
        "standard": "23/11/2026 18:30",
        "1000": "22/11/2026 17:00",
        "2000": "22/11/2026 17:00",
    }


def test_hours_are_those_of_france_in_summer_and_in_winter() -> None:
    summer = plan_calendar(default_rulebook(), date(2027, 6, 5)).periods[1].starts_at
    winter = plan_calendar(default_rulebook(), date(2026, 11, 21)).periods[1].starts_at
    assert (summer.hour, winter.hour) == (7, 8)


def test_a_day_that_starts_at_midnight_is_told_by_its_end() -> None:
    said = [
        hours_between(from_paris(datetime(2026, 11, 18, hour)), from_paris(datetime(2026, 11, 18, 23)))
        for hour in (0, 9)
    ]
    assert said == ["jusqu’à 23\u00a0h\u00a000", "de 9\u00a0h\u00a000 à 23\u00a0h\u00a000"]


def dates(**changes: datetime) -> EditionDates:
    start = datetime(2026, 11, 13, tzinfo=UTC)
    usual = EditionDates(*(start + timedelta(days=days) for days in (0, 4, 6, 7, 9, 10)))
    return replace(usual, **changes)


def test_the_usual_order_holds() -> None:
    check_dates(dates())


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("declaration_deadline", datetime(2026, 11, 18, tzinfo=UTC)),
        ("declaration_deadline", datetime(2026, 10, 20, tzinfo=UTC)),
        ("deposit_ends_at", datetime(2026, 11, 21, tzinfo=UTC)),
        ("restitution_ends_at", datetime(2026, 11, 20, tzinfo=UTC)),
    ],
)
def test_dates_out_of_order_are_refused(name: str, day: datetime) -> None:
    with pytest.raises(DomainError):
        check_dates(dates(**{name: day}))


TODAY = date(2026, 11, 14)
GONE = TODAY - timedelta(days=1)


@pytest.mark.parametrize("was", [None, TODAY])
def test_nothing_is_put_on_a_day_already_gone(was: date | None) -> None:
    with pytest.raises(DomainError, match="Le 13/11/2026 est déjà passé"):
        check_still_to_come(GONE, was, TODAY, "day")


def test_what_was_on_a_day_gone_may_stay_there_and_today_is_not_gone() -> None:
    check_still_to_come(GONE, GONE, TODAY, "day")
    check_still_to_come(TODAY, None, TODAY, "day")


@pytest.mark.parametrize("transition", TRANSITIONS, ids=lambda each: each.target.value)
def test_a_step_is_taken_when_everything_holds(transition) -> None:
    check_step(transition.source, transition.target, ready_for(transition.target), by_admin=True)


@pytest.mark.parametrize(("target", "missing"), BLOCKED)
def test_a_step_waits_for_each_of_its_conditions(target: EditionState, missing: dict) -> None:
    source = previous_state(target)
    facts = replace(ready_for(target), **missing)
    assert source is not None
    assert len(blocking(next_transition(source), facts)) == 1
    with pytest.raises(StepRefused, match="Il manque encore"):
        check_step(source, target, facts, by_admin=True)


@pytest.mark.parametrize("source", [EditionState.SELLING, EditionState.SETTLING])
def test_what_a_replaced_device_keeps_is_told_and_stops_nothing(source: EditionState) -> None:
    step = next_transition(source)
    facts = replace(READY, left_on_devices=(("C3", 2),))
    told = [check.text for check in step.checks(facts) if not check.ok]
    assert [text for text in told if text.startswith("Caisse C3 : 2 ventes")]
    assert blocking(step, facts) == blocking(step, READY)


@pytest.mark.parametrize("target", [EditionState.OPEN, EditionState.CLOSED, EditionState.ARCHIVED])
def test_only_an_administrator_opens_closes_and_archives(target: EditionState) -> None:
    with pytest.raises(StepRefused, match="administrateur"):
        check_step(previous_state(target), target, ready_for(target), by_admin=False)


def test_no_step_is_skipped() -> None:
    for source in EditionState:
        forward = next_transition(source)
        allowed = {previous_state(source), forward.target if forward else None}
        for target in set(EditionState) - allowed:
            with pytest.raises(StepRefused):
                check_step(source, target, READY, by_admin=True)


@pytest.mark.parametrize(
    ("source", "moved"),
    [
        (EditionState.OPEN, {"registrations": 1}),
        (EditionState.FROZEN, {"checked_in": 1}),
        (EditionState.SELLING, {"sales": 1}),
        (EditionState.SELLING, {"open_tills": ("C2",)}),
        (EditionState.SETTLING, {"payouts_paid": 1}),
        (EditionState.SETTLING, {"items_given_back": 1}),
    ],
)
def test_no_way_back_once_money_has_moved(source: EditionState, moved: dict) -> None:
    back = previous_state(source)
    check_step(source, back, READY, by_admin=True)
    with pytest.raises(StepRefused, match="Retour impossible"):
        check_step(source, back, replace(READY, **moved), by_admin=True)
    with pytest.raises(StepRefused, match="administrateur"):
        check_step(source, back, READY, by_admin=False)
