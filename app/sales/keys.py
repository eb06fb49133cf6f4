"""The secret of a till device: made by the server, told once, kept encrypted, checked by HMAC-SHA-256."""

import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES = 32
_NONCE_BYTES = 12
_PURPOSE = b"till device secrets"


def secret_of(till_id: int, key_id: str, server_key: str) -> bytes:
    """The 32 bytes of one device, made from `server_key`: a server restored from a backup of before the
    device was registered makes the same again, and so still understands what it signed."""
    purpose = f"till device {till_id} {key_id}".encode()
    return HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=None, info=purpose).derive(server_key.encode())


def encrypt_secret(secret: bytes, server_key: str, key_id: str) -> bytes:
    """AES-GCM under a key derived from `server_key` (SECRET_KEY); bound to its `key_id`."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher(server_key).encrypt(nonce, secret, key_id.encode())


def decrypt_secret(blob: bytes, server_key: str, key_id: str) -> bytes:
    """The secret again; raises cryptography.exceptions.InvalidTag when the key or the row is another."""
    return _cipher(server_key).decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], key_id.encode())


def mac_of(secret: bytes, message: bytes) -> str:
    """HMAC-SHA-256 in lower-case hexadecimal."""
    return hmac.new(secret, message, hashlib.sha256).hexdigest()


def is_signed(secret: bytes, message: bytes, mac: str) -> bool:
    return hmac.compare_digest(mac_of(secret, message).encode(), mac.encode())


def _cipher(server_key: str) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(server_key.encode())
    return AESGCM(derived)
