"""How long requests take and how they end, counted by every process of the web server.

With PROMETHEUS_MULTIPROC_DIR (set by config/gunicorn.py) each process counts in files of `DATA_DIR/metrics`;
whoever reads them has the sum, the scheduler too.
"""

import os
from pathlib import Path

from flask import current_app
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

# Seconds; the service levels of the seed (2 s, 3 s) are bounds, so that a share below them is exact.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)

DURATIONS = Histogram(
    "http_request_duration_seconds",
    "Durée des requêtes, par adresse de l’application",
    ["endpoint"],
    buckets=BOUNDS,
)
ANSWERS = Counter(
    "http_answers", "Réponses, par adresse et famille de code (2xx, 5xx…)", ["endpoint", "code"]
)


def note_request(endpoint: str, status: int, seconds: float) -> None:
    """One request was answered."""
    DURATIONS.labels(endpoint).observe(seconds)
    ANSWERS.labels(endpoint, f"{status // 100}xx").inc()


def all_processes() -> CollectorRegistry:
    """What all processes of the web server counted; where there is none, what this one did."""
    told = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    directory = Path(told) if told else Path(current_app.config["DATA_DIR"]) / "metrics"
    if not directory.is_dir():
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(directory))  # type: ignore[no-untyped-call]
    return registry
