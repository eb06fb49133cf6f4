"""What a measure says: how often, median, 95th percentile, memory, against which target."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Target:
    """What 6-quality.md asks. `seconds`: of the median, or of the 95th percentile when `at_p95`."""

    seconds: float
    at_p95: bool = False
    peak_bytes: int | None = None
    size_bytes: int | None = None


@dataclass(frozen=True)
class Measure:
    """Times in seconds, one per operation. `peak_bytes`: resident memory of the largest process at work;
    `size_bytes`: of the answer, on the wire.

    `details` are further facts for the reader, label → text or number.
    """

    bench: str
    what: str
    database: str
    times: Sequence[float]
    peak_bytes: int | None = None
    target: Target | None = None
    details: dict[str, str | int | float] = field(default_factory=dict)
    size_bytes: int | None = None

    @property
    def median(self) -> float:
        return percentile(self.times, 50)

    @property
    def p95(self) -> float:
        return percentile(self.times, 95)

    @property
    def on_target(self) -> bool | None:
        """None when nothing was asked."""
        if self.target is None:
            return None
        measured = self.p95 if self.target.at_p95 else self.median
        sizes = (self.target.peak_bytes, self.peak_bytes), (self.target.size_bytes, self.size_bytes)
        light = all(most is None or (size or 0) <= most for most, size in sizes)
        return measured <= self.target.seconds and light

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; times in seconds, memory in bytes."""
        return {
            "bench": self.bench,
            "what": self.what,
            "database": self.database,
            "count": len(self.times),
            "median_s": round(self.median, 6),
            "p95_s": round(self.p95, 6),
            "max_s": round(max(self.times), 6),
            "peak_bytes": self.peak_bytes,
            "size_bytes": self.size_bytes,
            "target": vars(self.target) if self.target else None,
            "on_target": self.on_target,
            "details": self.details,
        }


def percentile(values: Sequence[float], percent: int) -> float:
    """The nearest-rank percentile: a value that was measured, so that of few values p95 is the largest."""
    ordered = sorted(values)
    return ordered[max(1, math.ceil(len(ordered) * percent / 100)) - 1]
