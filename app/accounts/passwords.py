"""Keeping and checking passwords: Argon2id, and the words that nobody may use."""

from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.accounts.rules import MAX_PASSWORD_LENGTH, normalise_password

# 19 MiB and two passes: OWASP's least setting. It keeps a new password short, because SQLite lets nobody
# else write meanwhile, and eight threads small.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hash_password(password: str) -> str:
    """Argon2id with its parameters and salt, 97 characters."""
    return _hasher.hash(normalise_password(password))


def password_matches(stored: str | None, password: str) -> bool:
    """Whether the password is the one kept; takes as long when there is none, so that time tells nothing."""
    if len(password) > MAX_PASSWORD_LENGTH:
        return False
    try:
        _hasher.verify(stored or _nobody(), normalise_password(password))
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None


def needs_new_hash(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


@cache
def known_bad_words() -> frozenset[str]:
    """Words of `bad_passwords.txt`, in lower case without accents."""
    lines = (Path(__file__).parent / "bad_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")
