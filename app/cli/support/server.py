"""The real processes of production (web server, queue, workers) on a private database."""

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from flask import Flask
from redis import Redis
from rq import Worker

from app.cli.environment import answers, embedded_queue_command
from app.cli.support.processes import Process, free_port
from app.factory import create_app
from config.settings import ROOT


class PrivateServer:
    """gunicorn with `config/gunicorn.py`. Its port and database stay the same over stops and restarts."""

    def __init__(
        self, database_url: str, directory: Path, secret_key: str, redis_url: str | None = None
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url, self.directory = database_url, directory
        self.redis_url = redis_url or f"unix://{directory / 'queue.sock'}"
        # Another tree of the same program, to run another version of it.
        self.code = ROOT
        self._secret_key = secret_key
        self._process: Process | None = None
        self._queue: Process | None = None
        self._workers: list[Process] = []

    @cached_property
    def app(self) -> Flask:
        """An application of this process on the same database: `with server.app.app_context(): …`."""
        return self._make_app(
            {
                "DATABASE_URL": self.database_url,
                "DATA_DIR": self.directory,
                "REDIS_URL": self.redis_url,
                "PUBLIC_URL": self.url,
                "SECRET_KEY": self._secret_key,
                "SMTP_URL": "",
                "LOG_NAME": "commands",
            }
        )

    @property
    def environment(self) -> dict[str, str]:
        """What the server's processes are given; a worker started beside it takes the same."""
        return {
            **os.environ,
            "BIND": f"127.0.0.1:{self.port}",
            "PUBLIC_URL": self.url,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "DATA_DIR": str(self.directory),
            "SECRET_KEY": self._secret_key,
            "SMTP_URL": "",
        }

    @property
    def worker_pids(self) -> list[int]:
        return [worker.pid for worker in self._workers]

    @property
    def workers_running(self) -> bool:
        return all(worker.running for worker in self._workers)

    @property
    def web_pid(self) -> int:
        return self._running().pid

    def start(self) -> None:
        """Start, or start again on the same port; returns when the application answers."""
        if self._process and self._process.running:
            return
        command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "wsgi:app"]
        self._process = self._spawn(command, "gunicorn.log")
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

    def start_workers(self, count: int = 1) -> None:
        """Have `count` workers, at least one, until `close()`; an embedded queue unless given a Redis."""
        command = embedded_queue_command(self.app)
        if command and self._queue is None:
            self._queue = Process(command, self.directory / "queue.log")
            self._queue.wait_until(lambda: answers(self.redis_url), "the embedded queue")
        worker = [sys.executable, "-m", "app.cli", "worker"]
        while len(self._workers) < count:
            self._workers.append(self._spawn(worker, "worker.log"))
        connection = Redis.from_url(self.redis_url)
        self._workers[-1].wait_until(lambda: Worker.count(connection=connection) >= count, "the workers")

    def web_output(self) -> str:
        """The end of what the web server wrote."""
        return self._running().last_output()

    def web_errors(self) -> list[str]:
        """What the web server wrote of exceptions since it was first started."""
        lines = self._running().log.read_text(errors="replace").splitlines()
        return [line for line in lines if '"exception"' in line]

    def worker_output(self) -> str:
        """The end of what the workers wrote."""
        return "".join(worker.last_output() for worker in self._workers[:1])

    def close(self) -> None:
        """End everything."""
        for process in [*reversed(self._workers), *filter(None, [self._queue, self._process])]:
            process.stop()

    def answers(self) -> bool:
        """Whether `/healthz` says that all is well."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as reply:  # noqa: S310
                return bool(reply.status == 200)
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False

    def _spawn(self, command: list[str], log: str) -> Process:
        return Process(command, self.directory / log, self.environment, self.code)

    def _make_app(self, overrides: Mapping[str, object]) -> Flask:
        return create_app(overrides)

    def _running(self) -> Process:
        if self._process is None:
            raise RuntimeError("the server was never started")
        return self._process
