"""Text made to fit a measured width: shrunk, broken into lines, or cut with an ellipsis."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

from reportlab.pdfbase.pdfmetrics import stringWidth

ELLIPSIS = "…"
# From one line to the next, in sizes of the text.
LEADING = 1.12
# Not the no-break spaces, which str.split() breaks at.
_BREAKS = re.compile(r"[ \t\r\n]+")


@lru_cache(maxsize=20_000)
def _width(text: str, font: str) -> float:
    """Width of `text` at size 1; words come back all the time and measuring is slow in pure Python."""
    return float(stringWidth(text, font, 1000)) / 1000


def _fitting_prefix(text: str, font: str, size: float, width: float) -> int:
    """How many characters from the start of `text` fit into `width` points."""
    ends = list(accumulate(_width(character, font) for character in text))
    return bisect_right(ends, width / size)


def ellipse(text: str, font: str, size: float, width: float) -> str:
    """`text` cut so that it is at most `width` points wide, ending in … when something was cut."""
    if _width(text, font) * size <= width:
        return text
    kept = _fitting_prefix(text, font, size, width - _width(ELLIPSIS, font) * size)
    return text[:kept].rstrip(" ,;:·–-") + ELLIPSIS


def shrink(text: str, font: str, size: float, width: float) -> float:
    """The largest font size, at most `size`, at which `text` is at most `width` points wide."""
    actual = _width(text, font) * size
    return size if actual <= width else size * width / actual


def fit_lines(text: str, font: str, size: float, width: float, max_lines: int) -> list[str]:
    """Break `text` between words into at most `max_lines` lines of `width` points.

    A word wider than a line is broken anywhere; what does not fit is replaced by an ellipsis.
    """
    return _break(text, font, size, width, max_lines)[0]


def _break(text: str, font: str, size: float, width: float, max_lines: int) -> tuple[list[str], bool]:
    """The lines of `fit_lines`, and whether they hold the whole text."""
    words = [word for word in _BREAKS.split(text) if word]
    lines: list[str] = []
    while words and len(lines) < max_lines - 1:
        taken = _words_of_one_line(words, font, size, width)
        if taken:
            lines.append(" ".join(words[:taken]))
            words = words[taken:]
        else:
            kept = max(1, _fitting_prefix(words[0], font, size, width))
            lines.append(words[0][:kept])
            words[0] = words[0][kept:]
    rest = " ".join(words)
    if words:
        lines.append(ellipse(rest, font, size, width))
    return lines, not words or lines[-1] == rest


def fit_block(
    text: str, font: str, sizes: Sequence[float], width: float, height: float
) -> tuple[float, list[str]]:
    """The first of these sizes, largest first, at which `text` fits whole into the block, and its lines; at
    the last one it is cut. Never less than two lines."""
    for size in sizes:
        lines, whole = _break(text, font, size, width, max(2, int(height / (LEADING * size))))
        if whole:
            break
    return size, lines


def _words_of_one_line(words: list[str], font: str, size: float, width: float) -> int:
    """How many of the words fit on one line."""
    used = 0.0
    for taken, word in enumerate(words):
        used += _width(word, font) * size
        if used > width:
            return taken
        used += _width(" ", font) * size
    return len(words)
