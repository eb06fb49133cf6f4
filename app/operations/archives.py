"""What is kept for five years: sealed files under DATA_DIR/archive (seed §5.2).

AES-GCM under a key derived from SECRET_KEY, bound to the file's name; packed before. A file begins with the
number of its key, so that another key is told from a file that was changed.
"""

import gzip
import os
import re
import secrets
from datetime import date, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.errors import DomainError

KEPT_FOR = timedelta(days=5 * 366)
_MAGIC, _KEY_ID_BYTES, _NONCE_BYTES = b"BOURSE1\n", 8, 12
_NAME = re.compile(r"[a-z]+-(\d{4}-\d{2}-\d{2})(?:-\d+)?\.sealed")


def seal(directory: Path, name: str, content: bytes, server_key: str) -> Path:
    """Write `security-2026-11-20-1.sealed` for the name `security-2026-11-20`, whole or not at all; the last
    number is the first that is free."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = 1
    while (path := directory / f"{name}-{number}.sealed").exists():
        number += 1
    nonce, part = secrets.token_bytes(_NONCE_BYTES), path.with_suffix(".part")
    sealed = AESGCM(_derive(server_key, b"archive", 32)).encrypt(
        nonce, gzip.compress(content), path.name.encode()
    )
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(_MAGIC + _key_id(server_key) + nonce + sealed)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return path


def unseal(path: Path, server_key: str) -> bytes:
    """The content again. Raises DomainError saying whether the key is another or the file was changed."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise DomainError(
            f"Il n’y a pas d’archive {path.name} : ./bourse archive list les montre."
        ) from error
    begin = len(_MAGIC) + _KEY_ID_BYTES
    changed = DomainError(f"{path.name} a été modifiée ou abîmée : reprenez-la d’une sauvegarde.")
    if not data.startswith(_MAGIC) or len(data) < begin + _NONCE_BYTES:
        raise changed
    if data[len(_MAGIC) : begin] != _key_id(server_key):
        raise DomainError(
            f"{path.name} a été écrite avec une autre clé : donnez dans SECRET_KEY celle de ce jour-là."
        )
    nonce, sealed = data[begin : begin + _NONCE_BYTES], data[begin + _NONCE_BYTES :]
    try:
        packed = AESGCM(_derive(server_key, b"archive", 32)).decrypt(nonce, sealed, path.name.encode())
    except InvalidTag as error:
        raise changed from error
    return gzip.decompress(packed)


def list_archives(directory: Path) -> list[Path]:
    """By name, hence by kind and day."""
    return sorted(path for path in directory.glob("*.sealed") if _NAME.fullmatch(path.name))


def remove_old_archives(directory: Path, today: date) -> int:
    """Those of days more than five years ago; returns how many."""
    old = [path for path in list_archives(directory) if _day_of(path) < today - KEPT_FOR]
    for path in old:
        path.unlink()
    return len(old)


def _day_of(path: Path) -> date:
    found = _NAME.fullmatch(path.name)
    assert found
    return date.fromisoformat(found[1])


def _key_id(server_key: str) -> bytes:
    return _derive(server_key, b"archive key number", _KEY_ID_BYTES)


def _derive(server_key: str, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(server_key.encode())
