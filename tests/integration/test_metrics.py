"""`/metrics`: the seed's names with right figures, for those who may ask, right over several processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from app.core.clock import utcnow
from app.core.db import db
from app.editions.models import EditionState
from app.sales.models import PaymentMethod
from config.settings import ROOT
from tests.factories import EditionFactory, TillFactory, list_on_sale
from tests.support.queries import counted_queries
from tests.support.sales import sell
from tests.support.till import TestTill


def scrape(client: FlaskClient) -> dict[tuple[str, str], float]:
    """Samples by name and labels (`caisse=C1,edition=26`)."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (
            sample.name,
            ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items())),
        ): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_the_figures_of_the_seed_under_their_names(client: FlaskClient, app: Flask) -> None:
    edition = EditionFactory(number=26, state=EditionState.SELLING)
    items = list_on_sale(5, registration__edition=edition).items
    till = TestTill(TillFactory(edition=edition, number=1))
    sell(till.session.till, items[:2], PaymentMethod.CARD, at=utcnow())
    till.ping(client, pending=3, oldest=1_700_000_000_000, last_seq=3, health={"scan_failures": 4})
    seen = scrape(client)
    of_edition = {name: value for (name, labels), value in seen.items() if labels == "edition=26"}
    assert of_edition == {
        "ventes_total": 1,
        "ventes_par_minute": 0.1,
        "montant_total_vendu": 9.0,
        "articles_restants": 3,
        "caisses_actives": 1,
        "conflits_ouverts": 0,
    }
    assert seen["ventes_offline_pending", "caisse=C1,edition=26"] == 3
    assert seen["scan_failures", "caisse=C1,edition=26"] == 4
    for name in ("db_connections_used", "disk_usage_percent", "memory_usage_percent"):
        assert seen[name, ""] >= 0
    assert seen["jobs", "state=queued"] == 0


def test_what_a_till_says_is_not_believed_blindly(client: FlaskClient, app: Flask) -> None:
    till = TestTill(TillFactory(number=1))
    till.ping(client, last_seq=0, health={"scan_failures": "beaucoup"})
    assert ("scan_failures", f"caisse=C1,edition={till.session.till.edition.number}") in scrape(client)


@pytest.mark.slow
def test_requests_are_timed_by_address(client: FlaskClient, app: Flask) -> None:
    before = scrape(client).get(("http_request_duration_seconds_count", "endpoint=auth.sign_in"), 0)
    client.get("/sign-in")
    seen = scrape(client)
    assert seen["http_request_duration_seconds_count", "endpoint=auth.sign_in"] == before + 1
    assert seen["http_answers_total", "code=2xx,endpoint=auth.sign_in"] >= 1
    assert ("http_answers_total", "code=2xx,endpoint=metrics") not in seen


@pytest.mark.parametrize(
    ("token", "shown", "address", "status"),
    [
        ("", None, "127.0.0.1", 200),
        ("", None, "203.0.113.9", 403),
        ("a-secret", "a-secret", "203.0.113.9", 200),
        ("a-secret", "another", "203.0.113.9", 403),
        ("a-secret", None, "127.0.0.1", 403),
    ],
)
def test_who_may_ask(client: FlaskClient, app: Flask, monkeypatch, token, shown, address, status) -> None:
    monkeypatch.setitem(app.config, "METRICS_TOKEN", token)
    headers = {"Authorization": f"Bearer {shown}"} if shown else {}
    asked = client.get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": address})
    assert asked.status_code == status


@pytest.mark.slow
def test_several_processes_count_together(tmp_path: Path) -> None:
    environ = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    one = "from app.monitoring.requests import note_request; note_request('portal.home', 200, 0.04)"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", one], cwd=ROOT, env=environ, check=True)
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "from prometheus_client import generate_latest as text;"
            "from app.monitoring.requests import all_processes as counts; print(text(counts()).decode())",
        ],
        cwd=ROOT,
        env=environ,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert 'http_request_duration_seconds_bucket{endpoint="portal.home",le="0.05"} 2.0' in told
    assert 'http_answers_total{code="2xx",endpoint="portal.home"} 2.0' in told


@pytest.mark.slow
def test_a_scrape_asks_as_many_queries_whatever_was_sold(client: FlaskClient, app: Flask) -> None:
    edition = EditionFactory(number=26, state=EditionState.SELLING)
    till = TillFactory(edition=edition, number=1)
    items = list_on_sale(20, registration__edition=edition).items
    sell(till, items[:1])
    db.session.commit()
    with counted_queries() as few:
        client.get("/metrics")
    for item in items[1:]:
        sell(till, [item])
    db.session.commit()
    with counted_queries() as many:
        client.get("/metrics")
    assert len(many) == len(few) < 20
