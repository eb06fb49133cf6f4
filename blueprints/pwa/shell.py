"""The page of the till and all it needs, named by one version that changes when any file does."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from flask import Response, current_app, make_response, render_template, url_for

from app.web.static_files import static_content
from blueprints.help.views import page_kept_at_tills
from config.settings import ROOT

_LINKED = re.compile(r'(?:href|src|data-icons)="(/static/[^"#]+)')
# Found by the browser inside other files, not in the page itself.
MODULES = (
    "static/js/till/*.js",
    "sw/*.js",
    "static/vendor/idb-*/idb.js",
    "static/vendor/inter-*/*.woff2",
    "static/vendor/barcode-detector-*/*.js",
    "static/vendor/barcode-detector-*/*.wasm",
    "static/vendor/lean-qr-*/*.js",
)


@dataclass(frozen=True)
class Shell:
    """`files`: the addresses to keep, the page's too, and what each must hold, as `fetch` checks it ("" for
    pictures: whatever comes); `version`: 12 hexadecimal digits over all contents."""

    version: str
    files: Mapping[str, str]


def till_shell() -> Response:
    """The till's page: nothing in it is anybody's, so that it may be kept and shown without the server."""
    return make_response(_draw(shell().version))


def shell() -> Shell:
    """What the till needs offline; worked out once per process, at each request when debugging."""
    return _work_out() if current_app.debug else _remembered()


@cache
def _remembered() -> Shell:
    return _work_out()


def _work_out() -> Shell:
    page = _draw("")
    guide = page_kept_at_tills()
    linked = dict.fromkeys(_LINKED.findall(page) + _LINKED.findall(guide.html))
    found = [path for pattern in MODULES for path in sorted(ROOT.glob(pattern))]
    modules = (f"/{path.relative_to(ROOT)}" for path in found)
    contents = {address: static_content(_path_of(address)) for address in (*linked, *modules)}
    digest = hashlib.sha256((page + guide.html).encode())
    for content in contents.values():
        digest.update(content)
    version = digest.hexdigest()[:12]
    contents[url_for("till.guide")] = guide.html.encode()
    contents[url_for("till.shell")] = _draw(version).encode()
    files = {address: _integrity(content) for address, content in contents.items()}
    return Shell(version, dict.fromkeys(guide.images, "") | files)


def _draw(version: str) -> str:
    return render_template("till/sell.html", version=version)


def _integrity(content: bytes) -> str:
    return f"sha256-{b64encode(hashlib.sha256(content).digest()).decode()}"


def _path_of(address: str) -> Path:
    return ROOT / urlsplit(address).path.lstrip("/")
