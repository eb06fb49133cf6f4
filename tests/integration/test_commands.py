"""`./bourse user`, `db` and `audit`, in a directory of their own."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, text

from app.accounts.models import Role, User
from app.cli.__main__ import bourse
from app.core.db import db, read_only
from app.factory import create_app
from tests.support.databases import SqliteDatabases

pytestmark = pytest.mark.slow

GOOD = "Girafe+tricot7"


class Commands:
    """Runs commands one after the other on one data directory."""

    def run(self, *words: str, typed: str = "") -> Result:
        token = read_only.set(False)
        try:
            return CliRunner().invoke(bourse, words, input=typed)
        finally:
            read_only.reset(token)

    def create(self, email: str = "alix@example.org", role: str = "admin", password: str = GOOD) -> Result:
        person = ("--first-name", "Alix", "--last-name", "Castéra")
        given = ("--email", email, "--role", role, *person, "--password-stdin")
        return self.run("user", "create", *given, typed=f"{password}\n")

    def user(self, email: str = "alix@example.org") -> User:
        with create_app().app_context():
            user = db.session.scalars(select(User).where(User.email == email)).one()
            db.session.remove()
            return user


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    for name in ("DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "REDIS_URL", "SMTP_URL"):
        monkeypatch.delenv(name, raising=False)
    return Commands()


@pytest.fixture
def commands(empty: Commands, sqlite_databases: SqliteDatabases, tmp_path: Path) -> Commands:
    """On a database that has its schema already."""
    shutil.copyfile(sqlite_databases.template, tmp_path / "bourse.sqlite3")
    return empty


def test_the_schema_is_made_and_told(empty: Commands) -> None:
    before = empty.run("db", "status")
    assert before.exit_code == 1
    assert "db upgrade" in before.output
    assert empty.run("db", "upgrade").exit_code == 0
    after = empty.run("db", "status")
    assert after.exit_code == 0
    assert "Schéma : " in after.output


def test_a_person_is_created_listed_promoted_and_disabled(commands: Commands) -> None:
    assert commands.create().exit_code == 0
    assert commands.create("bo@example.org", "volunteer").exit_code == 0
    assert commands.user().role is Role.ADMIN
    assert "bo@example.org" in commands.run("user", "list").output
    assert "alix@" not in commands.run("user", "list", "--role", "volunteer").output
    assert commands.run("user", "role", "bo@example.org", "manager").exit_code == 0
    assert commands.user("bo@example.org").role is Role.MANAGER
    assert commands.run("user", "disable", "bo@example.org").exit_code == 0
    assert not commands.user("bo@example.org").active


def test_passwords_are_asked_without_being_shown(commands: Commands) -> None:
    commands.create()
    before = commands.user().password_hash
    changed = commands.run("user", "password", "alix@example.org", typed="Nuage-de-lait-4\n" * 2)
    assert changed.exit_code == 0
    assert "Nuage" not in changed.output
    assert commands.user().password_hash != before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("user", "disable", "alix@example.org"), "dernier administrateur"),
        (("user", "role", "alix@example.org", "volunteer"), "dernier administrateur"),
        (("user", "role", "nobody@example.org", "volunteer"), "Aucun compte"),
    ],
)
def test_refusals_say_what_to_do(commands: Commands, words: tuple[str, ...], sentence: str) -> None:
    commands.create()
    assert sentence in str(commands.run(*words).exception)


def test_a_weak_password_and_a_taken_address_make_no_account(commands: Commands) -> None:
    assert "trop facile" in str(commands.create(password="Bourse2026!").exception)
    assert commands.create().exit_code == 0
    assert "existe déjà" in str(commands.create("ALIX@example.org").exception)


def test_a_role_that_does_not_exist_is_wrong_use(commands: Commands) -> None:
    assert commands.run("user", "role", "alix@example.org", "boss").exit_code == 2


def test_the_audit_log_is_verified(commands: Commands) -> None:
    commands.create()
    assert "Journal intact : 2 lignes" in commands.run("audit", "verify").output
    with create_app().app_context():
        db.session.execute(text("DROP TRIGGER audit_entry_no_update"))
        db.session.execute(text("UPDATE audit_entry SET subject = 'user:9' WHERE seq = 1"))
        db.session.commit()
        db.session.remove()
    broken = commands.run("audit", "verify")
    assert broken.exit_code == 1
    assert "La ligne 1" in broken.output
