"""Label documents: cover, then for each depositor a separator, the lists, and sheets of labels.

Sheets are A4 with 12 labels, 3 × 4, of 63.5 × 72 mm: margins 7.25 mm left and right, 4.5 mm above and
below, columns 66 mm apart (2.5 mm between two), rows 72 mm apart (none between two).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import BinaryIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.documents.fonts import REGULAR, register_fonts
from app.documents.label_data import LabelCover, LabelDepositor, LabelItem, LabelList
from app.documents.label_face import LABEL_HEIGHT, LABEL_WIDTH, draw_label, draw_spare_label
from app.documents.label_pages import draw_cover, draw_list, draw_separator
from app.documents.packed_canvas import PackedCanvas

__all__ = [
    "LabelCover",
    "LabelDepositor",
    "LabelItem",
    "LabelList",
    "draw_labels",
    "draw_single_labels",
    "draw_spare_sheets",
]

COLUMNS, ROWS = 3, 4
MARGIN_X, MARGIN_Y = 7.25 * mm, 4.5 * mm
PITCH_X, PITCH_Y = 66 * mm, 72 * mm
_CUT_MARKS = "cut-marks"


def draw_labels(
    cover: LabelCover,
    depositors: Iterable[LabelDepositor],
    out: BinaryIO,
    on_progress: Callable[[int], None] | None = None,
    cut_marks: bool = False,
) -> None:
    """Write the whole document to `out` as PDF.

    `depositors` is read once, one at a time. `on_progress` is told after each depositor how many labels
    are drawn. `cut_marks` draws hairlines around the labels, for plain paper.
    """
    canvas = _canvas(out, f"Étiquettes – {cover.edition_name}", A4)
    if cut_marks:
        _define_cut_marks(canvas)
    draw_cover(canvas, cover)
    drawn = 0
    for depositor in depositors:
        draw_separator(canvas, depositor)
        for one in depositor.lists:
            draw_list(canvas, depositor, one)
        _draw_sheets(canvas, depositor, cut_marks)
        drawn += depositor.item_count
        if on_progress:
            on_progress(drawn)
    canvas.save()


def draw_single_labels(labels: Iterable[tuple[LabelItem, str]], out: BinaryIO) -> None:
    """Write a PDF with one label a page of 63.5 × 72 mm, from pairs of item and range colour: reprints."""
    canvas = _canvas(out, "Étiquettes réimprimées", (LABEL_WIDTH, LABEL_HEIGHT))
    for item, colour_hex in labels:
        draw_label(canvas, item, colour_hex, 0, 0)
        canvas.showPage()
    canvas.save()


def draw_spare_sheets(
    codes: Sequence[str],
    out: BinaryIO,
    on_progress: Callable[[int], None] | None = None,
    cut_marks: bool = False,
) -> None:
    """Write sheets of blank labels, twelve a page in the order of their codes, to `out` as PDF."""
    canvas = _canvas(out, "Étiquettes de réserve", A4)
    if cut_marks:
        _define_cut_marks(canvas)
    _draw_pages(canvas, [partial(draw_spare_label, canvas, code) for code in codes], cut_marks)
    if on_progress:
        on_progress(len(codes))
    canvas.save()


def _canvas(out: BinaryIO, title: str, page_size: tuple[float, float]) -> Canvas:
    register_fonts()
    canvas = PackedCanvas(out, pagesize=page_size, pageCompression=1, initialFontName=REGULAR, lang="fr")
    canvas.setTitle(title)
    return canvas


def _draw_sheets(canvas: Canvas, depositor: LabelDepositor, cut_marks: bool) -> None:
    """The depositor's labels, list after list, from the top left of a new sheet."""
    labels = [
        partial(draw_label, canvas, item, one.colour_hex) for one in depositor.lists for item in one.items
    ]
    _draw_pages(canvas, labels, cut_marks)


def _draw_pages(canvas: Canvas, labels: Sequence[Callable[[float, float], None]], cut_marks: bool) -> None:
    """Twelve labels a page; each is drawn at the lower left corner it is called with."""
    for number, draw in enumerate(labels):
        place = number % (COLUMNS * ROWS)
        if place == 0 and cut_marks:
            canvas.doForm(_CUT_MARKS)
        row, column = divmod(place, COLUMNS)
        draw(MARGIN_X + column * PITCH_X, _row_bottom(row))
        if place == COLUMNS * ROWS - 1 or number == len(labels) - 1:
            canvas.showPage()


def _row_bottom(row: int) -> float:
    return float(A4[1] - MARGIN_Y - LABEL_HEIGHT - row * PITCH_Y)


def _define_cut_marks(canvas: Canvas) -> None:
    canvas.beginForm(_CUT_MARKS)
    canvas.setStrokeGray(0.6)
    canvas.setLineWidth(0.25)
    canvas.setDash(4, 4)
    for column in range(COLUMNS):
        for x in (MARGIN_X + column * PITCH_X, MARGIN_X + column * PITCH_X + LABEL_WIDTH):
            canvas.line(x, 0, x, A4[1])
    for row in range(-1, ROWS):
        canvas.line(0, _row_bottom(row), A4[0], _row_bottom(row))
    canvas.endForm()
