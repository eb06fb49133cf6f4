"""What a till signs with its key: the entries of its journal and its requests (3-till.md, 1 and 7)."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Signed:
    """An entry as it is sent: the exact text, its SHA-256 and HMAC (hexadecimal)."""

    uuid: str
    hash: str
    payload: str
    mac: str

    def told(self) -> dict[str, str]:
        return {"uuid": self.uuid, "hash": self.hash, "payload": self.payload, "mac": self.mac}


def sign_entry(secret: bytes, entry: dict[str, Any]) -> Signed:
    """Over canonical JSON: keys sorted, no blanks."""
    payload = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(payload.encode()).hexdigest()
    return Signed(entry["uuid"], digest, payload, mac_of(secret, payload.encode()))


def authorization(key_id: str, secret: bytes, method: str, address: str, body: bytes) -> str:
    """The header of a signed request."""
    signed = f"{method}\n{address}\n{hashlib.sha256(body).hexdigest()}".encode()
    return f"Till {key_id} {mac_of(secret, signed)}"


def mac_of(secret: bytes, message: bytes) -> str:
    return hmac.new(secret, message, hashlib.sha256).hexdigest()
