"""What the association decided about passwords, locks and roles. Source: 6-quality, Security."""

import re
import unicodedata
from datetime import datetime, timedelta

from app.accounts.models import Role
from app.core.errors import DomainError

MIN_PASSWORD_LENGTH = 8
# Hashing costs time on purpose: a novel typed as a password must not cost more.
MAX_PASSWORD_LENGTH = 200
ADVICE = (
    "Au moins 8 caractères, avec une lettre, un chiffre et un signe (par exemple ! ? - +). "
    "Pas un mot de passe courant, ni votre nom."
)

MAX_FAILURES = 5
LOCK_TIME = timedelta(minutes=15)
RESET_LIFETIME = timedelta(hours=1)
# The first password of an account made by an administrator, as long as an invitation.
WELCOME_LIFETIME = timedelta(days=7)

# Digits and signs that people write for letters.
_LOOKALIKES = str.maketrans(
    {"@": "a", "4": "a", "€": "e", "3": "e", "1": "i", "!": "i", "0": "o", "$": "s", "5": "s", "7": "t"}
)
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
)


def normalise_password(password: str) -> str:
    """The same text whatever keyboard or system typed its accents (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check_new_password(password: str, known_bad: frozenset[str], about: tuple[str, ...] = ()) -> None:
    """Refuse a password that is too short, too plain, or that anybody would try.

    `known_bad` holds words in lower case; a password is compared without the digits and signs around it
    and with look-alikes read as letters, so that `P@ssw0rd-2026` is `password`. `about` are words of the
    person (names, e-mail), refused in the same way. Raises DomainError on the field `password`.
    """
    password = normalise_password(password)
    if len(password) > MAX_PASSWORD_LENGTH:
        raise DomainError(f"Ce mot de passe dépasse {MAX_PASSWORD_LENGTH} caractères.", "password")
    missing = _missing(password)
    if missing:
        raise DomainError(f"Il manque encore à ce mot de passe : {', '.join(missing)}.", "password")
    own_words = {_plain(word) for text in about for word in re.split(r"[^\w]+", text) if len(word) >= 3}
    if _words_within(password) & (known_bad | own_words) or _is_run(_letters(_plain(password))):
        raise DomainError(
            "Ce mot de passe est trop facile à deviner : un mot courant, votre nom ou votre adresse. "
            "Assemblez plutôt deux ou trois mots sans rapport, avec un chiffre et un signe.",
            "password",
        )


def _missing(password: str) -> list[str]:
    checks = (
        (len(password) >= MIN_PASSWORD_LENGTH, f"{MIN_PASSWORD_LENGTH} caractères au moins"),
        (any(c.isalpha() for c in password), "une lettre"),
        (any(c.isdigit() for c in password), "un chiffre"),
        (any(not c.isalnum() for c in password), "un signe (par exemple ! ? - +)"),
    )
    return [what for held, what in checks if not held]


def _words_within(password: str) -> set[str]:
    """The word inside: only the letters, or what is left without digits and signs around, look-alikes read.

    Those in front may be look-alikes themselves (`$oleil31`), so it is read with and without them.
    """
    plain = _plain(password)
    begun = re.sub(r"[\W\d_]+$", "", plain)
    inside = re.sub(r"^[\W\d_]+", "", begun)
    read = {_letters(word.translate(_LOOKALIKES)) for word in (begun, inside)}
    return read | {_letters(plain)}


def _letters(text: str) -> str:
    return re.sub(r"[\W\d_]+", "", text)


def _plain(text: str) -> str:
    """Lower case without accents."""
    decomposed = unicodedata.normalize("NFD", normalise_password(text).lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _is_run(word: str) -> bool:
    """Whether a word is one letter repeated, or neighbours of the alphabet or of a keyboard."""
    return len(set(word)) <= 2 or any(word in row * 2 or word in row[::-1] * 2 for row in _ROWS)


def is_locked(locked_until: datetime | None, now: datetime) -> bool:
    return locked_until is not None and locked_until > now


def lock_after(failures: int, now: datetime) -> datetime | None:
    """Until when an account is locked after this many failures in a row; None while it stays open."""
    return now + LOCK_TIME if failures >= MAX_FAILURES else None


def link_is_usable(used_at: datetime | None, expires_at: datetime, now: datetime) -> bool:
    """Whether a link from an e-mail still opens something: once, and in time."""
    return used_at is None and expires_at > now


def check_may_manage(actor_id: int | None, user_id: int) -> None:
    """Nobody changes their own role or disables themselves: a slip would lock them out."""
    if actor_id == user_id:
        raise DomainError(
            "Vous ne pouvez pas changer votre propre rôle ni désactiver votre compte : "
            "demandez à un autre administrateur."
        )


def check_administrator_remains(role: Role, other_active_administrators: int) -> None:
    """Somebody must be left who can administer; `role` is the one the person is about to lose."""
    if role is Role.ADMIN and other_active_administrators == 0:
        raise DomainError(
            "C’est le dernier administrateur en activité : donnez d’abord ce rôle à une autre personne."
        )
