"""The pages between the sheets of labels: the cover, a separator per depositor, the printed lists."""

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.core.dates import datetime_long
from app.core.money import format_euros
from app.documents.fitting import ellipse, fit_lines, shrink
from app.documents.fonts import BOLD, CAP_HEIGHT, NARROW, NARROW_BOLD, REGULAR
from app.documents.label_data import LabelCover, LabelDepositor, LabelItem, LabelList
from app.documents.label_face import draw_band
from app.documents.wording import count_of

_LEFT, _RIGHT, _TOP = 18 * mm, 192 * mm, 279 * mm
_WIDTH = _RIGHT - _LEFT
_GREY, _HAIR = 0.35, 0.75

_PRINTING = (
    "Imprimez en taille réelle (100\u00a0%), sans «\u00a0ajuster à la page\u00a0».",
    "Format des planches : 12 étiquettes de 63,5 × 72 mm, 3 par ligne, 4 lignes. "
    "Marges : 7,25 mm à gauche et à droite, 4,5 mm en haut et en bas.",
    "Mesurez la règle ci-dessous : si elle ne fait pas 10 cm, l’échelle n’est pas de 100\u00a0%.",
    "Scannez une étiquette avant d’imprimer la suite.",
)
_STEPS = (
    "Vérifiez que le nom et les numéros de liste sont ceux de la pochette.",
    "Comptez les étiquettes : leur nombre est indiqué ci-dessus.",
    "Fixez chaque étiquette sur l’article qu’elle décrit, code visible et à plat.",
    "Signalez un article sans étiquette ou une étiquette sans article.",
    "Gardez la liste imprimée avec les articles jusqu’à la mise en rayon.",
)
_ROW = 9.3 * mm
_ROWS_A_PAGE = 24


def draw_cover(canvas: Canvas, cover: LabelCover) -> None:
    """Edition, scope, counts, how to print, a ruler to check the scale, who and when."""
    canvas.bookmarkPage("cover")
    canvas.addOutlineEntry("Page de garde", "cover", 0)
    y = _heading(canvas, "Étiquettes", cover.edition_name, _TOP)
    y = _paragraph(canvas, cover.scope, REGULAR, 16, y - 6 * mm)
    y = _figures(
        canvas,
        (("déposants", cover.depositors), ("listes", cover.lists), ("étiquettes", cover.items)),
        y - 10 * mm,
    )
    y = _steps(canvas, "Avant d’imprimer", _PRINTING, y - 16 * mm)
    _ruler(canvas, _LEFT, y - 8 * mm)
    _footer(canvas, f"Préparé par {cover.generated_by}, {datetime_long(cover.generated_at)}.")
    canvas.showPage()


def draw_separator(canvas: Canvas, depositor: LabelDepositor) -> None:
    """The page on top of a depositor's pile: name, slot, lists with their counts, what to do."""
    key = f"depositor-{canvas.getPageNumber()}"
    canvas.bookmarkPage(key)
    canvas.addOutlineEntry(depositor.name, key, 0)
    y = _heading(canvas, depositor.name, depositor.slot, _TOP)
    y -= 8 * mm
    for one in depositor.lists:
        draw_band(canvas, one.colour_hex, _LEFT, y - 16 * mm, 44 * mm, 16 * mm)
        canvas.setFont(BOLD, 34)
        canvas.drawCentredString(_LEFT + 22 * mm, y - 8 * mm - 34 * CAP_HEIGHT / 2, str(one.number))
        canvas.setFillGray(0)
        canvas.setFont(BOLD, 17)
        canvas.drawString(_LEFT + 50 * mm, y - 7 * mm, count_of(len(one.items), "étiquette"))
        canvas.setFont(REGULAR, 12)
        canvas.drawString(_LEFT + 50 * mm, y - 13 * mm, ellipse(one.title, REGULAR, 12, _WIDTH - 50 * mm))
        y -= 21 * mm
    total = (
        f"{count_of(len(depositor.lists), 'liste')}, {count_of(depositor.item_count, 'étiquette')} en tout"
    )
    y = _paragraph(canvas, total, BOLD, 15, y - 2 * mm)
    _steps(canvas, "Pour les bénévoles", _STEPS, y - 12 * mm)
    canvas.showPage()


def draw_list(canvas: Canvas, depositor: LabelDepositor, one: LabelList) -> None:
    """The printed list: number, description, price of each item, and the total; pages as needed."""
    pages = [one.items[start : start + _ROWS_A_PAGE] for start in range(0, len(one.items), _ROWS_A_PAGE)]
    for number, items in enumerate(pages or [()], start=1):
        y = _list_heading(canvas, depositor, one, f"page {number}/{len(pages)}" if len(pages) > 1 else "")
        for item in items:
            y = _list_row(canvas, item, y)
        if number >= len(pages):
            _list_total(canvas, one, y)
        canvas.showPage()


def _heading(canvas: Canvas, title: str, below: str, top: float) -> float:
    canvas.setFillGray(0)
    y = _paragraph(canvas, title, BOLD, max(26.0, shrink(title, BOLD, 38, _WIDTH)), top)
    canvas.setFillGray(_GREY)
    y = _paragraph(canvas, below, REGULAR, 17, y - 1 * mm)
    canvas.setFillGray(0)
    canvas.setLineWidth(1.5)
    canvas.setStrokeGray(0)
    canvas.line(_LEFT, y - 1 * mm, _RIGHT, y - 1 * mm)
    return float(y - 2 * mm)


