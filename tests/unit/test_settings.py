"""What the application asks of its environment."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import LOCAL_URL, ROOT, SettingsError, load_settings

SECRET = {"SECRET_KEY": "only-for-tests-" * 3}


def test_real_use_needs_its_public_address() -> None:
    with pytest.raises(SettingsError, match="PUBLIC_URL manque"):
        load_settings(SECRET)
    given = load_settings({**SECRET, "PUBLIC_URL": "https://bourse.example.org/"})
    assert (given.PUBLIC_URL, given.SECURE_COOKIES) == ("https://bourse.example.org", True)


@pytest.mark.parametrize("name", ["DEMO", "DEBUG"])
def test_a_demonstration_stands_under_the_local_address(name: str) -> None:
    assert load_settings({**SECRET, name: "1"}).PUBLIC_URL == LOCAL_URL


@pytest.mark.servers
def test_the_web_server_stops_with_one_line(tmp_path: Path) -> None:
    ours = ("PUBLIC_URL", "DEMO", "DEBUG")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    command = [sys.executable, "-m", "gunicorn", "-b", f"unix:{tmp_path / 'web.sock'}", "wsgi:app"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**environment, **SECRET, "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "PUBLIC_URL manque" in done.stderr
    assert "Traceback" not in done.stderr
