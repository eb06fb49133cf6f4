"""What was seen of the service, hour by hour: the source of the service levels."""

from datetime import datetime, timedelta

from sqlalchemy import select

from app.core.db import db
from app.monitoring.models import Observer, ServiceHour
from app.monitoring.samples import ERRORS, REQUESTS, below, growth, samples_since, take_sample

# Further apart than this, two samples say nothing of what was in between: nobody watched.
LONGEST_GAP = timedelta(minutes=5)


def note_service(now: datetime, answers: bool) -> None:
    """Take this moment's sample, and add the probe and the requests since the last one to the hour."""
    take_sample(now)
    hour = hour_of(Observer.INSIDE, now)
    hour.probes += 1
    hour.failed_probes += not answers
    db.session.flush()
    grown = growth(samples_since(now - LONGEST_GAP)[-2:])
    hour.requests += int(grown.get(REQUESTS, 0))
    hour.errors += int(grown.get(ERRORS, 0))
    hour.durations = hour.durations | {
        bound: hour.durations.get(bound, 0) + int(count) for bound, count in below(grown).items()
    }


def hour_of(observer: Observer, moment: datetime) -> ServiceHour:
    """The row of that hour, added when it is the first time; locked until the commit."""
    start = moment.replace(minute=0, second=0, microsecond=0)
    known = select(ServiceHour).where(ServiceHour.observer == observer, ServiceHour.hour == start)
    hour = db.session.scalars(known.with_for_update()).one_or_none()
    if hour is None:
        hour = ServiceHour(
            observer=observer, hour=start, probes=0, failed_probes=0, requests=0, errors=0, durations={}
        )
        db.session.add(hour)
    return hour
