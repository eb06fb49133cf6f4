"""One label of 63.5 × 72 mm, drawn to be read at one metre and scanned at first try.

Top to bottom: the band in the colour of the range with the list number, the price, the QR with the
description beside it, the Code 128. Everything stays 3 mm from the edges, for sheets that feed askew.
"""

from collections.abc import Sequence

from reportlab.lib.colors import Color, HexColor, black, white
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from app.core.codes import format_code
from app.core.money import format_euros
from app.documents.fitting import LEADING, ellipse, fit_block, fit_lines, shrink
from app.documents.fonts import BOLD, CAP_HEIGHT, NARROW, NARROW_BOLD
from app.documents.label_data import LabelItem
from app.documents.symbols import (
    BAR_WIDTH,
    QR_QUIET,
    QR_SIZE,
    draw_code128,
    draw_qr,
)

LABEL_WIDTH = 63.5 * mm
LABEL_HEIGHT = 72 * mm

_PAD = 3 * mm
_RIGHT = LABEL_WIDTH - _PAD
_BAND_BOTTOM, _BAND_HEIGHT = 59 * mm, 10 * mm
_PRICE_BASELINE, _PRICE_SIZE = 50 * mm, 30
_DON_WIDTH, _DON_HEIGHT = 14 * mm, 5.2 * mm
_BARS_BOTTOM, _BARS_HEIGHT = _PAD, 10.6 * mm
_QR_BOTTOM = 18.6 * mm
# The quiet zones run into the blank edge of the label on the left, and end here on the right.
_COLUMN = QR_QUIET + QR_SIZE + QR_QUIET + 0.4 * mm
_COLUMN_WIDTH = _RIGHT - _COLUMN
# A long description is smaller before it is cut.
_TITLE_SIZES = (10.5, 9.0, 8.0, 7.2)
_COLUMN_TOP, _COLUMN_BOTTOM = 47.6 * mm, 19.6 * mm


def draw_label(canvas: Canvas, item: LabelItem, colour_hex: str, x: float, y: float) -> None:
    """Draw the label with its lower left corner at (x, y) points of the page."""
    _draw_band(canvas, item, colour_hex, x + _PAD, y + _BAND_BOTTOM)
    _draw_price(canvas, item, x, y)
    draw_qr(canvas, item.code, x + QR_QUIET, y + _QR_BOTTOM)
    _draw_column(canvas, item, x + _COLUMN, y)
    code = format_code(item.code)
    canvas.setFont(NARROW_BOLD, shrink(code, NARROW_BOLD, 12, _COLUMN_WIDTH))
    canvas.drawString(x + _COLUMN, y + _BARS_BOTTOM + _BARS_HEIGHT + 1.3 * mm, code)
    draw_code128(canvas, item.code, x + (LABEL_WIDTH - BAR_WIDTH) / 2, y + _BARS_BOTTOM, _BARS_HEIGHT)


def draw_spare_label(canvas: Canvas, code: str, x: float, y: float) -> None:
    """A blank label kept in reserve: its codes and number are printed, the item is written by hand."""
    draw_band(canvas, "#FFFFFF", x + _PAD, y + _BAND_BOTTOM, _RIGHT - _PAD, _BAND_HEIGHT)
    baseline = y + _BAND_BOTTOM + (_BAND_HEIGHT - CAP_HEIGHT * 20) / 2
    canvas.setFont(NARROW, 10)
    canvas.drawString(x + _PAD + 2 * mm, baseline, "réserve")
    canvas.setFont(BOLD, 20)
    canvas.drawRightString(x + _RIGHT - 2 * mm, baseline, f"{int(code[2:6])}-{code[6:8]}")
    _draw_blanks(canvas, x, y)
    draw_qr(canvas, code, x + QR_QUIET, y + _QR_BOTTOM)
    text = format_code(code)
    canvas.setFont(NARROW_BOLD, shrink(text, NARROW_BOLD, 12, _COLUMN_WIDTH))
    canvas.drawString(x + _COLUMN, y + _BARS_BOTTOM + _BARS_HEIGHT + 1.3 * mm, text)
    draw_code128(canvas, code, x + (LABEL_WIDTH - BAR_WIDTH) / 2, y + _BARS_BOTTOM, _BARS_HEIGHT)


def _draw_blanks(canvas: Canvas, x: float, y: float) -> None:
    """Lines for what a till shows: the price, the item's number, what it is."""
    canvas.setFont(NARROW, 9)
    canvas.setLineWidth(0.6)
    canvas.drawString(x + _PAD, y + _PRICE_BASELINE, "prix")
    canvas.line(x + _PAD + 7 * mm, y + _PRICE_BASELINE, x + _RIGHT - 6 * mm, y + _PRICE_BASELINE)
    canvas.setFont(BOLD, 14)
    canvas.drawRightString(x + _RIGHT, y + _PRICE_BASELINE, "€")
    canvas.setFont(NARROW, 9)
    canvas.drawString(x + _COLUMN, y + _COLUMN_TOP - 3 * mm, "article n°")
    for height in (38, 31.5, 25):
        canvas.line(x + _COLUMN, y + height * mm, x + _RIGHT, y + height * mm)


