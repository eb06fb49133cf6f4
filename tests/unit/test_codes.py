"""The label code: what it holds, what it catches, what a person may type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.codes import (
    Code,
    InvalidCode,
    NotACode,
    WrongCheckDigits,
    format_code,
    make_code,
    parse_code,
    parse_short,
)

editions = st.integers(0, 99)
lists = st.integers(0, 9999)
lines = st.integers(0, 99)
codes = st.builds(make_code, editions, lists, lines)


def test_a_code_holds_edition_list_line_and_the_iso_7064_check_digits():
    # 98 - (26024503 * 100) % 97, worked out apart from the library.
    check = 98 - (26024503 * 100) % 97
    assert make_code(26, 245, 3) == f"26024503{check:02d}"
    assert int(make_code(26, 245, 3)) % 97 == 1


@given(editions, lists, lines)
def test_what_is_made_is_read_back(edition, list_number, line):
    digits = make_code(edition, list_number, line)
    assert len(digits) == 10
    assert parse_code(digits) == Code(edition, list_number, line, digits)
    assert parse_code(format_code(digits)).digits == digits


@given(codes, st.integers(0, 9), st.integers(1, 9))
def test_a_wrong_digit_is_caught(digits, place, shift):
    wrong = str((int(digits[place]) + shift) % 10)
    with pytest.raises(WrongCheckDigits):
        parse_code(digits[:place] + wrong + digits[place + 1 :])


@given(codes, st.integers(0, 8))
def test_a_swap_of_neighbours_is_caught(digits, place):
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    if swapped != digits:
        with pytest.raises(WrongCheckDigits):
            parse_code(swapped)


@pytest.mark.parametrize(("edition", "list_number", "line"), [(26, 245, 3), (1, 100, 1), (99, 2999, 24)])
def test_no_single_error_of_a_sample_passes(edition, list_number, line):
    digits = make_code(edition, list_number, line)
    wrong = {digits[:i] + d + digits[i + 1 :] for i in range(10) for d in "0123456789"}
    wrong |= {digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in range(9)}
    wrong.discard(digits)
    assert len(wrong) >= 90
    for text in wrong:
        with pytest.raises(WrongCheckDigits):
            parse_code(text)


@pytest.mark.parametrize(
    "blank", ["26 0245 03 57", " 26\u00a00245\u202f03 57\r\n", "26-0245-03-57", "26.0245.03.57"]
)
def test_blanks_and_dashes_do_not_matter(blank):
    check = make_code(26, 245, 3)[8:]
    assert parse_code(blank.replace("57", check)).list_number == 245


@pytest.mark.parametrize("text", ["", "   ", "26024503", "3760123456789", "robe", "٢٦٠٢٤٥٠٣٥٧", "260245035O"])
def test_anything_else_is_not_a_code(text):
    with pytest.raises(NotACode) as refusal:
        parse_code(text, field="code")
    assert refusal.value.field == "code"
    assert "dix chiffres" in refusal.value.message


@given(st.text(alphabet="0123456789 .-é\u00a0x", max_size=16))
def test_any_text_is_read_or_refused_in_words(text):
    try:
        code = parse_code(text)
    except InvalidCode:
        return
    assert code.digits == make_code(code.edition_number, code.list_number, code.line)


@pytest.mark.parametrize("numbers", [(100, 1, 1), (26, 10000, 1), (26, 1, 100), (-1, 1, 1)])
def test_numbers_that_do_not_fit_are_a_defect(numbers):
    with pytest.raises(ValueError, match="no code for"):
        make_code(*numbers)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("245-03", (245, 3)),
        ("245 3", (245, 3)),
        (" 0245 - 03 ", (245, 3)),
        ("1012/7", (1012, 7)),
        ("245–3", (245, 3)),
        ("24503", None),
        ("245", None),
        ("245-", None),
        ("245-123", None),
        ("26 0245 03 57", None),
        ("12345-1", None),
        ("robe 3", None),
    ],
)
def test_list_and_line_typed_by_hand(text, expected):
    assert parse_short(text) == expected
