"""Many documents in one file: merged into one PDF, or zipped."""

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import BinaryIO

_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')


def merge_pdfs(sources: Iterable[Path], path: Path) -> None:
    """Write the pages of all sources, in their order, as one PDF.

    Another process can be asked for it: it takes some 150 KB a document.
    """
    # Only the process that merges pays for its memory.
    from pypdf import PdfWriter

    with PdfWriter() as writer, path.open("wb") as out:
        for source in sources:
            writer.append(str(source))
        writer.write(out)


def write_zip(files: Iterable[tuple[str, Path | bytes]], out: BinaryIO) -> None:
    """Write a ZIP of (name, content), one file in memory at a time.

    Names are made safe for any system and unique; PDFs are stored as they are, being compressed already.
    """
    taken: set[str] = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files:
            entry = _free_name(safe_filename(name), taken)
            taken.add(entry.casefold())
            if isinstance(content, bytes):
                archive.writestr(entry, content)
            else:
                archive.write(content, entry)


def safe_filename(name: str) -> str:
    """`name` without what a file system refuses; never empty, never leading out of its folder."""
    return _UNSAFE.sub("-", name).strip(" .-")[:120] or "document"


def _free_name(name: str, taken: set[str]) -> str:
    path, number = PurePath(name), 2
    while name.casefold() in taken:
        name = f"{path.stem} ({number}){path.suffix}"
        number += 1
    return name
