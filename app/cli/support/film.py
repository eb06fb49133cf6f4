"""A camera that films nobody: Chromium sees a file of pictures instead of the room."""

import io
from pathlib import Path

import barcode
import segno
from barcode.writer import ImageWriter
from PIL import Image

SIZE = (1280, 720)


def blank() -> Image.Image:
    return Image.new("RGB", SIZE, "#777777")


def qr(text: str) -> Image.Image:
    """A label's QR code, held in the middle of the picture."""
    buffer = io.BytesIO()
    segno.make(text, error="m", micro=False).save(buffer, kind="png", scale=10, border=4)
    return _held(buffer)


def code_128(text: str) -> Image.Image:
    buffer = io.BytesIO()
    barcode.get("code128", text, writer=ImageWriter()).write(buffer, {"module_width": 0.4, "dpi": 200})
    return _held(buffer)


def film(path: Path, *parts: tuple[Image.Image, int]) -> list[str]:
    """Write (picture, number of frames at 30 a second) one after the other, over again at the end.

    Returns the flags that make a browser see them, and let pages use the camera.
    """
    with path.open("wb") as file:
        for picture, frames in parts:
            buffer = io.BytesIO()
            picture.save(buffer, "JPEG", quality=85)
            for _ in range(frames):
                file.write(buffer.getvalue())
    return [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
    ]


def _held(buffer: io.BytesIO) -> Image.Image:
    picture = blank()
    with Image.open(buffer) as code:
        picture.paste(code.convert("RGB"), ((SIZE[0] - code.width) // 2, (SIZE[1] - code.height) // 2))
    return picture
