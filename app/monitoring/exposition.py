"""The metrics of the seed (§5.1) under their names, with those of the requests, as Prometheus reads them."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.monitoring.figures import SaleFigures, sale_figures
from app.monitoring.machine import MachineFigures, machine_figures
from app.monitoring.queues import QueueFigures, queue_figures
from app.monitoring.requests import all_processes
from app.monitoring.samples import RATE_WINDOW, errors_rate, growth, latency_p95, samples_since
from app.reporting.rules import TillStatus

__all__ = ["CONTENT_TYPE", "exposition"]


def exposition(now: datetime) -> bytes:
    """Everything there is to know at `now` (UTC)."""
    registry = CollectorRegistry()
    registry.register(_Snapshot([*_of_sale(sale_figures(now), now), *_of_machine(machine_figures())]))
    registry.register(_Snapshot([*_of_queues(queue_figures(now)), *_of_service(now)]))
    return generate_latest(all_processes()) + generate_latest(registry)


class _Snapshot(Collector):
    """Figures read once."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        return iter(self._metrics)


def _of_sale(sale: SaleFigures | None, now: datetime) -> Iterator[Metric]:
    if sale is None:
        return
    labels, values = ["edition"], [str(sale.edition.number)]
    live = sale.live
    sold = CounterMetricFamily("ventes", "Nombre total de ventes", labels=labels)
    sold.add_metric(values, live.sales)
    yield sold
    for name, words, figure in (
        ("ventes_par_minute", "Débit de ventes sur les dix dernières minutes", live.per_minute),
        ("montant_total_vendu", "Chiffre d’affaires cumulé, en euros", live.amount_cents / 100),
        ("articles_restants", "Stock non vendu", live.remaining),
        ("caisses_actives", "Caisses ouvertes et en ligne", sale.active_tills),
        ("conflits_ouverts", "Articles vendus deux fois, à régler", live.open_conflicts),
    ):
        gauge = GaugeMetricFamily(name, words, labels=labels)
        gauge.add_metric(values, figure)
        yield gauge
    silent = {
        till.name: (now - till.last_seen_at).total_seconds() / 60
        for till in live.tills
        if till.status is TillStatus.OFFLINE and till.last_seen_at is not None
    }
    for name, words, figures in (
        (
            "ventes_offline_pending",
            "Ventes en attente de synchronisation",
            {till.name: till.pending for till in live.tills},
        ),
        ("caisse_offline_duration", "Caisse ouverte hors connexion depuis, en minutes", silent),
        ("scan_failures", "Codes que la caisse n’a pas pu lire", sale.scan_failures),
        ("sync_failures", "Échanges avec le serveur manqués par la caisse", sale.sync_failures),
    ):
        of_tills = GaugeMetricFamily(name, words, labels=[*labels, "caisse"])
        for till_name, figure in figures.items():
            of_tills.add_metric([*values, till_name], figure)
        yield of_tills


def _of_service(now: datetime) -> Iterator[Metric]:
    """Of the last minute and a half, as the scheduler sampled the requests; 0 when there were none."""
    grown = growth(samples_since(now - RATE_WINDOW))
    for name, words, figure in (
        ("api_errors_rate", "Réponses en erreur (5xx), en pourcent", errors_rate(grown)),
        ("api_latency_p95", "Temps de réponse au 95e centile, en millisecondes", latency_p95(grown)),
    ):
        yield GaugeMetricFamily(name, words, value=figure or 0)


def _of_machine(machine: MachineFigures) -> Iterator[Metric]:
    for name, words, figure in (
        ("db_connections_used", "Connexions actives à la base", machine.connections),
        ("db_connections_max", "Connexions possibles à la base", machine.most_connections),
        ("disk_usage_percent", "Utilisation du disque des données", machine.disk_percent),
        ("memory_usage_percent", "Utilisation de la mémoire", machine.memory_percent),
    ):
        yield GaugeMetricFamily(name, words, value=figure)


def _of_queues(queues: QueueFigures) -> Iterator[Metric]:
    waiting = GaugeMetricFamily("jobs", "Travaux, par état", labels=["state"])
    for state, count in queues.jobs.items():
        waiting.add_metric([state], count)
    yield waiting
    yield GaugeMetricFamily("jobs_waiting_seconds", "Attente du plus ancien", value=queues.oldest_seconds)
    mails = GaugeMetricFamily("mails", "Messages, par état", labels=["state"])
    for mail_state, count in queues.mails.items():
        mails.add_metric([mail_state], count)
    yield mails
