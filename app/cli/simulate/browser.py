"""A browser without a screen: cookies, redirections, forms as the pages show them."""

import gzip
import http.client
import json
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from app.cli.simulate.forms import Button, Form, Values
from app.cli.simulate.html import Document, read_html

TIMEOUT_SECONDS = 60
# The server closes connections that rest longer (config/gunicorn.py, keepalive).
IDLE_SECONDS = 10
MAX_REDIRECTS = 5
PAUSE_SECONDS = 0.3


class Unexpected(RuntimeError):
    """The application did not do what was expected of it; the message says where and what."""


@dataclass(frozen=True)
class Page:
    """`wire_bytes`: of the body as it was sent, compressed or not."""

    address: str
    status: int
    headers: dict[str, str]
    body: bytes
    wire_bytes: int

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")

    @cached_property
    def seen(self) -> Document:
        return read_html(self.text)

    @property
    def complaints(self) -> str:
        """Messages and errors the page shows, in one line."""
        told = self.seen.told
        return " | ".join([*told.get("alert", []), *told.get("field__error", [])])


class Browser:
    """One person's browser on one server. Not for two threads at once."""

    def __init__(self, base_url: str, cookies: Mapping[str, str] | None = None) -> None:
        """`cookies`: name → value, of somebody signed in already."""
        self._connection: http.client.HTTPConnection | None = None
        self.move_to(base_url)
        self._cookies = dict(cookies or {})
        self._last = 0.0

    def move_to(self, base_url: str, timeout: float = TIMEOUT_SECONDS) -> None:
        """Ask at this address from now on, as the same person; wait so many seconds for an answer."""
        self.close()
        parts = urlsplit(base_url)
        self.base_url = base_url.rstrip("/")
        self._secure, self._host, self._timeout = parts.scheme == "https", parts.netloc, timeout

    def get(self, address: str, expect: int = 200) -> Page:
        return _check(self._follow(self.ask("GET", address)), expect)

    def submit(
        self,
        form: Form,
        values: Values | None = None,
        button: str | None = None,
        expect: int = 200,
        files: dict[str, tuple[str, bytes]] | None = None,
    ) -> Page:
        """Fill a form and press a button (the only one, by default). Redirections are followed.

        Raises Unexpected for another final status than `expect`, with what the page says.
        """
        pressed: Button | None = form.button(button) if button else next(iter(form.buttons), None)
        sent = form.filled(values or {}, pressed)
        address = (pressed.action if pressed else "") or form.action
        if files:
            kind, body = _multipart([pair for pair in sent if pair[0] not in files], files)
        else:
            kind, body = "application/x-www-form-urlencoded", urlencode(sent).encode()
        page = self.ask(form.method.upper(), address, body, {"Content-Type": kind})
        return _check(self._follow(page), expect)

    def post_json(self, address: str, data: dict[str, Any], headers: dict[str, str]) -> Page:
        body = json.dumps(data).encode()
        return self.ask("POST", address, body, {"Content-Type": "application/json", **headers})

    def wait_for(self, address: str, pattern: str, seconds: float = 120) -> Page:
        """Look at a page until it has a link that matches, as the progress bar does."""
        deadline = time.monotonic() + seconds
        while True:
            page = self.get(address)
            if any(pattern in link for link, _ in page.seen.links):
                return page
            if time.monotonic() > deadline:
                raise Unexpected(f"{address} : rien après {seconds:.0f} s. {page.complaints}")
            time.sleep(PAUSE_SECONDS)

    def open_all_links(self) -> int:
        """Open every page that the first screen, and the pages of its menu, lead to; returns how many."""
        menu = _addresses(self.get("/"))
        found = {address for each in menu for address in _addresses(self.get(each))}
        for address in sorted(found - menu):
            self.get(address)
        return len(found | menu)

    def ask(
        self, method: str, address: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Page:
        """One request, no redirection followed. Raises OSError or HTTPException for a network that fails."""
        path = self._path(address)
        sent = {
            "Accept": "text/html",
            "Accept-Encoding": "gzip",
            "User-Agent": "bourse-simulate",
            **(headers or {}),
        }
        if self._cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        connection = self._connect()
        try:
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
            received = answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        zipped = answer.headers.get("Content-Encoding") == "gzip"
        content = gzip.decompress(received) if zipped else received
        self._last = time.monotonic()
        for header in answer.headers.get_all("Set-Cookie", []):
            self._cookies.update({name: one.value for name, one in SimpleCookie(header).items()})
        named = {name.lower(): value for name, value in answer.getheaders()}
        if answer.will_close:
            self.close()
        return Page(address, answer.status, named, content, len(received))

    def close(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None

    def _follow(self, page: Page) -> Page:
        for _ in range(MAX_REDIRECTS):
            if page.status not in (301, 302, 303):
                return page
            page = self.ask("GET", urljoin(page.address, page.headers["location"]))
        raise Unexpected(f"{page.address} : trop de redirections")

    def _path(self, address: str) -> str:
        parts = urlsplit(urljoin(self.base_url + "/", address))
        return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"

    def _connect(self) -> http.client.HTTPConnection:
        if self._connection is None or time.monotonic() - self._last > IDLE_SECONDS:
            self.close()
            kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
            self._connection = kind(self._host, timeout=self._timeout)
        return self._connection


def _check(page: Page, expect: int) -> Page:
    if page.status != expect:
        raise Unexpected(f"{page.address} répond {page.status} au lieu de {expect}. {page.complaints}")
    return page


def _addresses(page: Page) -> set[str]:
    """What a page leads to on this server; the first of a long list stands for all of its kind."""
    found: dict[str, str] = {}
    for address, _ in page.seen.links:
        path = address.partition("#")[0]
        if path.startswith("/") and not path.startswith("/static/"):
            found.setdefault(re.sub(r"\d+|[0-9a-f-]{36}|\?.*", "*", path), path)
    return set(found.values())


def _multipart(fields: list[tuple[str, str]], files: dict[str, tuple[str, bytes]]) -> tuple[str, bytes]:
    """Content type and body of a form with files: field → (file name, content)."""
    mark = uuid.uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    ]
    for name, (file_name, content) in files.items():
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n\r\n'
        parts.append(head.encode() + content + b"\r\n")
    return f"multipart/form-data; boundary={mark}", b"".join(parts) + f"--{mark}--\r\n".encode()
