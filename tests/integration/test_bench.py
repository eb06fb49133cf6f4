"""The measures on tiny sizes: what they say, not how long it took."""

import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli.bench import bench_command
from app.cli.bench.imports import measure_import
from app.cli.bench.labels import measure_labels
from app.cli.bench.measures import Measure, Target, percentile
from app.cli.bench.pages import PAGES, measure_pages
from app.cli.bench.registry import BENCHES, Bench, find_bench
from app.cli.bench.resync import measure_resync
from app.cli.bench.scratch import Setting
from app.cli.bench.slips import measure_slips
from app.cli.bench.watching import REQUESTS, WORDS
from app.cli.support.processes import Process, descendants, wait_until
from tests.support.server import QuickServer


@pytest.fixture
def setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Setting]:
    monkeypatch.setattr("app.cli.bench.scratch.PrivateServer", QuickServer)
    with Setting("sqlite", 1, tmp_path) as setting:
        yield setting


@pytest.mark.servers
@pytest.mark.parametrize(
    ("measure", "size", "what"),
    [
        (measure_labels, {"sizes": (5, 40)}, ["étiquettes", "étiquettes"]),
        (measure_import, {"rows": 6}, ["de 6 lignes .xlsx", "inscriptions", "et inscriptions"]),
        (measure_slips, {"payouts": 13}, ["bordereaux, 2 processus"]),
    ],
)
def test_a_job_is_measured_whole_in_a_real_worker(
    setting: Setting, measure: Callable[..., Iterator[Measure]], size: dict[str, Any], what: list[str]
) -> None:
    measures = list(measure(setting, **size))
    # A few made-up items are refused at the desk: their labels are not made.
    assert [each.what.partition(" ")[2] for each in measures] == what
    for each in measures:
        assert each.database == "sqlite"
        assert each.median > 0
        if not each.what.startswith("aperçu"):
            assert each.peak_bytes
            assert 20_000_000 < each.peak_bytes < 1_000_000_000
    assert setting.database_version


def test_a_process_that_is_killed_takes_along_what_left_its_group(tmp_path: Path) -> None:
    child = (
        "import subprocess, time; subprocess.Popen(['sleep', '60'], start_new_session=True); time.sleep(60)"
    )
    process = Process([sys.executable, "-c", child], tmp_path / "log")
    wait_until(lambda: descendants(process.pid) != [], "the child of the child")
    (grandchild,) = descendants(process.pid)
    process.kill()
    wait_until(lambda: not Path(f"/proc/{grandchild}/exe").exists(), "its end", seconds=5)
    assert not process.running


@pytest.mark.servers
def test_every_page_of_every_role_is_measured(setting: Setting) -> None:
    # In a thread of its own: the browser of the run keeps an event loop on this one.
    with ThreadPoolExecutor(1) as alone:
        measuring = alone.submit(
            lambda: list(measure_pages(setting, people=20, items=300, reading=1.5, pause=0.1))
        )
        measures = measuring.result()
    pages = {label for role in PAGES.values() for label, _, _ in role}
    assert {each.what for each in measures} == pages | {"toutes, 20 personnes", *WORDS.values()}
    by_name = {each.what: each for each in measures}
    assert len(by_name["toutes, 20 personnes"].times) == sum(len(by_name[page].times) for page in pages)
    assert "client" in by_name["toutes, 20 personnes"].details
    assert all("Ko" in by_name[page].details for page in pages)
    assert all(len(by_name[words].times) == REQUESTS for words in WORDS.values())


@pytest.mark.servers
def test_what_tills_kept_is_sent_and_found_confirmed_once(setting: Setting) -> None:
    confirmed, informed = measure_resync(setting, tills=2, sales=30, items=600)
    assert (confirmed.what, informed.what) == (
        "2 caisses × 30 ventes : confirmées",
        "2 caisses × 30 ventes : caisses à jour",
    )
    assert 0 < confirmed.median < informed.median


def test_every_registered_measure_can_be_loaded() -> None:
    assert [find_bench(name) for name in BENCHES]


def test_an_unknown_name_is_one_line_and_exit_code_2() -> None:
    done = CliRunner().invoke(bench_command, ["labels", "nothing"])
    assert done.exit_code == 2
    names = "till, sales, resync, catalogue, labels, slips, import, pages, growth"
    assert f"Mesure inconnue : nothing. Choisissez parmi : {names}." in done.output


def made_up(setting: Setting) -> Iterator[Measure]:
    yield Measure("quick", "rien", setting.database, [0.2, 0.1, 0.4], 42_000_000, Target(0.15), {"Ko": 3})


def test_the_same_figures_are_printed_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BENCHES, "quick", Bench("pour voir", f"{__name__}:made_up"))
    monkeypatch.setattr("app.cli.bench.find_bench", lambda name: made_up)
    done = CliRunner().invoke(bench_command, ["quick", "--json", str(tmp_path / "out.json")])
    assert done.exit_code == 0
    for text in ("rien", "200 ms", "400 ms", "42 Mo", "≤ 150 ms", "MANQUÉ", "Ko 3"):
        assert text in done.output
    report = json.loads((tmp_path / "out.json").read_text())
    (measure,) = report["measures"]
    assert (measure["count"], measure["median_s"], measure["p95_s"]) == (3, 0.2, 0.4)
    assert (measure["peak_bytes"], measure["on_target"]) == (42_000_000, False)
    assert report["machine"]["cores"] >= 1
    assert report["database"] == "sqlite"


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentile(range(1, 101), 95) == 95
    assert percentile([3.0, 1.0], 50) == 1.0
    assert percentile([7.0], 95) == 7.0
