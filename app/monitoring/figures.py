"""The sale under way in figures, for probes: those of the dashboard, and what tills say of themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.editions.models import Edition
from app.editions.queries import current_edition
from app.monitoring.till_troubles import till_troubles
from app.reporting.queries import LiveFigures, live_figures
from app.reporting.rules import TillStatus


@dataclass(frozen=True, slots=True)
class SaleFigures:
    """Of the edition under way. `scan_failures`: codes that could not be read; `sync_failures`: talks with
    the server that failed; by till (`C1`)."""

    edition: Edition
    live: LiveFigures
    scan_failures: Mapping[str, int]
    sync_failures: Mapping[str, int]

    @property
    def active_tills(self) -> int:
        return sum(till.status is TillStatus.ONLINE for till in self.live.tills)


def sale_figures(now: datetime) -> SaleFigures | None:
    """None when there is no edition."""
    edition = current_edition()
    if edition is None:
        return None
    return SaleFigures(
        edition, live_figures(edition.id, now), **till_troubles(edition.id, "scan_failures", "sync_failures")
    )
