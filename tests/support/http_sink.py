"""A web server that keeps the requests it gets and answers as a test wants."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: str = "{}"
    headers: tuple[tuple[str, str], ...] = ()


class HttpSink(ThreadingHTTPServer):
    """`url` is where it listens, `requests` what came. `answers` are given in turn, the last one for ever;
    `by_path` wins."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.requests: list[Received] = []
        self.answers = [Answer()]
        self.by_path: dict[str, Answer] = {}


class Exchange(BaseHTTPRequestHandler):
    server: HttpSink

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        parts = urlsplit(self.path)
        sink = self.server
        sink.requests.append(
            Received(self.command, parts.path, parse_qs(parts.query), dict(self.headers.items()), body)
        )
        answer = sink.by_path.get(parts.path) or (
            sink.answers.pop(0) if len(sink.answers) > 1 else sink.answers[0]
        )
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body.encode())))
        self.end_headers()
        self.wfile.write(answer.body.encode())

    do_GET = do_PUT = do_POST  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@contextmanager
def http_sink() -> Iterator[HttpSink]:
    """A running sink, closed at the end."""
    with HttpSink() as sink:
        thread = threading.Thread(target=sink.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield sink
        sink.shutdown()
        thread.join()
