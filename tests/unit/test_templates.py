"""What templates promise: icons that exist, and nothing the content policy refuses."""

import re
from pathlib import Path

from app.web.navigation import ENTRIES

ROOT = Path(__file__).parents[2]
SCREENS = [
    path for folder in ("app/templates", "blueprints") for path in sorted((ROOT / folder).rglob("*.html"))
]
ICON_USES = re.compile(
    r"""\bicon(?:_button)?\(["']([a-z0-9-]+)["']|\bicon["']?\s*[=:]\s*["']([a-z0-9-]+)["']"""
)
INLINE = re.compile(
    r"""<style|\sstyle\s*=|<script(?![^>]*\bsrc=)|\son[a-z]+\s*=\s*["']|\bhx-on|javascript:"""
)


def test_every_icon_is_in_the_sprite() -> None:
    sprite = (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    used = {
        (name, path.name)
        for path in SCREENS
        for groups in ICON_USES.findall(path.read_text(encoding="utf-8"))
        for name in groups
        if name
    } | {(entry.icon, "navigation.py") for entry in ENTRIES}
    assert sorted(use for use in used if use[0] not in known) == []


def test_no_screen_has_inline_code_or_style() -> None:
    found = [
        f"{path.name}: {match}"
        for path in SCREENS
        for match in INLINE.findall(path.read_text(encoding="utf-8"))
    ]
    assert found == []
