"""Counts as France reads them."""

from app.core.counts import counted, grouped


def test_thousands_stand_apart() -> None:
    assert [grouped(number) for number in (0, 999, 3137, 1234567)] == [
        "0",
        "999",
        "3\u202f137",
        "1\u202f234\u202f567",
    ]


def test_one_thing_is_singular() -> None:
    assert [counted(count, "liste") for count in (0, 1, 2, 2000)] == [
        "0 liste",
        "1 liste",
        "2 listes",
        "2\u202f000 listes",
    ]
