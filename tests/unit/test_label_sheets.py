"""Label documents, judged as a scanner and a reader would: from the printed page."""

import io
from datetime import UTC, datetime

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from reportlab.lib.colors import HexColor, black, white
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth

from app.core.codes import format_code, make_code
from app.documents import symbols
from app.documents.fitting import ellipse, fit_block, fit_lines
from app.documents.fonts import NARROW_BOLD, register_fonts
from app.documents.label_face import LABEL_WIDTH, ink_on
from app.documents.label_sheet import (
    LabelCover,
    LabelDepositor,
    LabelItem,
    LabelList,
    draw_labels,
    draw_single_labels,
)
from tests.support.scanning import read_codes

COLOURS = {
    100: "#87CEEB",
    200: "#FFD700",
    300: "#FF4FC3",
    400: "#C8A2C8",
    500: "#98FF98",
    600: "#FF9A4D",
    1000: "#FFFFFF",
    2000: "#8B0000",
}
LONG = "Poussette double compacte avec nacelle, habillage pluie et ombrelle assortie, pneus neufs, notice !"
NAME = "Zoë Łukasiewicz-Ştefănescu Παπαδόπουλος"


def an_item(list_number, position, count, **changes):
    fields = {
        "code": make_code(26, list_number, position),
        "list_number": list_number,
        "position": position,
        "count": count,
        "price_cents": 1250,
        "title": LONG if position % 2 else "Robe à smocks",
        "category": "Puériculture · coque vendue avec sa poussette",
        "size": "36 mois / 98 cm",
        "brand": "Petit Bateau",
        "colour": "bleu marine",
        "donate": position % 3 == 0,
    }
    return LabelItem(**(fields | changes))


def a_list(first, items=13):
    made = tuple(an_item(first + 7, position, items) for position in range(1, items + 1))
    return LabelList(first + 7, COLOURS[first], "Liste standard", made)


def a_document(*depositors, **options):
    items = sum(one.item_count for one in depositors)
    cover = LabelCover(
        "Bourse d’automne", "Mercredi", len(depositors), 1, items, "Camille", datetime.now(UTC)
    )
    out = io.BytesIO()
    draw_labels(cover, iter(depositors), out, **options)
    return out.getvalue()


def read_sorted(pdf, tmp_path):
    """All QR and all Code 128 of a PDF as a 150 dpi print shows them: two sorted lists."""
    return [sorted(codes) for codes in read_codes(pdf, tmp_path)]


@pytest.mark.slow
def test_every_code_of_every_colour_is_read_from_the_printed_page(tmp_path):
    depositor = LabelDepositor(NAME, "Mercredi 14h-18h", tuple(a_list(first, 6) for first in COLOURS))
    expected = sorted(item.code for one in depositor.lists for item in one.items)
    assert len(expected) == 48
    assert read_sorted(a_document(depositor), tmp_path) == [expected, expected]


def test_cut_marks_do_not_disturb_the_codes(tmp_path):
    one = a_list(100, 12)
    expected = [item.code for item in one.items]
    assert read_sorted(a_document(LabelDepositor(NAME, "", (one,)), cut_marks=True), tmp_path) == [
        expected,
        expected,
    ]


def test_a_reprint_is_one_page_of_one_label_with_the_same_code(tmp_path):
    item, out = an_item(2012, 3, 15), io.BytesIO()
    draw_single_labels([(item, COLOURS[2000])], out)
    (page,) = PdfReader(out).pages
    assert (round(float(page.mediabox.width) / mm, 1), round(float(page.mediabox.height) / mm, 1)) == (
        63.5,
        72,
    )
    assert read_sorted(out.getvalue(), tmp_path) == [[item.code], [item.code]]


def test_pages_come_in_order_and_labels_start_a_new_sheet():
    two_lists = LabelDepositor("Anne", "Mercredi", (a_list(100), a_list(300, 2)))
    pages = PdfReader(
        io.BytesIO(a_document(two_lists, LabelDepositor("Bob", "Jeudi", (a_list(200, 1),))))
    ).pages
    texts = [page.extract_text() for page in pages]
    # cover, then separator + 2 lists + 15 labels on 2 sheets, then separator + list + 1 sheet
    assert len(texts) == 1 + 5 + 3
    assert "Étiquettes" in texts[0]
    assert "Camille" in texts[0]
    assert "Anne" in texts[1]
    assert "15 étiquettes en tout" in texts[1]
    assert "Total" in texts[2]
    assert "162,50 €" in texts[2]
    assert [text.count("article") for text in texts[4:6]] == [12, 3]
    assert "Bob" in texts[6]


