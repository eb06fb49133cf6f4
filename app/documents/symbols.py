"""The two machine-readable symbols of a label, as PDF drawing operators.

Both are filled paths, one per symbol, in units of one module: small, sharp at any resolution and
quick (an image or a rectangle object per bar is ten times slower).
"""

import re
from functools import cache

import segno
from barcode.codex import Code128
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

# Version 1 holds 34 digits at level M; the mask is fixed because choosing it is most of the work.
QR_MODULES = 21
QR_MODULE = 1.2 * mm
QR_SIZE = QR_MODULES * QR_MODULE  # 25.2 mm
QR_QUIET = 4 * QR_MODULE
_QR_MASK = 2

# Six dots of a 300 dpi printer, 0.508 mm: every bar falls on whole dots.
_DOT = 72 / 300
BAR_MODULE = 6 * _DOT
# Start, five pairs of digits, checksum: 11 modules each; stop: 13.
BAR_MODULES = 11 * 7 + 13
BAR_WIDTH = BAR_MODULES * BAR_MODULE  # 45.7 mm
BAR_QUIET = 10 * BAR_MODULE

_DARK = re.compile("1+")


def draw_qr(canvas: Canvas, code: str, x: float, y: float) -> None:
    """The QR of ten digits, its lower left dark corner at (x, y) points; keep QR_QUIET blank around."""
    modules = f"{qr_bits(code):0{QR_MODULES * QR_MODULES}b}"
    path = [
        f"{run.start()} {QR_MODULES - 1 - row} {run.end() - run.start()} 1 re"
        for row in range(QR_MODULES)
        for run in _DARK.finditer(modules[row * QR_MODULES : (row + 1) * QR_MODULES])
    ]
    _fill(canvas, path, QR_MODULE, QR_MODULE, x, y)


def qr_bits(code: str) -> int:
    """The 21 × 21 modules of the QR of ten digits, row by row, top left first, dark = 1.

    Three digits make ten bits of the message, and error correction and mask only ever XOR bits, so any
    symbol is the blank one XOR one fixed pattern for each bit set. 35 symbols from segno therefore give
    all of them, thirty times faster than encoding each.
    """
    blank, groups = _qr_patterns()
    bits = blank
    for start, length, patterns in groups:
        value = int(code[start : start + length])
        for bit, pattern in enumerate(patterns):
            if value >> bit & 1:
                bits ^= pattern
    return bits


@cache
def _qr_patterns() -> tuple[int, tuple[tuple[int, int, tuple[int, ...]], ...]]:
    """The symbol of ten zeros; per group of digits its start, length and the pattern of each bit."""
    blank = _encode("0" * 10)
    groups = []
    for start, length, bits in ((0, 3, 10), (3, 3, 10), (6, 3, 10), (9, 1, 4)):
        codes = ("0" * start + f"{1 << bit:0{length}d}" for bit in range(bits))
        groups.append((start, length, tuple(_encode(code.ljust(10, "0")) ^ blank for code in codes)))
    return blank, tuple(groups)


def _encode(code: str) -> int:
    symbol = segno.make_qr(code, version=1, error="m", mask=_QR_MASK, mode="numeric", boost_error=False)
    return int("".join(str(module) for row in symbol.matrix for module in row), 2)


class _Digits(Code128):  # type: ignore[misc]
    """Pairs of digits all along (set C): the library drops a first pair 99, taken for a change of set."""

    def _try_to_optimize(self, encoded: list[int]) -> list[int]:
        return encoded


def draw_code128(canvas: Canvas, code: str, x: float, y: float, height: float) -> None:
    """The Code 128 (set C) of ten digits, first bar at x points; keep BAR_QUIET blank on both sides."""
    bars = _Digits(code).build()[0]
    if len(bars) != BAR_MODULES:
        raise ValueError(f"{code} is not ten digits")
    path = [f"{run.start()} 0 {run.end() - run.start()} 1 re" for run in _DARK.finditer(bars)]
    _fill(canvas, path, BAR_MODULE, height, round(x / _DOT) * _DOT, y)


def _fill(canvas: Canvas, path: list[str], scale_x: float, scale_y: float, x: float, y: float) -> None:
    canvas.addLiteral(f"q 0 g {scale_x:.4f} 0 0 {scale_y:.4f} {x:.3f} {y:.3f} cm {' '.join(path)} f Q")
