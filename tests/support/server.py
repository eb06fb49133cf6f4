"""The real web server of production on a scratch database, which tests may stop, freeze and kill."""

import os
import sys
import urllib.error
import urllib.request
from functools import cached_property
from pathlib import Path

from flask import Flask

from app.cli.environment import answers, embedded_queue_command
from tests.support.databases import SECRET_KEY, make_app
from tests.support.processes import Process, free_port


class LiveServer:
    """gunicorn with `config/gunicorn.py`. Its port and database stay the same over stops and restarts."""

    def __init__(self, database_url: str, directory: Path, redis_url: str | None = None) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url, self._directory = database_url, directory
        self.redis_url = redis_url or f"unix://{directory / 'queue.sock'}"
        self._process: Process | None = None
        self._beside: list[Process] = []

    @cached_property
    def app(self) -> Flask:
        """An application of the test process on the same database: `with server.app.app_context(): …`."""
        overrides = {"REDIS_URL": self.redis_url, "PUBLIC_URL": self.url}
        return make_app(self.database_url, self._directory, overrides)

    @property
    def environment(self) -> dict[str, str]:
        """What the server's processes are given; a worker started beside it takes the same."""
        return {
            **os.environ,
            "BIND": f"127.0.0.1:{self.port}",
            "PUBLIC_URL": self.url,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "DATA_DIR": str(self._directory),
            "SECRET_KEY": SECRET_KEY,
        }

    def start(self) -> None:
        """Start, or start again on the same port; returns when the application answers."""
        if self._process and self._process.running:
            return
        command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "wsgi:app"]
        self._process = Process(command, self._directory / "gunicorn.log", self.environment)
        self._process.wait_until(self.answers, f"the web server on port {self.port}")

    def stop(self) -> None:
        """End in good order, as a deployment does."""
        self._running().stop()

    def kill(self) -> None:
        """End at once, as a power cut does."""
        self._running().kill()

    def freeze(self) -> None:
        """Hang: connections are accepted, nothing answers."""
        self._running().freeze()

    def thaw(self) -> None:
        self._running().thaw()

    def start_worker(self) -> None:
        """Run a worker beside the server until `close()`, with an embedded queue unless given a Redis."""
        if self._beside:
            return
        queue = embedded_queue_command(self.app)
        if queue:
            process = Process(queue, self._directory / "queue.log")
            process.wait_until(lambda: answers(self.redis_url), "the embedded queue")
            self._beside.append(process)
        worker = [sys.executable, "-m", "app.cli", "worker"]
        self._beside.append(Process(worker, self._directory / "worker.log", self.environment))

    def close(self) -> None:
        """End everything."""
        for process in [*reversed(self._beside), *filter(None, [self._process])]:
            process.stop()

    def answers(self) -> bool:
        """Whether `/healthz` says that all is well."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as reply:
                return bool(reply.status == 200)
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False

    def _running(self) -> Process:
        if self._process is None:
            raise RuntimeError("the server was never started")
        return self._process
