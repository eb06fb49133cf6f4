"""When something is an alert: conditions on metrics, for how long, and when it is over (seed §6.2). Pure."""

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

# Values of one metric by subject: a till's name, or "" for what there is one of. A subject without a value
# is not in it.
Values = Mapping[str, float]
Read = Callable[["Condition"], Values]


class Operator(enum.StrEnum):
    ABOVE = ">"
    BELOW = "<"


@dataclass(frozen=True, slots=True)
class Condition:
    """`metric op threshold`; over again once it has come back past `clear`. Counts are those of the last
    `window_minutes`."""

    metric: str
    op: Operator
    threshold: float
    clear: float | None = None
    window_minutes: int | None = None

    def holds(self, value: float) -> bool:
        return value > self.threshold if self.op is Operator.ABOVE else value < self.threshold

    @property
    def is_consistent(self) -> bool:
        """What ends an alert never lies on the side that opens it."""
        return self.clear is None or not self.holds(self.clear)

    def is_over(self, value: float | None) -> bool:
        """Hysteresis: at the threshold itself it is over, unless it has to go further back. Without a value
        there is nothing to say."""
        if value is None:
            return True
        limit = self.threshold if self.clear is None else self.clear
        return value <= limit if self.op is Operator.ABOVE else value >= limit


def read_condition(data: Mapping[str, Any]) -> Condition:
    """From the rule's row or its file."""
    return Condition(
        data["metric"],
        Operator(data["op"]),
        data["threshold"],
        data.get("clear"),
        data.get("window_minutes"),
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """What the conditions of a rule say of one subject; `values` by metric. Neither `holds` nor `over`:
    between the threshold and its hysteresis."""

    subject: str
    holds: bool
    over: bool
    values: dict[str, float]


def findings(conditions: Sequence[Condition], read: Read) -> list[Finding]:
    """All conditions must hold; one that is over ends it. A metric with one value goes for all subjects."""
    readings = [(condition, read(condition)) for condition in conditions]
    subjects = sorted({subject for _, values in readings for subject in values if subject})
    return [_finding(readings, subject) for subject in subjects or [""]]


def _finding(readings: Sequence[tuple[Condition, Values]], subject: str) -> Finding:
    pairs = [(condition, values.get(subject, values.get(""))) for condition, values in readings]
    return Finding(
        subject,
        holds=all(value is not None and condition.holds(value) for condition, value in pairs),
        over=any(condition.is_over(value) for condition, value in pairs),
        values={condition.metric: value for condition, value in pairs if value is not None},
    )


class Turn(enum.Enum):
    """What becomes of the alert of one subject."""

    NOTHING = enum.auto()
    # Its conditions begin to hold, and may be forgotten if they do not last.
    BEGIN = enum.auto()
    FORGET = enum.auto()
    OPEN = enum.auto()
    # It seems over, and is resolved if that lasts.
    SEEMS_OVER = enum.auto()
    HOLDS_AGAIN = enum.auto()
    RESOLVE = enum.auto()


@dataclass(frozen=True, slots=True)
class Patience:
    """For how long the conditions must hold before it is opened, and be over before it is resolved."""

    opening: timedelta = timedelta(0)
    clearing: timedelta = timedelta(0)


def turn_of_pending(finding: Finding | None, since: datetime | None, wait: Patience, now: datetime) -> Turn:
    """Of what is no alert yet; `since`: when the conditions began to hold, None while they do not."""
    if finding is None or not finding.holds:
        return Turn.NOTHING if since is None else Turn.FORGET
    if now - (since or now) >= wait.opening:
        return Turn.OPEN
    return Turn.BEGIN if since is None else Turn.NOTHING


def turn_of_open(
    finding: Finding | None, clear_since: datetime | None, wait: Patience, now: datetime
) -> Turn:
    """Of an alert that was opened. Its subject is gone (None): it is over."""
    if finding is not None and not finding.over:
        return Turn.NOTHING if clear_since is None else Turn.HOLDS_AGAIN
    if now - (clear_since or now) >= wait.clearing:
        return Turn.RESOLVE
    return Turn.SEEMS_OVER if clear_since is None else Turn.NOTHING


def in_words(message: str, subject: str, values: Mapping[str, float]) -> str:
    """The message of a rule with its figures in French: `{caisse_offline_duration}` → `31`."""
    words = message.replace("{subject}", subject)
    for metric, value in values.items():
        words = words.replace(f"{{{metric}}}", _figure(value))
    return words


def _figure(value: float) -> str:
    return f"{value:.0f}" if value == round(value) or abs(value) >= 100 else f"{value:.1f}".replace(".", ",")