def _paragraph(canvas: Canvas, text: str, font: str, size: float, top: float, indent: float = 0) -> float:
    canvas.setFont(font, size)
    for line in fit_lines(text, font, size, _WIDTH - indent, 4):
        canvas.drawString(_LEFT + indent, top - CAP_HEIGHT * size, line)
        top -= 1.35 * size
    return top


def _figures(canvas: Canvas, figures: tuple[tuple[str, int], ...], top: float) -> float:
    for column, (word, number) in enumerate(figures):
        x = _LEFT + column * _WIDTH / 3
        canvas.setFont(BOLD, 40)
        canvas.drawString(x, top - CAP_HEIGHT * 40, str(number))
        canvas.setFillGray(_GREY)
        canvas.setFont(REGULAR, 13)
        canvas.drawString(x, top - CAP_HEIGHT * 40 - 7 * mm, word if number > 1 else word[:-1])
        canvas.setFillGray(0)
    return float(top - CAP_HEIGHT * 40 - 7 * mm)


def _steps(canvas: Canvas, title: str, steps: tuple[str, ...], top: float) -> float:
    y = _paragraph(canvas, title, BOLD, 15, top) - 2 * mm
    canvas.setLineWidth(0.8)
    canvas.setStrokeGray(0)
    for step in steps:
        canvas.rect(_LEFT, y - 4 * mm, 4 * mm, 4 * mm, stroke=1, fill=0)
        y = _paragraph(canvas, step, REGULAR, 13, y - 0.4 * mm, indent=8 * mm) - 2.2 * mm
    return float(y)


def _ruler(canvas: Canvas, x: float, y: float) -> None:
    canvas.setLineWidth(0.8)
    canvas.setStrokeGray(0)
    canvas.line(x, y, x + 100 * mm, y)
    for centimetre in range(11):
        canvas.line(x + centimetre * 10 * mm, y, x + centimetre * 10 * mm, y - 3 * mm)
    canvas.setFont(REGULAR, 10)
    canvas.drawString(x + 103 * mm, y - 2.5 * mm, "10 cm")


def _footer(canvas: Canvas, text: str) -> None:
    canvas.setFillGray(_GREY)
    canvas.setFont(REGULAR, 10)
    canvas.drawString(_LEFT, 14 * mm, ellipse(text, REGULAR, 10, _WIDTH))
    canvas.setFillGray(0)


def _list_heading(canvas: Canvas, depositor: LabelDepositor, one: LabelList, page: str) -> float:
    y = _TOP - 13 * mm
    draw_band(canvas, one.colour_hex, _LEFT, y, 34 * mm, 13 * mm)
    canvas.setFont(BOLD, 26)
    canvas.drawCentredString(_LEFT + 17 * mm, y + 6.5 * mm - 26 * CAP_HEIGHT / 2, str(one.number))
    canvas.setFillGray(0)
    x, width = _LEFT + 39 * mm, _WIDTH - 39 * mm
    size = max(10.0, shrink(depositor.name, BOLD, 15, width))
    canvas.setFont(BOLD, size)
    canvas.drawString(x, y + 8 * mm, ellipse(depositor.name, BOLD, size, width))
    canvas.setFont(REGULAR, 10.5)
    below = " · ".join(part for part in (one.title, depositor.slot, page) if part)
    canvas.drawString(x, y + 1.5 * mm, ellipse(below, REGULAR, 10.5, width))
    y -= 10 * mm
    canvas.setFillGray(_GREY)
    canvas.setFont(REGULAR, 9)
    canvas.drawString(_LEFT, y, "N°")
    canvas.drawString(_LEFT + 12 * mm, y, "Article")
    canvas.drawRightString(_RIGHT, y, "Prix")
    canvas.setFillGray(0)
    canvas.setLineWidth(0.8)
    canvas.setStrokeGray(0)
    canvas.line(_LEFT, y - 2 * mm, _RIGHT, y - 2 * mm)
    return float(y - 2 * mm)


def _list_row(canvas: Canvas, item: LabelItem, top: float) -> float:
    y = top - 4.4 * mm
    canvas.setFont(BOLD, 12)
    canvas.drawString(_LEFT, y, str(item.position))
    canvas.drawRightString(_RIGHT, y, format_euros(item.price_cents))
    if item.donate:
        canvas.setFont(NARROW, 9)
        canvas.drawRightString(_RIGHT, y - 3.7 * mm, "don si invendu")
    x, width = _LEFT + 12 * mm, _WIDTH - 36 * mm
    canvas.setFont(NARROW_BOLD, 11)
    canvas.drawString(x, y, ellipse(item.title or item.category, NARROW_BOLD, 11, width))
    details = " · ".join(part for part in (item.category, item.size, item.brand, item.colour) if part)
    canvas.setFillGray(_GREY)
    canvas.setFont(NARROW, 9)
    canvas.drawString(x, y - 3.7 * mm, ellipse(details, NARROW, 9, width))
    canvas.setFillGray(0)
    canvas.setLineWidth(0.4)
    canvas.setStrokeGray(_HAIR)
    canvas.line(_LEFT, top - _ROW, _RIGHT, top - _ROW)
    return float(top - _ROW)


def _list_total(canvas: Canvas, one: LabelList, top: float) -> None:
    y = top - 8 * mm
    canvas.setFont(BOLD, 13)
    canvas.drawString(_LEFT, y, count_of(len(one.items), "article"))
    total = format_euros(sum(item.price_cents for item in one.items))
    canvas.drawRightString(_RIGHT, y, f"Total  {total}")
