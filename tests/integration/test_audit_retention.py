"""The audit log: a year in the database, then in sealed archives, and the chain still holds."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError

from app.core.audit import AuditAnchor, AuditCheck, AuditEntry, record, verify
from app.core.clock import utcnow
from app.core.dates import PARIS
from app.core.db import db
from app.core.errors import DomainError
from app.operations.archives import list_archives, unseal
from app.operations.audit_retention import archive_old_entries

KEY = "only-for-tests-only-for-tests-only-for-tests"


def record_days_ago(*days: int) -> None:
    for ago in days:
        with time_machine.travel(utcnow() - timedelta(days=ago), tick=False):
            record("edition.opened", f"edition:{ago}", actor_id=7, reason="été")
    db.session.commit()


def stored() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.subject).order_by(AuditEntry.seq)))


def archive(directory: Path) -> str:
    return archive_old_entries(directory, KEY, datetime.now(PARIS).replace(hour=4, minute=0))


def test_lines_older_than_a_year_leave_and_the_chain_still_holds(app: Flask, tmp_path: Path) -> None:
    record_days_ago(800, 500, 364, 10)
    assert archive(tmp_path) == "4 lignes vérifiées, 2 archivées"
    assert stored() == ["edition:364", "edition:10", "audit:2"]
    assert verify() == AuditCheck(3, None)
    [path] = list_archives(tmp_path)
    lines = [json.loads(line) for line in unseal(path, KEY).splitlines()]
    assert [(line["seq"], line["subject"]) for line in lines] == [(1, "edition:800"), (2, "edition:500")]
    anchor = db.session.get_one(AuditAnchor, 2)
    assert (anchor.hash, anchor.archive) == (lines[-1]["hash"], path.name)
    # The same night again: nothing more to do.
    assert archive(tmp_path) == "3 lignes vérifiées"


def test_one_anchor_follows_another_until_nothing_young_is_left(app: Flask, tmp_path: Path) -> None:
    record_days_ago(800, 500, 300)
    archive(tmp_path)
    with time_machine.travel(utcnow() + timedelta(days=400)):
        # The database's own clock does not follow: it refuses, and everything stays.
        with pytest.raises(DBAPIError):
            archive(tmp_path)
        assert stored() == ["edition:300", "audit:2"]
    record_days_ago(5)
    assert verify() == AuditCheck(3, None)


def refused(statement: str) -> bool:
    try:
        with db.session.begin_nested():
            db.session.execute(text(statement))
    except DBAPIError:
        return True
    return False


def test_the_database_refuses_to_let_go_of_anything_else(app: Flask, tmp_path: Path) -> None:
    record_days_ago(800, 500, 10)
    first, _, young = db.session.scalars(select(AuditEntry.hash).order_by(AuditEntry.seq))
    anchor = (
        "INSERT INTO audit_anchor (up_to_seq, hash, archived_at, archive) VALUES ({}, '{}', '2026-01-01', '')"
    )
    assert refused("DELETE FROM audit_entry WHERE seq = 1")
    assert refused(anchor.format(3, young)), "not a year old"
    assert refused(anchor.format(1, "f" * 64)), "of another chain"
    assert refused(anchor.format(99, first)), "of no line"
    archive(tmp_path)
    assert refused("DELETE FROM audit_entry WHERE seq = 3")
    assert refused("UPDATE audit_anchor SET up_to_seq = 3")
    assert refused("DELETE FROM audit_anchor")


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(
    ("harm", "broken_at"),
    [
        ("DELETE FROM audit_entry WHERE seq = 3", 3),
        ("DELETE FROM audit_entry WHERE seq = 4", 4),
        ("DELETE FROM audit_entry WHERE seq = 6", 6),
        ("DELETE FROM audit_entry", 3),
        ("DELETE FROM audit_anchor", 1),
        ("UPDATE audit_anchor SET hash = 'f'", 3),
        ("UPDATE audit_entry SET subject = 'edition:9' WHERE seq = 5", 5),
    ],
)
def test_without_its_triggers_every_harm_shows(app: Flask, tmp_path: Path, harm: str, broken_at: int) -> None:
    record_days_ago(800, 500, 10, 9, 8)
    archive(tmp_path)
    assert verify() == AuditCheck(4, None)
    for table, verb in (("entry", "delete"), ("entry", "update"), ("anchor", "delete"), ("anchor", "update")):
        db.session.execute(text(f"DROP TRIGGER audit_{table}_no_{verb}"))
    db.session.execute(text(harm))
    assert verify().broken_at == broken_at


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_broken_chain_is_not_archived_away(app: Flask, tmp_path: Path) -> None:
    record_days_ago(800, 500, 10)
    db.session.execute(text("DROP TRIGGER audit_entry_no_update"))
    db.session.execute(text("UPDATE audit_entry SET subject = 'edition:9' WHERE seq = 1"))
    db.session.commit()
    with pytest.raises(DomainError, match="La ligne 1"):
        archive(tmp_path)
    assert len(stored()) == 3
    assert list_archives(tmp_path) == []


def test_deleting_through_the_session_is_refused_too(app: Flask) -> None:
    record_days_ago(10)
    with pytest.raises(DBAPIError):
        db.session.execute(delete(AuditEntry))
