"""The seed's rules of alert (`config/alerts.yaml`) in the words of Prometheus. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

# The seed's names that are worked out from what `/metrics` and the blackbox exporter (job `bourse-healthz`,
# which asks for /healthz) tell. Counts are those of a quarter of an hour.
RECORDED = {
    "api_health_check": 'min(probe_success{job="bourse-healthz"})',
    # The application answers, and says that its database does not.
    "db_connections_failed": 'max(probe_http_status_code{job="bourse-healthz"} == bool 503)',
    "ssl_expiry_days": '(min(probe_ssl_earliest_cert_expiry{job="bourse-healthz"}) - time()) / 86400',
    "sync_attempts_failed": "sum(increase(sync_failures[15m]))",
}
# Metrics with a label for each till: what a condition on the whole hall means.
SUMMED = frozenset({"ventes_offline_pending", "scan_failures"})
SEVERITIES = {"P1": "critical", "P2": "major", "P3": "minor", "P4": "info"}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
HEADER = """\
# Made by `./bourse monitoring files` from config/alerts.yaml: change that file, not this one.
# What an alert's `clear` says (hysteresis) Prometheus cannot; `keep_firing_for` stands for `clear_seconds`.
"""


def prometheus_rules(alerts: Mapping[str, Any]) -> str:
    """The file of rules; `alerts` is `config/alerts.yaml` as parsed."""
    groups = [
        {
            "name": "bourse-metriques",
            "interval": "30s",
            "rules": [{"record": name, "expr": expression} for name, expression in RECORDED.items()],
        },
        {"name": "bourse-alertes", "interval": "30s", "rules": list(_alerts(alerts["rules"]))},
    ]
    return HEADER + yaml.safe_dump({"groups": groups}, allow_unicode=True, sort_keys=False, width=110)


def _alerts(rules: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Those on metrics; what is told once a day is no matter of Prometheus."""
    for rule in rules:
        if not rule.get("conditions"):
            continue
        yield {
            "alert": rule["name"],
            "expr": " and ".join(map(_condition, rule["conditions"])),
            "for": f"{rule.get('for_seconds', 0)}s",
            **({"keep_firing_for": f"{rule['clear_seconds']}s"} if rule.get("clear_seconds") else {}),
            "labels": {"niveau": rule["level"], "severity": SEVERITIES[rule["level"]]},
            "annotations": {
                "summary": _in_go(rule["message"]),
                "description": rule["action"],
                **({"runbook": rule["runbook"]} if rule.get("runbook") else {}),
            },
        }


def _condition(condition: Mapping[str, Any]) -> str:
    name, minutes = condition["metric"], condition.get("window_minutes")
    value = f"increase({name}[{minutes}m])" if minutes else name
    if name in SUMMED:
        value = f"sum({value})"
    return f"{value} {condition['op']} {condition['threshold']}"


def _in_go(message: str) -> str:
    """`{subject}` and the figure of a message as Prometheus fills them in."""

    def fill(found: re.Match[str]) -> str:
        return "{{ $labels.caisse }}" if found[1] == "subject" else '{{ $value | printf "%.0f" }}'

    return _PLACEHOLDER.sub(fill, message)