def test_a_long_description_is_smaller_before_it_is_cut():
    title = "Gilet femme – rouge, étiquettes encore là, jamais porté, lavage à la main, manches longues"
    item = an_item(245, 2, 15, title=title, category="Vêtements", size="38")
    depositor = LabelDepositor("Anne", "Mercredi", (LabelList(245, "#FFD700", "Liste", (item,)),))
    label = PdfReader(io.BytesIO(a_document(depositor))).pages[-1].extract_text()
    assert title in label.replace("\n", " ")


def test_what_ends_in_three_dots_is_not_taken_for_cut():
    register_fonts()
    assert fit_block("Pull fille – rayé…", NARROW_BOLD, (10.5, 8.0), 100, 40)[0] == 10.5


def test_a_label_says_all_a_buyer_needs_and_never_the_name():
    item = an_item(245, 3, 15, price_cents=15000, title="Robe à smocks", donate=True)
    depositor = LabelDepositor(NAME, "Mercredi", (LabelList(245, "#FFD700", "Liste standard", (item,)),))
    label = PdfReader(io.BytesIO(a_document(depositor))).pages[-1].extract_text()
    for text in ("245", "3/15", "150,00 €", "Robe à smocks", "36 mois / 98 cm", "DON", "Petit Bateau"):
        assert text in label
    assert format_code(item.code) in label
    assert "Łukasiewicz" not in label


def test_progress_counts_labels_after_each_depositor():
    seen = []
    a_document(
        LabelDepositor("Anne", "", (a_list(100),)),
        LabelDepositor("Bob", "", (a_list(200, 2),)),
        on_progress=seen.append,
    )
    assert seen == [13, 15]


@pytest.mark.slow
def test_a_list_longer_than_a_page_goes_on_and_totals_once():
    texts = [
        page.extract_text()
        for page in PdfReader(io.BytesIO(a_document(LabelDepositor("Anne", "", (a_list(100, 30),))))).pages
    ]
    lists = [text for text in texts if "Prix" in text]
    assert len(lists) == 2
    assert "Total" not in lists[0]
    assert "375,00 €" in lists[1]


def test_an_empty_list_still_has_its_page():
    empty = LabelList(245, "#FFD700", "Liste standard", ())
    texts = [
        page.extract_text()
        for page in PdfReader(io.BytesIO(a_document(LabelDepositor("Anne", "", (empty,))))).pages
    ]
    assert len(texts) == 3
    assert "0 article" in texts[2]


def test_the_symbols_keep_the_sizes_scanners_need():
    assert 25 * mm <= symbols.QR_SIZE
    assert symbols.QR_QUIET == 4 * symbols.QR_MODULE
    assert 0.42 * mm <= symbols.BAR_MODULE
    assert symbols.BAR_QUIET >= 10 * symbols.BAR_MODULE
    assert symbols.BAR_WIDTH + 2 * symbols.BAR_QUIET <= LABEL_WIDTH


@given(st.text("0123456789", min_size=10, max_size=10))
def test_a_qr_put_together_from_patterns_is_the_one_segno_encodes(code):
    qr = segno.make_qr(code, version=1, error="m", mask=2, mode="numeric", boost_error=False)
    assert symbols.qr_bits(code) == int("".join(str(module) for row in qr.matrix for module in row), 2)


@given(st.text(max_size=120), st.floats(30, 200), st.integers(1, 4))
def test_fitted_text_is_never_wider_than_its_column(text, width, max_lines):
    register_fonts()
    lines = fit_lines(text, NARROW_BOLD, 10, width, max_lines)
    assert len(lines) <= max_lines
    assert all(stringWidth(line, NARROW_BOLD, 10) <= width + 0.01 for line in lines)


def test_text_is_cut_with_an_ellipsis_and_only_when_needed():
    register_fonts()
    assert ellipse("Robe", NARROW_BOLD, 10, 100) == "Robe"
    assert ellipse(LONG, NARROW_BOLD, 10, 100).endswith("…")
    assert fit_lines("Robe bleu marine", NARROW_BOLD, 10, 40, 3) == ["Robe bleu", "marine"]
    assert fit_lines("Anticonstitutionnellement", NARROW_BOLD, 10, 60, 3)[0] == "Anticonstitutio"


@pytest.mark.parametrize(("colour", "ink"), [("#FFFFFF", black), ("#FFD700", black), ("#8B0000", white)])
def test_ink_contrasts_with_the_band(colour, ink):
    assert ink_on(HexColor(colour)) == ink
