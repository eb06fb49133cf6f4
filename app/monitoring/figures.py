"""The sale under way in figures, for probes: those of the dashboard, and what tills say of themselves."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.core.db import db
from app.editions.models import Edition, Till
from app.editions.queries import current_edition
from app.reporting.queries import LiveFigures, live_figures
from app.reporting.rules import TillStatus
from app.sales.models import TillDevice
from app.sales.services.health import count_of


@dataclass(frozen=True, slots=True)
class SaleFigures:
    """Of the edition under way. `scan_failures`: codes that could not be read, by till (`C1`)."""

    edition: Edition
    live: LiveFigures
    scan_failures: dict[str, int]

    @property
    def active_tills(self) -> int:
        return sum(till.status is TillStatus.ONLINE for till in self.live.tills)


def sale_figures(now: datetime) -> SaleFigures | None:
    """None when there is no edition."""
    edition = current_edition()
    if edition is None:
        return None
    return SaleFigures(edition, live_figures(edition.id, now), _scan_failures(edition.id))


def _scan_failures(edition_id: int) -> dict[str, int]:
    """What the devices at work said with their last ping."""
    rows = db.session.execute(
        select(Till.number, TillDevice.health)
        .join(Till, Till.id == TillDevice.till_id)
        .where(TillDevice.edition_id == edition_id, TillDevice.revoked_at.is_(None), ~Till.training)
    )
    failures: dict[str, int] = {}
    for number, health in rows:
        name = f"C{number}"
        failures[name] = failures.get(name, 0) + count_of(health, "scan_failures")
    return failures
