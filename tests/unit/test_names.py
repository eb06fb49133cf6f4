import pytest

from app.accounts.names import short_name


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("Odile", "Marchand", "Odile M."),
        ("Jean-Luc", "de la Tour", "Jean-Luc D."),
        ("Odile", "", "Odile"),
        ("", "élan", "É."),
        (None, None, ""),
    ],
)
def test_a_name_is_said_short(first: str | None, last: str | None, expected: str) -> None:
    assert short_name(first, last) == expected
