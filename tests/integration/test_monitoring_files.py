"""What Prometheus and Grafana are given: made from the rules of alert, about metrics that exist."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from app.cli.monitoring import DEPLOY, monitoring_files
from app.core.clock import utcnow
from app.core.db import db
from app.editions.models import EditionState
from app.monitoring.grafana_board import COLUMNS, grafana_board
from app.monitoring.prometheus_rules import RECORDED, SEVERITIES, prometheus_rules
from config.settings import ROOT
from tests.factories import EditionFactory, TillFactory
from tests.support.till import TestTill

ALERTS = yaml.safe_load((ROOT / "config" / "alerts.yaml").read_text())
# What the blackbox exporter tells.
FROM_OUTSIDE = {"probe_success", "probe_http_status_code", "probe_ssl_earliest_cert_expiry"}
WORDS = set(re.findall(r"\w+", "sum min max by le rate increase histogram_quantile time vector and or bool"))
DURATION = re.compile(r"\d+[smhd]")


def rules(kind: str) -> list[dict[str, Any]]:
    """The rules of the file that are a `record` or an `alert`."""
    groups = yaml.safe_load(prometheus_rules(ALERTS))["groups"]
    return [rule for group in groups for rule in group["rules"] if kind in rule]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(grafana_board(ALERTS))["panels"]
    return found


def expressions() -> list[str]:
    queries = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [*(rule["expr"] for rule in [*rules("record"), *rules("alert")]), *queries]


def metrics_in(expression: str) -> set[str]:
    """The names in a query that are neither words of PromQL nor labels."""
    bare = re.sub(r"\{[^}]*\}|\[\w+\]|\b\d+(\.\d+)?\b", " ", expression)
    return set(re.findall(r"[a-z_][a-z0-9_]*", bare)) - WORDS


@pytest.mark.parametrize("path", monitoring_files(), ids=lambda path: path.name)
def test_the_files_are_those_of_the_rules(path: Path) -> None:
    assert path.read_text() == monitoring_files()[path], "run ./bourse monitoring files"


def test_every_metric_they_name_is_told(client: FlaskClient, app: Flask) -> None:
    edition = EditionFactory(number=26, state=EditionState.SELLING)
    till = TestTill(TillFactory(edition=edition, number=1))
    till.ping(client, last_seq=0, health={"scan_failures": 1, "sync_failures": 2})
    till.row.last_seen_at = utcnow() - timedelta(minutes=40)
    db.session.commit()
    told = {
        sample.name
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for sample in family.samples
    }
    named = set().union(*map(metrics_in, expressions()))
    assert named - told - set(RECORDED) - FROM_OUTSIDE == set()
    assert {"caisse_offline_duration", "sync_failures", "api_errors_rate"} <= named & told


def test_the_trouble_of_a_till_is_told(client: FlaskClient, app: Flask) -> None:
    till = TestTill(TillFactory(edition=EditionFactory(number=26, state=EditionState.SELLING), number=3))
    till.ping(client, last_seq=0, health={"sync_failures": 2})
    till.row.last_seen_at = utcnow() - timedelta(minutes=40)
    db.session.commit()
    lines = client.get("/metrics").text.splitlines()
    assert 'sync_failures{caisse="C3",edition="26"} 2.0' in lines
    (silent,) = [line for line in lines if line.startswith("caisse_offline_duration{")]
    assert 40 <= float(silent.rpartition(" ")[2]) < 41


def test_every_rule_on_metrics_is_an_alert_of_the_same_name() -> None:
    wanted = [rule["name"] for rule in ALERTS["rules"] if rule.get("conditions")]
    assert [rule["alert"] for rule in rules("alert")] == wanted
    assert len(wanted) == 9


def test_the_rules_have_the_shape_of_prometheus() -> None:
    groups = yaml.safe_load(prometheus_rules(ALERTS))["groups"]
    assert len({group["name"] for group in groups}) == len(groups)
    for rule in rules("record"):
        assert set(rule) == {"record", "expr"}
    for rule in rules("alert"):
        assert set(rule) - {"keep_firing_for"} == {"alert", "expr", "for", "labels", "annotations"}
        assert DURATION.fullmatch(rule["for"])
        assert DURATION.fullmatch(rule.get("keep_firing_for", "0s"))
        assert rule["labels"]["severity"] in SEVERITIES.values()
        # What was in braces is filled in, with nothing left of ours.
        assert not re.search(r"(?<!\{)\{\w+\}(?!\})", rule["annotations"]["summary"])
    for expression in expressions():
        assert expression.count("(") == expression.count(")")


def test_a_changed_threshold_changes_both_files() -> None:
    changed = json.loads(json.dumps(ALERTS))
    disk = next(rule for rule in changed["rules"] if rule["name"] == "alerte_disque")
    disk["conditions"][0]["threshold"] = 91
    assert "disk_usage_percent > 91" in prometheus_rules(changed)
    assert json.loads(grafana_board(changed)) != json.loads(grafana_board(ALERTS))


def test_the_board_has_the_shape_of_grafana() -> None:
    board = json.loads(grafana_board(ALERTS))
    assert {"uid", "title", "schemaVersion", "templating", "time", "panels"} <= set(board)
    assert board["templating"]["list"][0]["name"] in board["panels"][0]["datasource"]["uid"]
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        assert {"id", "type", "title", "datasource", "gridPos", "fieldConfig", "targets"} <= set(panel)
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= COLUMNS
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, f"{panel['title']} lies on another panel"
        taken |= cells
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_prometheus_is_told_of_the_jobs_that_the_rules_name() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())
    jobs = {job["job_name"] for job in config["scrape_configs"]}
    assert set(re.findall(r'job="([^"]+)"', " ".join(expressions()))) <= jobs
    assert config["rule_files"] == ["prometheus-rules.yml"]
