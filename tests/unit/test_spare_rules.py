"""Labels kept in reserve: their codes, and their sheets as a scanner reads them."""

import io

import pytest

from app.core.codes import make_code
from app.core.errors import DomainError
from app.deposits.models import ItemState
from app.documents.label_sheet import draw_spare_sheets
from app.editions.rulebook import default_rulebook
from app.labels.spare_rules import (
    ItemWithoutLabel,
    NoSpareLeft,
    SpareUnknown,
    check_bindable,
    is_spare,
    read_spare,
    spare_codes,
    spare_name,
)
from app.sales.queries.catalogue import TRAINING_LIST
from tests.support.scanning import read_codes


def test_a_sheet_is_a_list_of_twelve_after_the_last_one_made() -> None:
    first = spare_codes(26, 9000, 2)
    assert len(set(first)) == 24
    assert (spare_name(first[0]), spare_name(first[-1])) == ("9001-01", "9002-12")
    assert spare_name(spare_codes(26, 9002, 1)[0]) == "9003-01"
    assert all(map(is_spare, first))


def test_the_numbers_end_before_the_training_tills() -> None:
    assert spare_codes(26, 9997, 1)[-1] == make_code(26, 9998, 12)
    with pytest.raises(NoSpareLeft, match="plus que 1 numéro"):
        spare_codes(26, 9997, 2)
    with pytest.raises(NoSpareLeft, match="plus aucun numéro"):
        spare_codes(26, 9998, 1)
    assert not is_spare(make_code(26, TRAINING_LIST, 1))


@pytest.mark.parametrize("sheets", [0, -1, 21])
def test_sheets_are_made_a_few_at_a_time(sheets: int) -> None:
    with pytest.raises(DomainError, match="1 à 20"):
        spare_codes(26, 9000, sheets)


def test_no_list_of_a_depositor_can_have_a_number_in_reserve() -> None:
    book = default_rulebook()
    assert not any(is_spare(make_code(26, each.last, 1)) for each in book.ranges)
    data = book.to_dict()
    added = {**data["ranges"][0], "first": 8990, "last": 9000}
    data["ranges"].append(added)
    type(book).from_dict(data)
    added["last"] = 9001
    with pytest.raises(DomainError, match="dernier numéro"):
        type(book).from_dict(data)


@pytest.mark.parametrize("typed", ["26 9001 03 06", "2690010306", "9001-03", "9001 3"])
def test_a_spare_label_is_read_from_a_scan_or_typed(typed: str) -> None:
    assert read_spare(typed, 26) == make_code(26, 9001, 3)


@pytest.mark.parametrize("typed", ["245-03", "9999-01", "2690010307", "licorne", "", make_code(25, 9001, 3)])
def test_anything_else_is_not_one(typed: str) -> None:
    with pytest.raises(SpareUnknown):
        read_spare(typed, 26)


def test_only_an_item_with_a_number_takes_one() -> None:
    check_bindable(ItemState.DECLARED, "2602450346")
    check_bindable(ItemState.WITHDRAWN, "2602450346")
    for state, code in ((ItemState.DRAFT, None), (ItemState.DRAFT, "2602450346"), (ItemState.ON_SALE, None)):
        with pytest.raises(ItemWithoutLabel):
            check_bindable(state, code)


@pytest.mark.parametrize("cut_marks", [False, True])
def test_every_spare_label_is_read_by_a_scanner(tmp_path, cut_marks: bool) -> None:
    codes, out, told = spare_codes(26, 9000, 2), io.BytesIO(), []
    draw_spare_sheets(codes, out, told.append, cut_marks=cut_marks)
    qr, bars = read_codes(out.getvalue(), tmp_path)
    assert qr == bars == codes
    assert told == [24]
