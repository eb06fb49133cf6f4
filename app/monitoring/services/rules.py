"""The rules of alert as data: those the product comes with, and what the manager makes of them."""

import re
import unicodedata
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import yaml
from sqlalchemy import select

from app.core.audit import record
from app.core.db import db
from app.core.errors import DomainError
from app.monitoring.escalation import Level, LevelFacts, read_levels
from app.monitoring.models import AlertRule
from app.monitoring.rules import read_condition
from config.settings import ROOT

DATA_FILE = ROOT / "config" / "alerts.yaml"


@cache
def alerts_data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(DATA_FILE.read_text(encoding="utf-8"))
    return data


@cache
def level_facts() -> dict[Level, LevelFacts]:
    """The levels with their escalation."""
    return read_levels(alerts_data())


def runbook_place(code: str) -> str:
    """Where the guide tells this procedure, `gestionnaire#une-caisse-est-en-panne`; empty when nowhere."""
    place: str = alerts_data()["runbooks"].get(code, "")
    return place


def add_missing_rules() -> None:
    """Those of the file that the database does not know yet; edited ones stay as they are."""
    known = set(db.session.scalars(select(AlertRule.name)))
    for data in alerts_data()["rules"]:
        if data["name"] not in known:
            db.session.add(AlertRule(**{**data, "level": Level(data["level"])}))
    db.session.flush()


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """A rule as the form gives it; `conditions` as `AlertRule` keeps them."""

    label: str
    level: Level
    conditions: list[dict[str, Any]]
    for_seconds: int
    clear_seconds: int
    message: str
    action: str
    enabled: bool


def save_rule(rule: AlertRule, facts: RuleFacts, actor_id: int) -> None:
    """Change it, or add it under a name made of its label. Raises DomainError on what contradicts itself."""
    if not all(read_condition(data).is_consistent for data in facts.conditions):
        raise DomainError("Le retour à la normale doit se trouver de l’autre côté du seuil.")
    for field in fields(facts):
        setattr(rule, field.name, getattr(facts, field.name))
    if rule.id is None:
        rule.name = _free_name(facts.label)
        db.session.add(rule)
    db.session.flush()
    subject = f"alert_rule:{rule.id}"
    record("alert_rule.saved", subject, actor_id=actor_id, name=rule.name, enabled=rule.enabled)


def remove_rule(rule: AlertRule, actor_id: int) -> None:
    """Raises DomainError for one the product comes with: it is switched off instead."""
    if is_of_the_product(rule):
        raise DomainError("Cette règle fait partie de l’application : désactivez-la plutôt.")
    record("alert_rule.removed", f"alert_rule:{rule.id}", actor_id=actor_id, name=rule.name)
    db.session.delete(rule)


def is_of_the_product(rule: AlertRule) -> bool:
    return rule.name in {data["name"] for data in alerts_data()["rules"]}


def _free_name(label: str) -> str:
    """`Imprimante lente` → `alerte_imprimante_lente`, with a number when that is taken."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    name = "alerte_" + "_".join(re.findall(r"[a-z0-9]+", plain))[:45]
    taken = set(db.session.scalars(select(AlertRule.name).where(AlertRule.name.startswith(name))))
    return next(free for free in (name, *(f"{name}_{n}" for n in range(2, 1000))) if free not in taken)
