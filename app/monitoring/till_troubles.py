"""What the tills say of their talks with the server."""

from sqlalchemy import select

from app.core.db import db
from app.editions.models import Till
from app.sales.models import TillDevice
from app.sales.services.health import count_of


def sync_failures(edition_id: int) -> dict[str, int]:
    """Talks that failed, by till (`C1`), as the devices at work said with their last ping."""
    rows = db.session.execute(
        select(Till.number, TillDevice.health)
        .join(Till, Till.id == TillDevice.till_id)
        .where(TillDevice.edition_id == edition_id, TillDevice.revoked_at.is_(None), ~Till.training)
    )
    failures: dict[str, int] = {}
    for number, health in rows:
        name = f"C{number}"
        failures[name] = failures.get(name, 0) + count_of(health, "sync_failures")
    return failures
