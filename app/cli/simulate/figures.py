"""Figures as they must be beside those that the application gives."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.core.money import format_euros


@dataclass(frozen=True)
class Line:
    """One figure: as computed here, and as the application says it. In cents, unless `counted`."""

    label: str
    expected: int
    shown: int
    counted: bool = False

    @property
    def balances(self) -> bool:
        return self.expected == self.shown

    def amount(self, value: int) -> str:
        return str(value) if self.counted else format_euros(value)


def as_table(lines: Iterable[Line]) -> Iterator[str]:
    """The books as lines of text; a figure that does not balance is marked."""
    yield f"{'':<44} {'attendu':>14} {'affiché':>14}"
    for line in lines:
        mark = "" if line.balances else "   <-- ÉCART"
        yield f"{line.label:<44} {line.amount(line.expected):>14} {line.amount(line.shown):>14}{mark}"
