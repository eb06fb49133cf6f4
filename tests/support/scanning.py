"""Reading printed codes as a scanner would: the PDF rasterised at 150 dpi, then decoded."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import zxingcpp
from PIL import Image

KINDS = (zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128)


def read_codes(pdf: bytes, directory: Path) -> tuple[list[str], list[str]]:
    """All QR codes and all Code 128 of a PDF, in the order of its pages and, on a page, from the top left."""
    (directory / "in.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", "150", "-gray", directory / "in.pdf", directory / "page"]
    subprocess.run(command, check=True)
    found = list(_decode(directory))
    qr, bars = ([code.text for code in found if code.format == kind] for kind in KINDS)
    return qr, bars


def _decode(directory: Path) -> Iterator[zxingcpp.Barcode]:
    for path in sorted(directory.glob("page*.pgm")):
        with Image.open(path) as page:
            codes = zxingcpp.read_barcodes(page, formats=list(KINDS))
        # Rows of labels are 425 pixels apart.
        yield from sorted(codes, key=lambda c: (c.position.top_left.y // 200, c.position.top_left.x))
