"""What was promised of the service against what was measured."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.monitoring.service_levels import (
    EditionDays,
    HourSeen,
    PeriodKind,
    PeriodLevel,
    Promise,
    PromiseKept,
    Standing,
    add_up,
    allowed_minutes,
    best_seen,
    hours_of,
    p95,
    per_batch,
    percentile,
    period_levels,
    period_of,
    share_under,
)
from blueprints.operations.service_words import in_minutes, in_percent, in_seconds, of_hours

# A sale from Friday to Sunday, deposits from Wednesday on.
DAYS = EditionDays(
    first=date(2026, 11, 1),
    deposit=date(2026, 11, 18),
    sale_first=date(2026, 11, 20),
    sale_last=date(2026, 11, 22),
    last=date(2026, 11, 29),
)
# Midnight of the first day of sale, in France.
OPENING = datetime(2026, 11, 19, 23, tzinfo=UTC)
AFTERWARDS = datetime(2026, 12, 31, tzinfo=UTC)
DURATIONS = {"0.1": 50, "1.0": 90, "2.0": 98, "3.0": 100, "+Inf": 100}


def seen(hours: int, failed: int = 0, outside: bool = True, probes: int = 120) -> HourSeen:
    """An account of the hour so long after the opening."""
    return HourSeen(OPENING + timedelta(hours=hours), outside, probes, failed)


def during(rows: list[HourSeen], now: datetime = AFTERWARDS) -> PeriodLevel:
    return next(level for level in period_levels(DAYS, rows, now) if level.kind is PeriodKind.DURING)


@pytest.mark.parametrize(
    ("moment", "kind"),
    [
        ("2026-11-17T22:59", PeriodKind.OUTSIDE),
        ("2026-11-17T23:00", PeriodKind.BEFORE),
        ("2026-11-19T22:59", PeriodKind.BEFORE),
        ("2026-11-19T23:00", PeriodKind.DURING),
        ("2026-11-22T22:59", PeriodKind.DURING),
        ("2026-11-22T23:00", PeriodKind.OUTSIDE),
    ],
)
def test_periods_are_whole_days_of_france(moment: str, kind: PeriodKind) -> None:
    assert period_of(datetime.fromisoformat(moment).replace(tzinfo=UTC), DAYS) is kind


def test_every_hour_of_an_edition_is_counted_once_also_when_clocks_change() -> None:
    hours = list(hours_of(DAYS))
    assert len(hours) == len(set(hours)) == 29 * 24
    autumn = EditionDays(*[date(2026, 10, 25)] * 5)
    assert len(list(hours_of(autumn))) == 25


def test_three_days_of_sale_leave_the_minutes_of_the_seed() -> None:
    assert allowed_minutes(PeriodKind.DURING, 72) == pytest.approx(21.6)
    level = during([seen(n) for n in range(72)])
    assert (level.hours, level.measured, level.unmeasured, level.down) == (72, 72, 0, 0)
    assert (level.availability, level.standing) == (100, Standing.KEPT)


def test_three_minutes_down_are_seen_in_the_budget() -> None:
    level = during([seen(n, failed=6 if n == 30 else 0) for n in range(72)])
    assert level.down == pytest.approx(3)
    assert level.left == pytest.approx(18.6)
    assert level.availability == pytest.approx(100 - 100 * 3 / (72 * 60))


@pytest.mark.parametrize(
    ("minutes", "standing"),
    [(16, Standing.KEPT), (17, Standing.SHORT), (21.6, Standing.SHORT), (22, Standing.MISSED)],
)
def test_where_a_period_stands(minutes: float, standing: Standing) -> None:
    level = during([seen(n, failed=round(100 * minutes) if n == 5 else 0, probes=6000) for n in range(72)])
    assert level.standing is standing


def test_the_hours_nobody_measured_are_told_and_count_neither_way() -> None:
    level = during([seen(n) for n in range(10)], now=OPENING + timedelta(hours=24))
    assert (level.elapsed, level.measured, level.unmeasured) == (24, 10, 14)
    assert level.availability == 100


def test_the_hour_under_way_counts_as_far_as_it_went() -> None:
    level = during([seen(0), seen(1, failed=60)], now=OPENING + timedelta(hours=1, minutes=30))
    assert (level.elapsed, level.down) == (1.5, 15)


def test_what_of_an_hour_nobody_probed_is_not_measured() -> None:
    level = during([seen(0, failed=30, probes=60), seen(1, probes=110)], now=OPENING + timedelta(hours=2))
    assert (level.measured, level.unmeasured, level.down) == (1.5, 0.5, 15)
    assert level.availability == pytest.approx(100 * (1 - 15 / 90))


def test_the_watchdog_is_believed_before_the_inside() -> None:
    inside, outside = seen(0, failed=0, outside=False), seen(0, failed=12)
    assert best_seen([outside, inside]) == best_seen([inside, outside]) == {OPENING: outside}
    assert during([inside, outside]).down == pytest.approx(6)
    assert best_seen([inside, seen(0, probes=0)]) == {OPENING: inside}


def test_a_period_to_come_is_not_judged() -> None:
    level = during([], now=datetime(2026, 11, 5, tzinfo=UTC))
    assert (level.elapsed, level.availability, level.standing) == (0, None, Standing.UNKNOWN)


def test_an_edition_without_days_before_has_no_such_period() -> None:
    kinds = [level.kind for level in period_levels(EditionDays(*[date(2026, 11, 20)] * 5), [], AFTERWARDS)]
    assert kinds == [PeriodKind.DURING]


def test_a_percentile_lies_between_its_bounds() -> None:
    assert percentile(DURATIONS, 0.5) == pytest.approx(0.1)
    assert percentile(DURATIONS, 0.95) == pytest.approx(1 + 5 / 8)
    assert percentile({"1.0": 0, "+Inf": 10}, 0.95) == 1.0
    assert percentile({}, 0.95) is None
    assert percentile({"1.0": 0, "+Inf": 0}, 0.95) is None


@given(st.lists(st.floats(0.001, 9), min_size=1, max_size=60))
def test_a_percentile_is_never_further_than_its_bucket(values: list[float]) -> None:
    bounds = [0.01, 0.1, 1.0, 2.0, 5.0, 10.0]
    counts = {str(bound): sum(value <= bound for value in values) for bound in bounds}
    told = percentile({**counts, "+Inf": len(values)}, 0.95)
    exact = p95(values)
    assert told is not None
    assert exact is not None
    bucket = next(bound for bound in bounds if exact <= bound)
    assert max([0.0, *(bound for bound in bounds if bound < bucket)]) <= told <= bucket


def test_the_share_under_a_bound_is_exact() -> None:
    assert share_under(DURATIONS, 2.0) == 98
    assert share_under(DURATIONS, 2.5) is None
    assert share_under({}, 2.0) is None
    assert add_up([DURATIONS, DURATIONS])["2.0"] == 196


def test_a_small_job_counts_as_it_was_a_large_one_by_batch() -> None:
    assert per_batch(2, 20, 300) == 2
    assert per_batch(20, 6000, 300) == 1


def test_ninety_five_of_a_hundred() -> None:
    assert p95([]) is None
    assert p95([3.0]) == 3
    assert p95([float(n) for n in range(1, 101)]) == 95


@pytest.mark.parametrize(
    ("seconds", "standing"),
    [(None, Standing.UNKNOWN), (1.5, Standing.KEPT), (1.6, Standing.SHORT), (3.1, Standing.MISSED)],
)
def test_where_a_promise_stands(seconds: float | None, standing: Standing) -> None:
    assert PromiseKept(Promise("", 1.5, 3), seconds, "").standing is standing


def test_words() -> None:
    told = [in_percent(value) for value in (None, 100.0, 99.999, 99.5, 98.0)]
    assert told == ["–", "100\u00a0%", "99,99\u00a0%", "99,5\u00a0%", "98\u00a0%"]
    assert [in_minutes(value) for value in (21.6, 3, 0, 185)] == [
        "21,6\u00a0min",
        "3\u00a0min",
        "0\u00a0min",
        "3\u00a0h\u00a005",
    ]
    assert [in_seconds(value) for value in (None, 0.085, 1.45, 30, 60, 90)] == [
        "–",
        "85\u00a0ms",
        "1,4\u00a0s",
        "30\u00a0s",
        "1\u00a0min",
        "1\u00a0min\u00a030",
    ]
    assert [of_hours(value) for value in (0.4, 5, 47, 72)] == [
        "moins d’une heure",
        "5\u00a0h",
        "47\u00a0h",
        "3 jours",
    ]
