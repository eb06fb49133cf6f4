"""`./bourse artwork`: draws the icons of the app from its logo, and the test codes of the till."""

import io
import re
from pathlib import Path

import barcode
import click
import segno
from barcode.writer import ImageWriter

from app.cli.screenshots.camera import browser
from app.core.codes import make_code
from config.settings import ROOT

IMAGES = ROOT / "static" / "img"
ICON_SIZES = (192, 512)
# Of no edition: scanned at a till it is measured, never sold (static/js/till/self-test-view.js).
TEST_CODE = make_code(0, 0, 1)


@click.command()
def artwork_command() -> None:
    """Les icônes de l'application et le code d'essai des douchettes."""
    logo = (IMAGES / "logo.svg").read_text()
    # Systems cut a maskable icon into their own shape: the ground goes to the edges.
    for name, drawing in (("icon", logo), ("icon-maskable", re.sub(r' rx="8"', "", logo))):
        for size in ICON_SIZES:
            draw_icon(drawing, size, IMAGES / f"{name}-{size}.png")
    segno.make(TEST_CODE, error="m", micro=False).save(str(IMAGES / "scan-test-qr.png"), border=2, scale=5)
    bars = io.BytesIO()
    # Three pixels a module: a screen shows each as it is.
    options = {"module_width": 0.381, "dpi": 200, "module_height": 12, "write_text": False}
    barcode.get("code128", TEST_CODE, writer=ImageWriter()).write(bars, options)
    (IMAGES / "scan-test-128.png").write_bytes(bars.getvalue())


def draw_icon(svg: str, size: int, path: Path) -> None:
    """The drawing as a square picture of `size` pixels, transparent where nothing is drawn."""
    with browser() as chromium:
        page = chromium.new_page(viewport={"width": size, "height": size})
        page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{svg}")
        page.screenshot(path=path, omit_background=True)
