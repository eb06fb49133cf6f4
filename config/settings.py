"""Settings: the environment, typed, failing fast with one line that says what to do."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from config.gateways import BadGateway, read_gateway

ROOT = Path(__file__).resolve().parent.parent
# What the commands of one machine, demonstrations and tests stand under unless told.
LOCAL_URL = "http://127.0.0.1:8000"


class SettingsError(RuntimeError):
    """The environment lacks something the application cannot run without."""


@dataclass(frozen=True)
class Settings:
    """Everything the application takes from its surroundings.

    `DATA_DIR` holds the embedded database, the queue and produced files. `REDIS_URL` empty means the
    embedded Valkey. `SMTP_URL` empty means mail is kept on the outbox page only. `SMS_GATEWAY` and
    `CALL_GATEWAY`: a preset of config/gateways.yaml or a file; empty, alerts go by e-mail alone. `PROBE_URL`
    is where the scheduler asks whether the web server answers. `LOG_NAME` is this process's file in
    `DATA_DIR/log`, empty for standard error.
    """

    SECRET_KEY: str
    DATA_DIR: Path
    DATABASE_URL: str
    REDIS_URL: str
    SMTP_URL: str
    MAIL_FROM: str
    SMS_GATEWAY: str
    SMS_SENDER: str
    CALL_GATEWAY: str
    CALL_SENDER: str
    PUBLIC_URL: str
    PROBE_URL: str
    SENTRY_DSN: str
    LOG_NAME: str
    METRICS_TOKEN: str
    METRICS_NETWORKS: tuple[str, ...]
    WATCHDOG_TOKEN: str
    DEMO: bool
    DEBUG: bool
    SECURE_COOKIES: bool
    TRUSTED_PROXIES: int
    TESTING: bool = False

    @property
    def log_dir(self) -> Path:
        return self.DATA_DIR / "log"

    @property
    def security_log(self) -> Path:
        """One for all processes of a machine."""
        return self.log_dir / "security.log"

    @property
    def log_file(self) -> Path | None:
        """Where this process writes its log; None: on standard error."""
        return self.log_dir / f"{self.LOG_NAME}.log" if self.LOG_NAME else None


def load_settings(
    environ: Mapping[str, str] | None = None, overrides: Mapping[str, Any] | None = None
) -> Settings:
    """Read and check the environment; raise SettingsError naming the variable that is wrong."""
    env = dict(os.environ if environ is None else environ)
    demo, debug = _flag(env, "DEMO"), _flag(env, "DEBUG")
    data_dir = Path(env.get("DATA_DIR") or ROOT / "var").resolve()
    public_url = env.get("PUBLIC_URL", "").rstrip("/")
    values: dict[str, Any] = {
        "SECRET_KEY": env.get("SECRET_KEY", ""),
        "DATA_DIR": data_dir,
        "DATABASE_URL": env.get("DATABASE_URL") or f"sqlite:///{data_dir / 'bourse.sqlite3'}",
        "REDIS_URL": env.get("REDIS_URL") or f"unix://{_socket_in(data_dir)}",
        "SMTP_URL": env.get("SMTP_URL", ""),
        "MAIL_FROM": env.get("MAIL_FROM", "Bourse ALPE <bourse@example.org>"),
        "SMS_GATEWAY": env.get("SMS_GATEWAY", ""),
        "SMS_SENDER": env.get("SMS_SENDER", ""),
        "CALL_GATEWAY": env.get("CALL_GATEWAY", ""),
        "CALL_SENDER": env.get("CALL_SENDER", ""),
        "PUBLIC_URL": public_url,
        "PROBE_URL": env.get("PROBE_URL", "").rstrip("/") or _local_address(env) or public_url,
        "SENTRY_DSN": env.get("SENTRY_DSN", ""),
        "LOG_NAME": env.get("LOG_NAME", ""),
        "METRICS_TOKEN": env.get("METRICS_TOKEN", ""),
        "METRICS_NETWORKS": _networks(env.get("METRICS_NETWORKS", "127.0.0.0/8 ::1")),
        "WATCHDOG_TOKEN": env.get("WATCHDOG_TOKEN", ""),
        "DEMO": demo,
        "DEBUG": debug,
        "SECURE_COOKIES": public_url.startswith("https://"),
        "TRUSTED_PROXIES": _number(env, "TRUSTED_PROXIES"),
    }
    values.update(overrides or {})
    values["DATA_DIR"] = Path(values["DATA_DIR"])
    if len(values["SECRET_KEY"]) < 32:
        raise SettingsError(
            "SECRET_KEY manque ou compte moins de 32 caractères : donnez-lui une longue valeur au hasard."
        )
    if not values["PUBLIC_URL"]:
        # Guessed in real use, mailed links would be wrong and cookies not Secure without anybody noticing.
        if not (values["DEMO"] or values["DEBUG"] or values.get("TESTING")):
            raise SettingsError(
                "PUBLIC_URL manque : donnez l’adresse publique de l’application, par exemple "
                "https://bourse.example.org."
            )
        values["PUBLIC_URL"] = LOCAL_URL
    values["PROBE_URL"] = values["PROBE_URL"] or values["PUBLIC_URL"]
    for kind in ("SMS", "CALL"):
        _check_gateway(kind, values, env)
    return Settings(**values)


def flask_config(settings: Settings) -> dict[str, Any]:
    """The settings as Flask's configuration mapping."""
    return asdict(settings)


def _local_address(env: Mapping[str, str]) -> str:
    """Where gunicorn listens on this machine, when BIND says so."""
    host, _, port = env.get("BIND", "").rpartition(":")
    return f"http://{'127.0.0.1' if host in ('0.0.0.0', '') else host}:{port}" if port else ""  # noqa: S104 - compared, not bound


def _socket_in(data_dir: Path) -> Path:
    """The embedded queue's socket; systems refuse longer paths than about 100 bytes, so a deep data
    directory gets a short name of its own in the temporary directory."""
    socket = data_dir / "valkey.sock"
    if len(str(socket)) <= 100:
        return socket
    digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"bourse-{digest}.sock"


def _check_gateway(kind: str, values: Mapping[str, Any], env: Mapping[str, str]) -> None:
    """At the start, not at the first alarm."""
    name = values[f"{kind}_GATEWAY"]
    try:
        if name:
            read_gateway(name, values[f"{kind}_SENDER"], env)
    except BadGateway as error:
        raise SettingsError(f"{kind}_GATEWAY : {error}") from error


def _flag(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "").strip().lower()
    if value in ("", "0", "false", "no", "non"):
        return False
    if value in ("1", "true", "yes", "oui"):
        return True
    raise SettingsError(f"{name} vaut « {value} » : écrivez 1 ou 0.")


def _networks(text: str) -> tuple[str, ...]:
    """Addresses or networks, by blanks or commas."""
    networks = tuple(text.replace(",", " ").split())
    for network in networks:
        try:
            ip_network(network)
        except ValueError as error:
            raise SettingsError(
                f"METRICS_NETWORKS contient « {network} » : écrivez une adresse ou un réseau, comme "
                "192.168.1.0/24."
            ) from error
    return networks


def _number(env: Mapping[str, str], name: str) -> int:
    value = env.get(name, "0").strip()
    if not value.isdigit():
        raise SettingsError(f"{name} vaut « {value} » : écrivez un nombre entier.")
    return int(value)
