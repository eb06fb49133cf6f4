"""What people read has French apostrophes, whoever wrote it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORDS = r"(?:[dlnsjmtc]|qu|jusqu|lorsqu|puisqu|quelqu|aujourd|presqu)"
STRAIGHT = re.compile(rf"(?<![\w’'])({WORDS}'(?:[^\W_]|[«{{]).{{0,20}})", re.IGNORECASE)
COMMENT = re.compile(r"^\s*(?://|\*|/\*)")


def texts(path: Path) -> Iterator[str]:
    """What a file may show: texts of Python but docstrings, lines of anything else but comments."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield from (line for line in source.splitlines() if not COMMENT.match(line))
        return
    tree = ast.parse(source)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


def test_no_screen_mail_or_document_has_a_straight_apostrophe() -> None:
    files = [
        path
        for folder, pattern in (
            ("app", "*.py"),
            ("app", "*.html"),
            ("blueprints", "*.py"),
            ("blueprints", "*.html"),
            ("jobs", "*.py"),
            ("config", "*.py"),
            ("static/js", "*.js"),
        )
        for path in sorted((ROOT / folder).rglob(pattern))
    ]
    # A date's pattern quotes its letters: « EEEE d'er' MMMM ».
    known = {("dates.py", "d'er' MMMM")}
    found = {(path.name, match) for path in files for text in texts(path) for match in STRAIGHT.findall(text)}
    assert sorted(found - known) == []
