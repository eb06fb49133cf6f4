"""What the rules of alert can be about: each metric by the seed's name, in French, and how it is read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from app.monitoring.figures import SaleFigures, sale_figures
from app.monitoring.machine import MachineFigures, machine_figures
from app.monitoring.queues import QueueFigures, queue_figures
from app.monitoring.rules import Condition, Values
from app.monitoring.samples import (
    RATE_WINDOW,
    SCANS,
    SYNCS,
    Counts,
    errors_rate,
    growth,
    latency_p95,
    samples_since,
    total,
)
from app.reporting.rules import TillStatus

COUNT_WINDOW_MINUTES = 15


@dataclass(frozen=True, slots=True)
class Outside:
    """What can only be seen by asking from outside: whether the application answers, and for how many days
    its certificate still holds (None: it has none)."""

    answers: bool
    certificate_days: float | None


class Readings:
    """The metrics at `now` (UTC), each read once at most."""

    def __init__(self, now: datetime, outside: Outside) -> None:
        self.now, self.outside = now, outside
        self._grown: dict[float, Counts] = {}

    def read(self, condition: Condition) -> Values:
        """Its values by subject, as the rules want them. Raises KeyError for an unknown metric."""
        return METRICS[condition.metric].read(self, condition.window_minutes)

    @cached_property
    def sale(self) -> SaleFigures | None:
        return sale_figures(self.now)

    @cached_property
    def machine(self) -> MachineFigures:
        return machine_figures()

    @cached_property
    def queues(self) -> QueueFigures:
        return queue_figures(self.now)

    def grown(self, minutes: float) -> Counts:
        if minutes not in self._grown:
            self._grown[minutes] = growth(samples_since(self.now - timedelta(minutes=minutes)))
        return self._grown[minutes]


@dataclass(frozen=True, slots=True)
class Known:
    """A metric a rule can name. `windowed`: it counts over some minutes; `per_till`: one value a till."""

    label: str
    unit: str
    read: Callable[[Readings, float | None], Values]
    windowed: bool = False
    per_till: bool = False


def _one(value: float | None) -> Values:
    return {} if value is None else {"": value}


def _silent_tills(readings: Readings, _: float | None) -> Values:
    """Minutes since each open till that is out of reach was last heard."""
    if readings.sale is None:
        return {}
    return {
        till.name: (readings.now - till.last_seen_at).total_seconds() / 60
        for till in readings.sale.live.tills
        if till.status is TillStatus.OFFLINE and till.last_seen_at is not None
    }


def _of_sale(figure: Callable[[SaleFigures], float]) -> Callable[[Readings, float | None], Values]:
    return lambda readings, _: _one(None if readings.sale is None else figure(readings.sale))


def _rate(figure: Callable[[Counts], float | None]) -> Callable[[Readings, float | None], Values]:
    usual = RATE_WINDOW.total_seconds() / 60
    return lambda readings, window: _one(figure(readings.grown(window or usual)))


def _counted(prefix: str) -> Callable[[Readings, float | None], Values]:
    return lambda readings, window: _one(total(readings.grown(window or COUNT_WINDOW_MINUTES), prefix))


METRICS = {
    "api_health_check": Known(
        "L’application répond (1) ou non (0)", "", lambda readings, _: _one(float(readings.outside.answers))
    ),
    # The database answers, or nothing could be read: see `app.monitoring.database_alarm`.
    "db_connections_failed": Known("Connexions à la base refusées", "", lambda readings, _: _one(0)),
    "ventes_offline_pending": Known(
        "Ventes qui attendent dans les caisses",
        "ventes",
        _of_sale(lambda sale: sum(till.pending for till in sale.live.tills)),
    ),
    "sync_attempts_failed": Known("Synchronisations manquées", "essais", _counted(SYNCS), windowed=True),
    "caisse_offline_duration": Known("Caisse hors connexion depuis", "min", _silent_tills, per_till=True),
    "api_errors_rate": Known("Réponses en erreur", "%", _rate(errors_rate), windowed=True),
    "api_latency_p95": Known("Temps de réponse, 95 fois sur 100", "ms", _rate(latency_p95), windowed=True),
    "disk_usage_percent": Known(
        "Disque occupé", "%", lambda readings, _: _one(readings.machine.disk_percent)
    ),
    "memory_usage_percent": Known(
        "Mémoire occupée", "%", lambda readings, _: _one(readings.machine.memory_percent)
    ),
    "db_connections_used": Known(
        "Connexions à la base occupées", "%", lambda readings, _: _one(readings.machine.connections_percent)
    ),
    "ssl_expiry_days": Known(
        "Certificat encore valable", "jours", lambda readings, _: _one(readings.outside.certificate_days)
    ),
    "scan_failures": Known("Codes non lus", "codes", _counted(SCANS), windowed=True),
    "ventes_par_minute": Known("Ventes par minute", "", _of_sale(lambda sale: sale.live.per_minute)),
    "caisses_actives": Known("Caisses en ligne", "caisses", _of_sale(lambda sale: sale.active_tills)),
    "conflits_ouverts": Known(
        "Articles vendus deux fois, à régler", "articles", _of_sale(lambda sale: sale.live.open_conflicts)
    ),
    "jobs_waiting_seconds": Known(
        "Attente du plus ancien travail", "s", lambda readings, _: _one(readings.queues.oldest_seconds)
    ),
}
