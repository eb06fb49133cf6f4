"""A board for Grafana on the metrics of the application, its limits those of the alerts. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SOURCE = {"type": "prometheus", "uid": "${source}"}
COLUMNS = 24


@dataclass(frozen=True, slots=True)
class Panel:
    """A figure (`stat`) or a curve (`timeseries`); `width` of 24 columns; `limit`: the metric whose alert
    gives its red line."""

    title: str
    expression: str
    kind: str = "timeseries"
    width: int = 8
    unit: str = "none"
    legend: str = ""
    limit: str = ""


PANELS = (
    Panel("Ventes", "sum(ventes_total)", "stat", 4),
    Panel("Chiffre d’affaires", "sum(montant_total_vendu)", "stat", 5, "currencyEUR"),
    Panel("Articles restants", "sum(articles_restants)", "stat", 4),
    Panel("Caisses en ligne", "sum(caisses_actives)", "stat", 4),
    Panel("Conflits à régler", "sum(conflits_ouverts)", "stat", 3),
    Panel("Application", "api_health_check", "stat", 4),
    Panel("Ventes par minute", "sum(ventes_par_minute)"),
    Panel(
        "Ventes en attente dans les caisses",
        "ventes_offline_pending",
        legend="{{caisse}}",
        limit="ventes_offline_pending",
    ),
    Panel(
        "Caisses hors connexion",
        "caisse_offline_duration",
        unit="m",
        legend="{{caisse}}",
        limit="caisse_offline_duration",
    ),
    Panel("Réponse au 95e centile", "api_latency_p95", unit="ms", limit="api_latency_p95"),
    Panel("Réponses en erreur", "api_errors_rate", unit="percent", limit="api_errors_rate"),
    Panel("Codes non lus en 15 min", "sum(increase(scan_failures[15m]))", limit="scan_failures"),
    Panel("Disque", "disk_usage_percent", unit="percent", limit="disk_usage_percent"),
    Panel("Mémoire", "memory_usage_percent", unit="percent"),
    Panel(
        "Connexions à la base",
        "100 * db_connections_used / db_connections_max",
        unit="percent",
    ),
    Panel("Travaux, par état", "jobs", legend="{{state}}"),
    Panel("Attente du plus ancien travail", "jobs_waiting_seconds", unit="s"),
    Panel("Messages, par état", "mails", legend="{{state}}"),
)


def grafana_board(alerts: Mapping[str, Any]) -> str:
    """The board as JSON to import; `alerts` is `config/alerts.yaml` as parsed."""
    limits = {
        condition["metric"]: condition["threshold"]
        for rule in alerts["rules"]
        for condition in rule.get("conditions", [])
    }
    board = {
        "uid": "bourse-alpe",
        "title": "Bourse ALPE",
        "tags": ["bourse"],
        "timezone": "Europe/Paris",
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [{"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}]
        },
        "panels": list(_panels(limits)),
    }
    return json.dumps(board, ensure_ascii=False, indent=2) + "\n"


def _panels(limits: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    """From left to right, a new row when one is full."""
    x = y = row = 0
    for number, panel in enumerate(PANELS, 1):
        height = 4 if panel.kind == "stat" else 8
        if x + panel.width > COLUMNS:
            x, y = 0, y + row
        yield _panel(number, panel, {"x": x, "y": y, "w": panel.width, "h": height}, limits)
        x, row = x + panel.width, height


def _panel(number: int, panel: Panel, place: dict[str, int], limits: Mapping[str, float]) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.limit:
        steps.append({"color": "red", "value": limits[panel.limit]})
    custom = {"custom": {"thresholdsStyle": {"mode": "line"}}} if panel.limit else {}
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "thresholds": {"mode": "absolute", "steps": steps},
                **custom,
            },
            "overrides": [],
        },
        "targets": [
            {"refId": "A", "datasource": SOURCE, "expr": panel.expression, "legendFormat": panel.legend}
        ],
    }
