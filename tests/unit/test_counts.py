"""Counts as France reads them."""

from app.core.counts import counted, figure, grouped


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


def test_a_measure_is_told_without_an_exponent() -> None:
    assert [figure(value) for value in (0, 30.0, 2.5, -0.05, 999_999.5, 1_000_000, 12_345_678_901.25)] == [
        "0",
        "30",
        "2,5",
        "-0,05",
        "999\u202f999,5",
        "1\u202f000\u202f000",
        "12\u202f345\u202f678\u202f901,25",
    ]
