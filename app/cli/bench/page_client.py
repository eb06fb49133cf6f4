"""Many people turning pages at once: one cheap client, a kept connection and a pause of its own for each.

The client is a process of its own, so that nothing the bench does beside it lengthens what it times.
"""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from random import Random

from app.core.errors import DomainError

TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Visitor:
    """Somebody signed in: the pages they go through again and again, label and address, and their cookie."""

    pages: Sequence[tuple[str, str]]
    cookie: str


@dataclass(frozen=True)
class Answer:
    """`seconds` from the first byte sent to the last one received; `size` in bytes on the wire."""

    page: str
    seconds: float
    size: int


def browse(port: int, visitors: Sequence[Visitor], seconds: float, pause: float) -> list[Answer]:
    """Let everybody read for so long, and each page at least once, pausing `pause` seconds on the average.

    Raises DomainError when a page answers anything but 200.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as client:
        return client.submit(_browse_here, port, visitors, seconds, pause).result()


def _browse_here(port: int, visitors: Sequence[Visitor], seconds: float, pause: float) -> list[Answer]:
    return asyncio.run(_browse(port, visitors, seconds, pause))


async def _browse(port: int, visitors: Sequence[Visitor], seconds: float, pause: float) -> list[Answer]:
    end = time.monotonic() + seconds
    tasks = [_read(port, each, number, end, pause) for number, each in enumerate(visitors)]
    return [answer for answers in await asyncio.gather(*tasks) for answer in answers]


async def _read(port: int, visitor: Visitor, number: int, end: float, pause: float) -> list[Answer]:
    random = Random(number)
    answers: list[Answer] = []
    connection = Connection(port, visitor.cookie)
    turn = random.randrange(len(visitor.pages))
    await asyncio.sleep(random.random() * pause)
    while time.monotonic() < end or len(answers) < len(visitor.pages):
        label, address = visitor.pages[turn % len(visitor.pages)]
        answers.append(await asyncio.wait_for(connection.get(label, address), TIMEOUT_SECONDS))
        turn += 1
        await asyncio.sleep(random.uniform(0.5, 1.5) * pause)
    connection.close()
    return answers


class Connection:
    """One kept HTTP/1.1 connection, opened again when the server closed it, and the cookie it was given."""

    def __init__(self, port: int, cookie: str) -> None:
        self._port, self._cookie = port, cookie
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, label: str, address: str) -> Answer:
        request = (
            f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nCookie: {self._cookie}\r\n"
            "Accept: text/html\r\nAccept-Encoding: gzip\r\n\r\n"
        ).encode()
        start = time.perf_counter()
        try:
            status, size = await self._ask(request)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.close()  # the server ended the idle connection: once more on a new one
            status, size = await self._ask(request)
        if status != 200:
            raise DomainError(f"La page « {label} » ({address}) répond {status} au lieu de 200.")
        return Answer(label, time.perf_counter() - start, size)

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
        self._streams = None

    async def _ask(self, request: bytes) -> tuple[int, int]:
        """Status and size of the answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = int(head.split(" ", 2)[1])
        lines = [line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line]
        fields = {name.lower(): value for name, value in lines}
        if cookie := fields.get("set-cookie"):
            self._cookie = cookie.split(";")[0]
        body = await _body(reader, fields)
        if fields.get("connection", "").lower() == "close":
            self.close()
        return status, len(head) + body


async def _body(reader: asyncio.StreamReader, fields: dict[str, str]) -> int:
    """Read the body to its end; its size in bytes."""
    if fields.get("transfer-encoding", "").lower() != "chunked":
        size = int(fields.get("content-length", "0"))
        await reader.readexactly(size)
        return size
    total = 0
    while chunk := int(await reader.readline(), 16):
        await reader.readexactly(chunk + 2)
        total += chunk
    await reader.readline()
    return total