def ink_on(background: Color) -> Color:
    """Black or white, whichever contrasts more (WCAG relative luminance)."""
    luminance = _luminance(background)
    return black if (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) else white


def _luminance(colour: Color) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.03928 else float(((part + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue)


def draw_band(canvas: Canvas, colour_hex: str, x: float, y: float, width: float, height: float) -> None:
    """A rounded band in a range's colour, outlined so that white shows too; leaves its ink as fill colour."""
    background = HexColor(colour_hex)
    canvas.setFillColor(background)
    canvas.setStrokeColor(black)
    canvas.setLineWidth(0.8)
    canvas.roundRect(x, y, width, height, 1.2 * mm, stroke=1, fill=1)
    canvas.setFillColor(ink_on(background))


def _draw_band(canvas: Canvas, item: LabelItem, colour_hex: str, x: float, y: float) -> None:
    width = _RIGHT - _PAD
    draw_band(canvas, colour_hex, x, y, width, _BAND_HEIGHT)
    size, number = 26, str(item.list_number)
    baseline = y + (_BAND_HEIGHT - CAP_HEIGHT * size) / 2
    canvas.setFont(NARROW, 10)
    canvas.drawString(x + 2 * mm, baseline, "liste")
    canvas.setFont(BOLD, size)
    canvas.drawString(x + 9.5 * mm, baseline, number)
    place = f"{item.position}/{item.count}"
    canvas.setFont(BOLD, 15)
    canvas.drawRightString(x + width - 2 * mm, baseline, place)
    canvas.setFont(NARROW, 10)
    canvas.drawRightString(x + width - 3 * mm - stringWidth(place, BOLD, 15), baseline, "article")
    canvas.setFillColor(black)


def _draw_price(canvas: Canvas, item: LabelItem, x: float, y: float) -> None:
    price = format_euros(item.price_cents)
    width = _RIGHT - _PAD - (_DON_WIDTH + 2 * mm if item.donate else 0)
    canvas.setFont(BOLD, shrink(price, BOLD, _PRICE_SIZE, width))
    canvas.drawString(x + _PAD, y + _PRICE_BASELINE, price)
    if not item.donate:
        return
    left, middle = x + _RIGHT - _DON_WIDTH, x + _RIGHT - _DON_WIDTH / 2
    canvas.roundRect(left, y + _PRICE_BASELINE + 2.6 * mm, _DON_WIDTH, _DON_HEIGHT, 1 * mm, stroke=0, fill=1)
    canvas.setFillColor(white)
    canvas.setFont(BOLD, 12)
    canvas.drawCentredString(middle, y + _PRICE_BASELINE + 3.7 * mm, "DON")
    canvas.setFillColor(black)
    canvas.setFont(NARROW, 8)
    canvas.drawCentredString(middle, y + _PRICE_BASELINE - 0.2 * mm, "si invendu")


def _draw_column(canvas: Canvas, item: LabelItem, x: float, y: float) -> None:
    bottom = y + _COLUMN_BOTTOM
    if item.size:
        size = max(9.0, shrink(item.size, NARROW_BOLD, 15, _COLUMN_WIDTH))
        canvas.setFont(NARROW_BOLD, size)
        canvas.drawString(x, bottom, ellipse(item.size, NARROW_BOLD, size, _COLUMN_WIDTH))
        bottom += 5.4 * mm
    details = " · ".join(part for part in (item.brand, item.colour) if part)
    if details:
        size = max(7.0, shrink(details, NARROW, 8.5, _COLUMN_WIDTH))
        canvas.setFont(NARROW, size)
        canvas.drawString(x, bottom, ellipse(details, NARROW, size, _COLUMN_WIDTH))
        bottom += 3.9 * mm
    category = fit_lines(item.category, NARROW, 8.5, _COLUMN_WIDTH, 2)
    top = _draw_lines(canvas, category, NARROW, 8.5, x, y + _COLUMN_TOP)
    room = top - bottom + 0.8 * mm
    size, title = fit_block(item.title, NARROW_BOLD, _TITLE_SIZES, _COLUMN_WIDTH, room)
    _draw_lines(canvas, title, NARROW_BOLD, size, x, top - 0.6 * mm)


def _draw_lines(canvas: Canvas, lines: Sequence[str], font: str, size: float, x: float, top: float) -> float:
    """Draw these lines below `top`; return the height where they end."""
    canvas.setFont(font, size)
    for line in lines:
        canvas.drawString(x, top - CAP_HEIGHT * size, line)
        top -= LEADING * size
    return top
