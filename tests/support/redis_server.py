"""A private Redis server, on a free port, that keeps nothing."""

from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from app.cli.support.processes import Process, find_program, free_port


class RedisServer:
    """Starts when made. `stop()` and `start()` keep the address, so that losing the queue can be played."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True)
        self._directory = directory
        self.port = free_port()
        self.socket = directory / "redis.sock"
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = Redis.from_url(self.url)
        self.start()

    def start(self) -> None:
        options = [
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--unixsocket",
            str(self.socket),
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        command = [find_program("redis-server"), *options, "--dir", str(self._directory)]
        self._process = Process(command, self._directory / "redis.log")
        self._process.wait_until(self._answers, f"Redis on port {self.port}")

    def stop(self) -> None:
        self._process.stop()

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except RedisError:
            return False
