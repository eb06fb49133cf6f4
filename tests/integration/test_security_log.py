"""The security log: kept apart, sealed each night, read back with the right key only."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Role
from app.accounts.passwords import hash_password
from app.accounts.services import change_role
from app.cli.__main__ import bourse
from app.core.dates import PARIS
from app.core.db import db, read_only
from app.core.errors import DomainError
from app.operations.archives import list_archives, seal, unseal
from app.operations.log_rotation import rotate_logs
from app.operations.security_log import archive_security_log
from config.privacy import mask
from tests.factories import TillFactory, UserFactory, list_on_sale
from tests.support.fixtures import sign_in
from tests.support.till import TestTill

KEY = "only-for-tests-only-for-tests-only-for-tests"
NIGHT = datetime(2026, 11, 21, 4, tzinfo=PARIS)


@pytest.fixture
def kept(app: Flask):
    """What the security log took since the test began: (action, person)."""
    file = Path(app.config["DATA_DIR"]) / "log" / "security.log"
    before = len(file.read_text().splitlines()) if file.exists() else 0

    def lines() -> list[tuple[str, str | None]]:
        new = map(json.loads, file.read_text().splitlines()[before:])
        return [(line["action"], line.get("user_id")) for line in new]

    return lines


@pytest.mark.parametrize("backend", ["sqlite"])
def test_who_came_in_and_who_may_what_is_kept_and_sales_are_not(
    client: FlaskClient, app: Flask, kept
) -> None:
    user = UserFactory(role=Role.VOLUNTEER, password_hash=hash_password("Marelle-2026!"))
    admin = UserFactory(role=Role.ADMIN)
    client.post("/sign-in", data={"email": user.email, "password": "not-mine"})
    client.post("/sign-in", data={"email": user.email, "password": "Marelle-2026!"})
    change_role(user, Role.MANAGER, actor_id=admin.id)
    db.session.commit()
    items = list_on_sale(1).items
    till = TestTill(TillFactory(edition=items[0].item_list.registration.edition, number=1))
    till.send(client, till.sale((items[0].code, 450)))
    assert [line for line in kept() if not line[0].startswith("till_")] == [
        ("auth.failed", str(user.id)),
        ("auth.signed_in", str(user.id)),
        ("account.role_changed", str(admin.id)),
    ]


@pytest.mark.parametrize("backend", ["sqlite"])
def test_what_was_refused_is_kept_with_who_asked(client: FlaskClient, app: Flask, kept) -> None:
    user = UserFactory(role=Role.VOLUNTEER)
    sign_in(client, user)
    assert client.get("/audit").status_code == 403
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/sign-out").status_code == 400
    assert app.test_client().post("/sign-out").status_code == 400
    header = {"Authorization": f"Till {'0' * 36} {'0' * 64}"}
    assert client.post("/sync/ping", json={}, headers=header).status_code == 401
    assert kept() == [
        ("access.refused", str(user.id)),
        ("access.csrf_refused", str(user.id)),
        ("access.csrf_refused", None),
        ("sync.refused", None),
    ]


def test_a_finished_day_is_sealed_and_no_plain_copy_stays(tmp_path: Path) -> None:
    log_dir, archive_dir = tmp_path / "log", tmp_path / "archive"
    log_dir.mkdir()
    (log_dir / "security-2026-11-19.log").write_text("of a night that was cut short\n")
    (log_dir / "security.log").write_text("of today\n")
    rotate_logs(log_dir, NIGHT)
    assert archive_security_log(log_dir, archive_dir, KEY, NIGHT).startswith("2 journaux")
    assert list(log_dir.iterdir()) == []
    first, second = list_archives(archive_dir)
    assert second.name == "security-2026-11-20-1.sealed"
    assert b"of today" not in second.read_bytes()
    assert second.stat().st_mode & 0o077 == 0
    assert unseal(first, KEY) == b"of a night that was cut short\n"
    assert unseal(second, KEY) == b"of today\n"


def test_archives_of_one_day_do_not_replace_each_other_and_go_after_five_years(tmp_path: Path) -> None:
    for day in ("security-2021-11-16", "security-2021-11-21", "security-2026-11-20", "security-2026-11-20"):
        seal(tmp_path, day, b"", KEY)
    archive_security_log(tmp_path, tmp_path, KEY, NIGHT)
    assert [path.name for path in list_archives(tmp_path)] == [
        "security-2021-11-21-1.sealed",
        "security-2026-11-20-1.sealed",
        "security-2026-11-20-2.sealed",
    ]


def test_every_changed_byte_and_another_name_are_told(tmp_path: Path) -> None:
    path = seal(tmp_path, "security-2026-11-20", b"who came in\n", KEY)
    data = path.read_bytes()
    for place in [*range(8), *range(16, len(data))]:
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(DomainError, match="modifiée ou abîmée"):
            unseal(path, KEY)
    path.write_bytes(data[:20])
    with pytest.raises(DomainError, match="modifiée ou abîmée"):
        unseal(path, KEY)
    path.write_bytes(data)
    with pytest.raises(DomainError, match="modifiée ou abîmée"):
        unseal(path.rename(tmp_path / "security-2026-11-19-1.sealed"), KEY)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def command(*words: str, key: str = KEY) -> Result:
        monkeypatch.setenv("SECRET_KEY", key)
        token = read_only.set(False)
        try:
            return CliRunner().invoke(bourse, words)
        finally:
            read_only.reset(token)

    return command


@pytest.mark.slow
def test_an_archive_is_read_with_its_key_only(run, tmp_path: Path) -> None:
    name = seal(tmp_path / "archive", "security-2026-11-20", "qui est entré\n".encode(), KEY).name
    assert name in run("archive", "list").output
    assert run("archive", "read", name).output == "qui est entré\n"
    assert '"archive.read"' in (tmp_path / "log" / "security.log").read_text()
    assert "autre clé" in str(run("archive", "read", name, key="another-key" * 4).exception)
    missing = run("archive", "read", "../secret_key")
    assert (missing.exit_code, "archive list" in str(missing.exception)) == (1, True)


def test_what_belongs_to_a_person_is_masked_and_nothing_else() -> None:
    iban = "FR76 3000 6000 0112 3456 7890 189"
    token = "Zq3" + "a-_9" * 10
    assert mask(f"{{'camille.roy@example.org': (550, b'no')}} {iban} {iban.replace(' ', '')} /x/{token}") == (
        "{'***': (550, b'no')} *** *** /x/***"
    )
    plain = (
        '{"uuid": "5b0f0e2c-0d4e-4c2e-9f57-2f2f6a0f9a11", "code": "0101000184", "hash": "' + "a" * 64 + '"}'
    )
    assert mask(plain) == plain
