"""A message as a provider of SMS or voice calls wants it: words cut to size, request filled in. Pure."""

import base64
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus, urlencode
from xml.sax.saxutils import escape

from config.gateways import PLACEHOLDER, Gateway

# Two parts of an SMS in its own alphabet, which holds 153 characters a part.
SMS_LENGTH = 306
# https://www.etsi.org/deliver/etsi_gts/03/0338/: the characters that cost one; others make each part hold 67.
_SMS_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_NEAREST = str.maketrans(
    {"’": "'", "‘": "'", "«": '"', "»": '"', "“": '"', "”": '"', "…": "...", "œ": "oe", "€": "EUR", "×": "x"}
    | dict.fromkeys("–—−", "-")
    | dict.fromkeys("\u00a0\u202f\u2009\n\r\t", " ")
)
_INSIDE_QUOTES = re.compile(r"(?<=«)\s+|\s+(?=»)")
_LINK = re.compile(r"https?://\S+")
_LINK_AT_END = re.compile(r"\s*(https?://\S+)\s*$")


def sms_text(text: str, length: int = SMS_LENGTH) -> str:
    """`text` in the alphabet of SMS, cut between two words to `length` characters; a link at its end stays
    whole."""
    found = _LINK_AT_END.search(text)
    words = _in_sms_alphabet(text[: found.start()] if found else text)
    link = f" {found[1]}" if found else ""
    room = length - len(link)
    if len(words) > room:
        words = words[: max(room - 3, 0)].rpartition(" ")[0] + "..."
    return (words + link).strip()


def spoken_text(text: str) -> str:
    """`text` without its links, which nobody can note down by ear."""
    return " ".join(_LINK.sub("", text).split())


def _in_sms_alphabet(text: str) -> str:
    text = _INSIDE_QUOTES.sub("", text)
    words = " ".join(text.translate(_NEAREST).split())
    return "".join(char if char in _SMS_ALPHABET else _without_accent(char) for char in words)


def _without_accent(char: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", char) if part in _SMS_ALPHABET)


@dataclass(frozen=True, slots=True)
class WireRequest:
    """What is sent; not to be shown, its secrets are filled in."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


def request_of(gateway: Gateway, to: str, text: str) -> WireRequest:
    """The request that hands `text` for the number `to` (E.164) to a provider, escaped for where each part
    stands."""
    values = {
        "to": to,
        "to_digits": to.lstrip("+"),
        "text": text,
        "text_xml": escape(text),
        "sender": gateway.sender,
    }

    def fill(template: str, escaped: Callable[[str], str] = str) -> str:
        return PLACEHOLDER.sub(
            lambda found: escaped(
                gateway.secrets[found["secret"]] if found["secret"] else values[found["value"]]
            ),
            template,
        )

    url = fill(gateway.url, lambda value: quote(value, safe=""))
    headers = {name: fill(template) for name, template in gateway.headers.items()}
    if gateway.basic_auth:
        pair = ":".join(fill(part) for part in gateway.basic_auth)
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    fields = _filled(gateway.fields, fill)
    if gateway.format == "query":
        return WireRequest(
            gateway.method, f"{url}{'&' if '?' in url else '?'}{urlencode(fields)}", headers, None
        )
    if gateway.format == "form":
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return WireRequest(gateway.method, url, headers, urlencode(fields).encode())
    headers["Content-Type"] = "application/json"
    return WireRequest(gateway.method, url, headers, json.dumps(fields, ensure_ascii=False).encode())


def _filled(data: Any, fill: Callable[[str], str]) -> Any:
    if isinstance(data, str):
        return fill(data)
    if isinstance(data, Mapping):
        return {name: _filled(value, fill) for name, value in data.items()}
    if isinstance(data, list):
        return [_filled(value, fill) for value in data]
    return data


def without_secrets(words: str, gateway: Gateway, to: str) -> str:
    """What a provider answered on one line, without the secrets and the number it may have sent back."""
    for secret in (*gateway.secrets.values(), to, to.lstrip("+")):
        for written in (secret, quote(secret, safe=""), quote_plus(secret)):
            words = words.replace(written, "…")
    return " ".join(words.split())
