"""For how many days the certificate of the public address still holds."""

import socket
import ssl
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import urlsplit

import structlog
from cryptography import x509

log = structlog.get_logger()
SECONDS = 5.0


def days_left(url: str, now: datetime) -> float | None:
    """Days until the certificate shown at an `https://` address ends, asked for once an hour; None without
    one, or when it cannot be seen."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return None
    ends = _end_of(parts.hostname, parts.port or 443, now.strftime("%Y-%m-%d %H"))
    return None if ends is None else (ends - now).total_seconds() / 86_400


@lru_cache(maxsize=1)
def _end_of(host: str, port: int, _hour: str) -> datetime | None:
    """When it ends; whoever signed it, and even when it has ended already."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), SECONDS) as connection,
            context.wrap_socket(connection, server_hostname=host) as encrypted,
        ):
            shown = encrypted.getpeercert(binary_form=True)
    except OSError as error:
        log.warning("watch.no_certificate", host=host, error=str(error))
        return None
    assert shown
    return x509.load_der_x509_certificate(shown).not_valid_after_utc.astimezone(UTC)
