"""The link by which whoever was told of alerts says "I take charge", without signing in."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.core.errors import NotFound

VALID_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who was told, of which alerts."""

    name: str
    alert_ids: list[int]


def link_to_acknowledge(name: str, alert_ids: Sequence[int]) -> str:
    return f"{current_app.config['PUBLIC_URL']}/alerts/taken/{_serializer().dumps([name, list(alert_ids)])}"


def read_token(token: str) -> Bearer:
    """Raises NotFound for one that is not ours, was changed, or is older than a week."""
    try:
        name, alert_ids = _serializer().loads(token, max_age=VALID_SECONDS)
    except BadSignature as error:
        raise NotFound(
            "Ce lien ne sert plus : il vaut sept jours. Connectez-vous, puis ouvrez « Alertes »."
        ) from error
    return Bearer(name, alert_ids)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="alert-acknowledgement")
