"""`./bourse monitoring files`: what Prometheus and Grafana are given, made from the rules of alert."""

from pathlib import Path

import click
import yaml

from app.monitoring.grafana_board import grafana_board
from app.monitoring.prometheus_rules import prometheus_rules
from config.settings import ROOT

DEPLOY = ROOT / "config" / "deploy"


def monitoring_files() -> dict[Path, str]:
    """Every file and what it is to hold."""
    alerts = yaml.safe_load((ROOT / "config" / "alerts.yaml").read_text())
    return {
        DEPLOY / "prometheus-rules.yml": prometheus_rules(alerts),
        DEPLOY / "grafana-board.json": grafana_board(alerts),
    }


@click.group()
def monitoring_group() -> None:
    """Prometheus et Grafana."""


@monitoring_group.command("files")
def files_command() -> None:
    """Réécrire les règles de Prometheus et le tableau de Grafana d'après config/alerts.yaml."""
    DEPLOY.mkdir(exist_ok=True)
    for path, text in monitoring_files().items():
        path.write_text(text)
        click.echo(path.relative_to(ROOT))
