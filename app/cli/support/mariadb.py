"""A private MariaDB server, alone in its directory, and databases made on it."""

import getpass
import os
import shutil
import subprocess
from pathlib import Path

import pymysql

from app.cli.support.processes import Process, find_program, free_port

# The server crashes now and then while it makes its own tables, when several do at once.
INSTALLS = 4


def _install(command: list[str], data: Path) -> None:
    for _ in range(INSTALLS):
        shutil.rmtree(data, ignore_errors=True)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
    raise RuntimeError(f"mariadb-install-db failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


class MariaDbServer:
    """Starts when made (about five seconds). Not `durable`: no flush to the disk, for tests."""

    def __init__(self, directory: Path, *, durable: bool = False) -> None:
        directory.mkdir(parents=True)
        data, self._socket = directory / "data", directory / "s.sock"
        install = find_program("mariadb-install-db")
        common = ["--no-defaults", f"--datadir={data}"]
        if os.geteuid() == 0:
            common.append("--user=root")
        _install([install, *common, "--auth-root-authentication-method=normal", "--skip-test-db"], data)
        self.port = free_port()
        self._log = directory / "mariadbd.log"
        self._command = [
            find_program("mariadbd", "mysqld"),
            *common,
            f"--socket={self._socket}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            f"--pid-file={directory / 'pid'}",
            "--character-set-server=utf8mb4",
            f"--innodb-flush-log-at-trx-commit={int(durable)}",
            "--innodb-buffer-pool-size=128M",
            "--skip-name-resolve",
        ]
        self.start()

    def start(self) -> None:
        """Start, or start again after `kill()`, on the same port."""
        self._process = Process(self._command, self._log)
        self._process.wait_until(self._answers, f"MariaDB on port {self.port} for {getpass.getuser()}")

    def kill(self) -> None:
        """End at once, as a power cut does."""
        self._process.kill()

    def stop(self) -> None:
        self._process.stop()

    def url(self, database: str) -> str:
        """SQLAlchemy URL of a database of this server."""
        return f"mysql+pymysql://root@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        """Make an empty database; returns its URL."""
        self._execute(f"CREATE DATABASE {database} CHARACTER SET utf8mb4")
        return self.url(database)

    def dump(self, database: str) -> bytes:
        """Everything in a database, as SQL."""
        return self._client(
            "mariadb-dump", "mysqldump", arguments=["--skip-comments", "--triggers", database]
        )

    def load(self, database: str, sql: bytes) -> None:
        self._client("mariadb", "mysql", arguments=[database], sent=sql)

    def _client(self, *programs: str, arguments: list[str], sent: bytes | None = None) -> bytes:
        command = [find_program(*programs), "--no-defaults", f"--socket={self._socket}", "-uroot"]
        return subprocess.run([*command, *arguments], input=sent, stdout=subprocess.PIPE, check=True).stdout

    def _execute(self, statement: str) -> None:
        with pymysql.connect(host="127.0.0.1", port=self.port, user="root") as connection:
            connection.cursor().execute(statement)

    def _answers(self) -> bool:
        try:
            self._execute("SELECT 1")
        except pymysql.err.OperationalError:
            return False
        return True
