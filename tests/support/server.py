"""The real web server of production on a scratch database, which tests may stop, freeze and kill."""

from collections.abc import Mapping
from pathlib import Path

from flask import Flask

from app.cli.support.processes import Process
from app.cli.support.server import PrivateServer
from config.settings import ROOT
from tests.support.databases import SECRET_KEY, make_app
from tests.support.warm import WarmProcess


class QuickServer(PrivateServer):
    """Its processes start at once, but for another tree's."""

    def _spawn(self, command: list[str], log: str) -> Process:
        if self.code != ROOT:
            return super()._spawn(command, log)
        return WarmProcess(command, self.directory / log, self.environment)


class LiveServer(QuickServer):
    """Its `app` has the settings of the tests."""

    def __init__(self, database_url: str, directory: Path, redis_url: str | None = None) -> None:
        super().__init__(database_url, directory, SECRET_KEY, redis_url)

    def start_worker(self) -> None:
        """Run a worker beside the server until `close()`."""
        self.start_workers(1)

    def _make_app(self, overrides: Mapping[str, object]) -> Flask:
        return make_app(self.database_url, self.directory, overrides)
