"""What the tills say of their troubles with each ping: codes not read, talks with the server that failed."""

from collections import Counter

from sqlalchemy import select

from app.core.db import db
from app.editions.models import Till
from app.sales.models import TillDevice
from app.sales.services.health import count_of


def till_troubles(edition_id: int, *names: str) -> dict[str, Counter[str]]:
    """Each of these counts by till (`C1`), as the devices at work last said."""
    rows = db.session.execute(
        select(Till.number, TillDevice.health)
        .join(Till, Till.id == TillDevice.till_id)
        .where(TillDevice.edition_id == edition_id, TillDevice.revoked_at.is_(None), ~Till.training)
    )
    troubles: dict[str, Counter[str]] = {name: Counter() for name in names}
    for number, health in rows:
        for name in names:
            troubles[name][f"C{number}"] += count_of(health, name)
    return troubles
