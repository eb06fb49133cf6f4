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


def new_secret() -> bytes:
    """32 random bytes for one device."""
    return secrets.token_bytes(SECRET_BYTES)


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
