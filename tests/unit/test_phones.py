"""Telephone numbers as they are kept and as they are read."""

import pytest

from app.core.phones import display_phone


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("+33746439725", "07 46 43 97 25"),
        ("+32470123456", "+32 470 12 34 56"),
        ("", ""),
        ("612345678", "612345678"),
        ("à rappeler", "à rappeler"),
    ],
)
def test_a_phone_is_shown_the_french_way(kept: str, shown: str) -> None:
    assert display_phone(kept) == shown
