"""The running counts of the service, taken every 30 seconds: two of them give what happened in between."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from prometheus_client.metrics_core import Metric
from sqlalchemy import delete, select

from app.core.db import db
from app.editions.queries import current_edition
from app.monitoring.models import MetricSample
from app.monitoring.requests import all_processes
from app.sales.models import TillDevice
from app.sales.services.health import count_of

Counts = dict[str, float]
KEPT_FOR = timedelta(days=2)
# Rates are those of the last minute and a half: three samples.
RATE_WINDOW = timedelta(minutes=1.5)
REQUESTS, ERRORS, SCANS, SYNCS = "requests", "errors", "scan_failures:", "sync_failures:"
# `below:0.5`: requests answered within half a second.
BELOW = "below:"


def take_sample(now: datetime) -> MetricSample:
    """Write the counts of this moment down, and forget those of the day before yesterday."""
    sample = MetricSample(at=now, counts=_requests() | _tills())
    db.session.add(sample)
    db.session.execute(delete(MetricSample).where(MetricSample.at < now - KEPT_FOR))
    return sample


def samples_since(moment: datetime) -> list[MetricSample]:
    """Oldest first, with the last one before `moment`: what was counted from there on."""
    latest = select(MetricSample).where(MetricSample.at <= moment).order_by(MetricSample.at.desc()).limit(1)
    later = select(MetricSample).where(MetricSample.at > moment).order_by(MetricSample.at)
    return [*db.session.scalars(latest), *db.session.scalars(later)]


def growth(samples: Sequence[MetricSample]) -> Counts:
    """How much each count grew over the samples. One that fell began anew at 0, with its process."""
    grown: Counts = {}
    for before, after in pairwise(samples):
        for name, count in after.counts.items():
            old = before.counts.get(name, 0)
            grown[name] = grown.get(name, 0) + (count - old if count >= old else count)
    return grown


def _requests() -> Counts:
    counts: Counts = {REQUESTS: 0, ERRORS: 0}
    for metric in all_processes().collect():
        if metric.name == "http_request_duration_seconds":
            _add_durations(metric, counts)
        elif metric.name == "http_answers":
            for sample in metric.samples:
                if sample.name.endswith("_total") and sample.labels["code"] == "5xx":
                    counts[ERRORS] += sample.value
    return counts


def _add_durations(metric: Metric, counts: Counts) -> None:
    for sample in metric.samples:
        if sample.name.endswith("_count"):
            counts[REQUESTS] += sample.value
        elif sample.name.endswith("_bucket"):
            name = f"{BELOW}{sample.labels['le']}"
            counts[name] = counts.get(name, 0) + sample.value


def _tills() -> Counts:
    """What the devices at work say of their troubles with each ping, since their page was opened."""
    edition = current_edition()
    if edition is None:
        return {}
    devices = db.session.scalars(
        select(TillDevice).where(TillDevice.edition_id == edition.id, TillDevice.revoked_at.is_(None))
    )
    return {
        f"{prefix}{device.id}": count_of(device.health, name)
        for device in devices
        for prefix, name in ((SCANS, "scan_failures"), (SYNCS, "sync_failures"))
    }


def below(grown: Counts) -> Counts:
    """The histogram of the requests: upper bound in seconds, as text → how many were within."""
    return {name.removeprefix(BELOW): count for name, count in grown.items() if name.startswith(BELOW)}


def errors_rate(grown: Counts) -> float | None:
    """Answers that were errors (5xx), in percent; None without a request."""
    requests = grown.get(REQUESTS, 0)
    return 100 * grown.get(ERRORS, 0) / requests if requests else None


def latency_p95(grown: Counts) -> float | None:
    """Milliseconds within which 95 % of the requests were answered; None without a request."""
    seconds = percentile(grown, 0.95)
    return None if seconds is None else 1000 * seconds


def total(grown: Counts, prefix: str) -> float:
    """Of all devices together."""
    return sum(count for name, count in grown.items() if name.startswith(prefix))


def percentile(grown: Counts, share: float) -> float | None:
    """Seconds within which `share` of the requests were answered, between two bounds of the histogram in
    proportion; None without a request."""
    bounds = sorted((float(bound), count) for bound, count in below(grown).items())
    if not bounds or not bounds[-1][1]:
        return None
    wanted = share * bounds[-1][1]
    low, within = 0.0, 0.0
    for high, count in bounds:
        if count >= wanted:
            return low if high == float("inf") else low + (high - low) * (wanted - within) / (count - within)
        low, within = high, count
    raise AssertionError("the last bound holds all of them")
