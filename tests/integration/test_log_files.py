"""Log files: written by several processes, packed each night, removed after ninety days."""

import gzip
import json
import multiprocessing
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
import structlog

from app.cli.processes import Supervisor
from app.core.dates import PARIS
from app.operations.log_rotation import rotate_logs
from config.log_files import LogFile
from config.logging import set_up_logging

NIGHT = datetime(2026, 11, 21, 4, tzinfo=PARIS)


def write_until(stop: Event, path: Path, writer: int) -> None:
    file, number = LogFile(path), 0
    while not stop.is_set():
        number += 1
        file.write(f"{writer} {number}")


def everything(directory: Path) -> str:
    packed = "".join(gzip.decompress(path.read_bytes()).decode() for path in directory.glob("*.gz"))
    return packed + "".join(path.read_text() for path in directory.glob("*.log"))


@pytest.mark.slow
def test_nothing_is_lost_while_files_are_packed(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    path = tmp_path / "web.log"
    writers = [context.Process(target=write_until, args=(stop, path, each)) for each in (1, 2)]
    for writer in writers:
        writer.start()
    for night in range(30):
        while not path.exists():
            time.sleep(0.01)
        rotate_logs(tmp_path, NIGHT + timedelta(days=night // 10))
    stop.set()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    lines = [tuple(map(int, line.split())) for line in everything(tmp_path).splitlines()]
    for each in (1, 2):
        numbers = sorted(number for writer, number in lines if writer == each)
        assert numbers == list(range(1, len(numbers) + 1))
    assert len(list(tmp_path.glob("*.gz"))) == 3
    assert len(lines) > 200


def test_a_day_is_packed_under_its_date_and_goes_after_ninety(tmp_path: Path) -> None:
    for name in ("web.log", "worker.log", "web-2026-11-20.out"):
        (tmp_path / name).write_text("{}\n")
    for day in ("2026-08-22", "2026-08-23"):
        (tmp_path / f"web-{day}.log.gz").touch()
    assert rotate_logs(tmp_path, NIGHT) == "3 journaux rangés, 1 effacés"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "web-2026-08-23.log.gz",
        "web-2026-11-20.log.gz",
        "web-2026-11-20.out.gz",
        "worker-2026-11-20.log.gz",
    ]


def test_what_a_cut_night_left_is_kept(tmp_path: Path) -> None:
    (tmp_path / "web-2026-11-20.log").write_text("before\n")
    (tmp_path / "web.log").write_text("after\n")
    rotate_logs(tmp_path, NIGHT)
    assert everything(tmp_path) == "before\nafter\n"
    assert (tmp_path / "web-2026-11-20.log.gz").stat().st_mode & 0o077 == 0


def test_lines_go_to_the_file_of_the_process(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = structlog.get_config()
    try:
        file = tmp_path / "log" / "worker.log"
        set_up_logging(debug=False, security_file=tmp_path / "security.log", file=file)
        structlog.get_logger().warning("scan.failed", till=3)
    finally:
        structlog.configure(**kept)
    [line] = map(json.loads, file.read_text().splitlines())
    assert (line["level"], line["action"], line["details"]) == ("WARN", "scan.failed", {"till": 3})
    assert capsys.readouterr().err == ""


def test_a_line_that_cannot_be_written_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = LogFile(tmp_path / "web.log")
    (tmp_path / "web.log").mkdir()
    file.write("the sale goes on")
    assert "the sale goes on" in capsys.readouterr().err


@pytest.fixture
def supervisor(tmp_path: Path):
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    made = Supervisor(tmp_path, {"PYTHONPATH": ":".join(sys.path)})
    yield made
    made.stop()
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_what_a_child_prints_is_kept_while_it_lives(tmp_path: Path, supervisor: Supervisor) -> None:
    child = "import os; print(os.environ['LOG_NAME'], flush=True); raise SystemExit('crashed')"
    reading = "import time; time.sleep(60)"
    supervisor.start("once", sys.executable, "-c", child)
    supervisor.start("long", sys.executable, "-c", reading)
    [once] = [each.process for each in supervisor._children if each.name == "once"]
    assert isinstance(once, subprocess.Popen)
    once.wait(10)
    rotate_logs(tmp_path, datetime.now(PARIS) + timedelta(days=1))
    names = {path.name.partition("-")[0]: path for path in tmp_path.iterdir()}
    assert names["long"].suffix == ".out"
    assert gzip.decompress(names["once"].read_bytes()).decode() == "once\ncrashed\n"
