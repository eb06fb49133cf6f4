"""Providers of SMS and voice calls: how each wants its request, read from `gateways.yaml` or a file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

PRESETS = Path(__file__).with_name("gateways.yaml")
FORMATS = ("json", "form", "query")
METHODS = ("GET", "POST", "PUT")
# What a message fills in, and what the environment does: in one pass, so that neither is read again.
PLACEHOLDER = re.compile(r"\$\{(?P<secret>[A-Z][A-Z0-9_]*)\}|\{(?P<value>[a-z_]*)\}")
VALUES = frozenset({"to", "to_digits", "text", "text_xml", "sender"})


class BadGateway(ValueError):
    """The gateway cannot be used; the message is one French line that says what to write."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """A provider's request, its placeholders still in it; `secrets` fill those of the environment.

    `fields`: name → template, nested for JSON. `answer_holds`: what an answer must hold besides its 2xx.
    """

    method: str
    url: str
    format: str
    fields: Mapping[str, Any]
    headers: Mapping[str, str]
    basic_auth: tuple[str, str] | None
    answer_holds: str
    sender: str
    secrets: Mapping[str, str] = field(repr=False)


def read_gateway(name: str, sender: str, environ: Mapping[str, str]) -> Gateway:
    """The preset or the file called `name`; raises BadGateway when it cannot be used as it stands."""
    data = _find(name)
    if not isinstance(data, dict):
        raise BadGateway(f"« {name} » ne décrit pas une passerelle : voyez config/gateways.yaml.")
    unknown = set(data) - {"method", "url", "format", "fields", "headers", "basic_auth", "answer_holds"}
    if unknown:
        raise BadGateway(f"« {name} » contient « {min(map(str, unknown))} », qui n’est pas connu.")
    gateway = Gateway(
        method=_one_of(data.get("method", "POST"), METHODS, f"« {name} » : method"),
        url=_web_address(data.get("url"), name),
        format=_one_of(data.get("format", "json"), FORMATS, f"« {name} » : format"),
        fields=_mapping(data.get("fields"), f"« {name} » : fields"),
        headers={str(key): str(value) for key, value in _mapping(data.get("headers", {}), "headers").items()},
        basic_auth=_pair(data.get("basic_auth"), name),
        answer_holds=str(data.get("answer_holds", "")),
        sender=sender,
        secrets=_secrets(data, name, environ),
    )
    _check_values(gateway, name)
    return gateway


@cache
def _presets() -> dict[str, Any]:
    """As they came with the program: read once, whoever asks every thirty seconds."""
    presets: dict[str, Any] = yaml.safe_load(PRESETS.read_text())
    return presets


def _find(name: str) -> Any:
    presets = _presets()
    if name in presets:
        return presets[name]
    path = Path(name)
    if not path.is_file():
        raise BadGateway(f"« {name} » n’est ni un fichier ni l’un de : {', '.join(presets)}.")
    try:
        return yaml.safe_load(path.read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadGateway(f"« {name} » ne se lit pas comme du YAML.") from error


def _one_of(value: Any, known: tuple[str, ...], where: str) -> str:
    if value not in known:
        raise BadGateway(f"{where} vaut « {value} » : écrivez {', '.join(known[:-1])} ou {known[-1]}.")
    return str(value)


def _web_address(value: Any, name: str) -> str:
    parts = urlsplit(value) if isinstance(value, str) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadGateway(f"« {name} » : url doit ressembler à https://passerelle.example/envoi.")
    return str(value)


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadGateway(f"{where} doit être une liste de noms et de valeurs.")
    return value


def _pair(value: Any, name: str) -> tuple[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise BadGateway(f"« {name} » : basic_auth attend un nom et un mot de passe.")
    return str(value[0]), str(value[1])


def _secrets(data: Any, name: str, environ: Mapping[str, str]) -> dict[str, str]:
    wanted = {found["secret"] for text in _texts(data) for found in PLACEHOLDER.finditer(text)} - {None}
    for secret in sorted(wanted):
        if not environ.get(secret):
            raise BadGateway(f"« {name} » a besoin de {secret} : donnez-lui sa valeur dans l’environnement.")
    return {secret: environ[secret] for secret in wanted}


def _check_values(gateway: Gateway, name: str) -> None:
    """Every placeholder is known and stands where it can be escaped; nothing that is sent is empty."""
    in_fields = _values_of(gateway.fields)
    elsewhere = _values_of([gateway.url, *gateway.headers.values(), *(gateway.basic_auth or ())])
    for value in sorted(in_fields | elsewhere):
        if value not in VALUES:
            raise BadGateway(f"« {name} » : {{{value}}} n’est pas connu.")
    if not in_fields & {"text", "text_xml"}:
        raise BadGateway(f"« {name} » : aucun champ ne contient {{text}}, le message se perdrait.")
    if not (in_fields | elsewhere) & {"to", "to_digits"}:
        raise BadGateway(f"« {name} » : {{to}} manque, le message n’irait à personne.")
    if elsewhere & {"text", "text_xml"}:
        raise BadGateway(f"« {name} » : {{text}} ne peut être que dans fields.")
    if "sender" in in_fields | elsewhere and not gateway.sender:
        raise BadGateway(
            f"« {name} » a besoin d’un expéditeur : donnez SMS_SENDER (CALL_SENDER pour les appels)."
        )


def _values_of(data: Any) -> set[str]:
    found = (match["value"] for text in _texts(data) for match in PLACEHOLDER.finditer(text))
    return {value for value in found if value is not None}


def _texts(data: Any) -> list[str]:
    if isinstance(data, str):
        return [data]
    if isinstance(data, Mapping):
        return [text for value in data.values() for text in _texts(value)]
    if isinstance(data, list | tuple):
        return [text for value in data for text in _texts(value)]
    return []
