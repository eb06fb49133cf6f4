"""A label that did not do its work (RUN-002): noted, so that what repeats itself is seen."""

from datetime import datetime

from app.core.clock import utcnow
from app.core.db import db
from app.labels.models import LabelIncident, LabelOutcome, LabelTrouble


def report_incident(
    edition_id: int,
    item_id: int | None,
    trouble: LabelTrouble,
    outcome: LabelOutcome | None,
    by_id: int | None,
    *,
    till_id: int | None = None,
    at: datetime | None = None,
) -> LabelIncident:
    """Note it; `item_id` None when the item was not found either, `outcome` None when nothing was done."""
    incident = LabelIncident(
        edition_id=edition_id,
        item_id=item_id,
        till_id=till_id,
        trouble=trouble,
        outcome=outcome,
        reported_by_id=by_id,
        reported_at=at or utcnow(),
    )
    db.session.add(incident)
    db.session.flush()
    return incident
