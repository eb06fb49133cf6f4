"""Passwords, locks and links."""

from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.emails import normalise_email
from app.accounts.models import Role
from app.accounts.passwords import hash_password, known_bad_words, password_matches
from app.accounts.rules import (
    LOCK_TIME,
    check_administrator_remains,
    check_may_manage,
    check_new_password,
    is_locked,
    link_is_usable,
    lock_after,
    normalise_password,
)
from app.core.errors import DomainError
from blueprints.auth.destinations import local_path

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ABOUT = ("Camille", "Rivière", "c.riviere@example.org")


@pytest.mark.parametrize(
    ("password", "missing"),
    [
        ("", "8 caractères"),
        ("Ab1!", "8 caractères"),
        ("12345678!", "une lettre"),
        ("abricots!", "un chiffre"),
        ("abricots4", "un signe"),
    ],
)
def test_a_password_that_lacks_something_says_what(password: str, missing: str) -> None:
    with pytest.raises(DomainError, match=missing) as refusal:
        check_new_password(password, frozenset())
    assert refusal.value.field == "password"


@pytest.mark.parametrize(
    "password",
    [
        "Password1!",
        "P@ssw0rd-2026",
        "4z3rty!!2",
        "$oleil31!",
        "Bourse2026!",
        "!!11Maman",
        "aaaaaaa1!",
        "abcdef12!",
        "Ytreza-2!",
        "Camille31!",
        "R1v13re!!",
        "Rivière-2026",
    ],
)
def test_what_anybody_would_try_is_refused(password: str) -> None:
    with pytest.raises(DomainError, match="trop facile"):
        check_new_password(password, known_bad_words(), ABOUT)


@pytest.mark.parametrize("password", ["Girafe+tricot7", "rouge velo 7 lampe", "Été-sous-2-pins"])
def test_a_good_password_is_taken(password: str) -> None:
    check_new_password(password, known_bad_words(), ABOUT)


def test_a_novel_is_not_hashed() -> None:
    with pytest.raises(DomainError, match="dépasse"):
        check_new_password("a1!" * 100, frozenset())
    assert not password_matches(hash_password("a1!" * 20), "a1!" * 100)


def test_accents_typed_on_another_system_are_the_same_password() -> None:
    stored = hash_password("\u00c9t\u00e9-sous-2-pins")
    assert password_matches(stored, "E\u0301te\u0301-sous-2-pins")
    assert normalise_password("E\u0301") == "\u00c9"


def test_hashes_are_argon2id_and_salted() -> None:
    assert hash_password("x").startswith("$argon2id$")
    assert hash_password("x") != hash_password("x")


def test_nobody_has_no_password() -> None:
    assert not password_matches(None, "nobody has this password")
    assert not password_matches("not a hash", "x")


def test_the_fifth_failure_locks_for_a_quarter_of_an_hour() -> None:
    assert lock_after(4, NOW) is None
    assert lock_after(5, NOW) == NOW + timedelta(minutes=15)
    assert is_locked(NOW + LOCK_TIME, NOW)
    assert not is_locked(NOW, NOW)
    assert not is_locked(None, NOW)


def test_a_link_serves_once_and_in_time() -> None:
    assert link_is_usable(None, NOW + timedelta(seconds=1), NOW)
    assert not link_is_usable(None, NOW, NOW)
    assert not link_is_usable(NOW, NOW + timedelta(hours=1), NOW)


def test_nobody_manages_themselves_and_an_administrator_remains() -> None:
    check_may_manage(1, 2)
    check_may_manage(None, 2)
    with pytest.raises(DomainError):
        check_may_manage(2, 2)
    check_administrator_remains(Role.ADMIN, 1)
    check_administrator_remains(Role.MANAGER, 0)
    with pytest.raises(DomainError):
        check_administrator_remains(Role.ADMIN, 0)


def test_one_person_has_one_address() -> None:
    assert normalise_email("  Camille.RIVIERE@Example.org ") == "camille.riviere@example.org"
    with pytest.raises(DomainError) as refusal:
        normalise_email("camille@")
    assert refusal.value.field == "email"


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/jobs?page=2", "/jobs?page=2"),
        ("https://elsewhere.example/", None),
        ("//elsewhere.example/", None),
        ("/\\elsewhere.example/", None),
        ("/a\\b", None),
        ("/\telsewhere", None),
        ("jobs", None),
        ("", None),
        (None, None),
    ],
)
def test_only_our_own_pages_are_gone_to_after_signing_in(wanted: str | None, path: str | None) -> None:
    assert local_path(wanted) == path
