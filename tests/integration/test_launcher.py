"""The launcher: when it installs, and what it says when it cannot."""

import importlib.machinery
import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from config.settings import ROOT

WHEEL = {
    "METADATA": "Metadata-Version: 2.1\nName: made-up\nVersion: 1.0\n",
    "WHEEL": "Wheel-Version: 1.0\nGenerator: us\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "RECORD": "",
}


@pytest.fixture
def launcher() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("launcher", str(ROOT / "bourse"))
    spec = importlib.util.spec_from_loader("launcher", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    loader.exec_module(module)
    sys.dont_write_bytecode = before
    return module


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of which only the lock files exist."""
    locks = tmp_path / "config" / "requirements"
    locks.mkdir(parents=True)
    (locks / "runtime.lock").write_text("flask==1\n")
    (locks / "dev.lock").write_text("flask==1\npytest==1\n")
    return tmp_path


@pytest.fixture
def steps(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the launcher did, instead of doing it: `venv`, or the name of the lock it installed."""
    done: list[str] = []

    def make_venv(venv: Path) -> None:
        (venv / "bin").mkdir(parents=True, exist_ok=True)
        (venv / "bin" / "python").touch()
        done.append("venv")

    monkeypatch.setattr(launcher, "make_venv", make_venv)
    monkeypatch.setattr(launcher, "install", lambda python, lock: done.append(lock.name))
    return done


def test_an_old_python_is_refused_in_one_line(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launcher.sys, "version_info", (3, 10, 12))
    assert launcher.main(["run"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert "Python 3.11" in said[0]
    assert "3.10" in said[0]


def test_the_first_start_installs_and_the_next_does_nothing(
    launcher: ModuleType, project: Path, steps: list[str]
) -> None:
    for _ in range(2):
        launcher.prepare_environment(project, developer=False)
    assert steps == ["venv", "runtime.lock"]


def test_a_changed_lock_is_installed_in_the_same_environment(
    launcher: ModuleType, project: Path, steps: list[str]
) -> None:
    launcher.prepare_environment(project, developer=False)
    (project / "config" / "requirements" / "runtime.lock").write_text("flask==2\n")
    launcher.prepare_environment(project, developer=False)
    assert steps == ["venv", "runtime.lock", "runtime.lock"]


def test_the_developers_environment_runs_everything(
    launcher: ModuleType, project: Path, steps: list[str]
) -> None:
    launcher.prepare_environment(project, developer=False)
    launcher.prepare_environment(project, developer=True)
    launcher.prepare_environment(project, developer=False)
    assert steps == ["venv", "runtime.lock", "dev.lock"]


def test_an_interrupted_install_begins_again_from_nothing(
    launcher: ModuleType, project: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = launcher.install

    def interrupted(python: Path, lock: Path) -> None:
        raise KeyboardInterrupt

    launcher.prepare_environment(project, developer=False)
    (project / "config" / "requirements" / "runtime.lock").write_text("flask==2\n")
    monkeypatch.setattr(launcher, "install", interrupted)
    with pytest.raises(KeyboardInterrupt):
        launcher.prepare_environment(project, developer=False)
    monkeypatch.setattr(launcher, "install", finish)
    launcher.prepare_environment(project, developer=False)
    assert steps == ["venv", "runtime.lock", "venv", "runtime.lock"]


def test_another_python_makes_another_environment(
    launcher: ModuleType, project: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher.prepare_environment(project, developer=False)
    monkeypatch.setattr(launcher, "python_version", lambda: "3.99")
    launcher.prepare_environment(project, developer=False)
    assert steps == ["venv", "runtime.lock"] * 2


def test_without_ensurepip_the_missing_debian_package_is_named(
    launcher: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launcher, "ROOT", project)
    monkeypatch.setattr(launcher.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr("config.debian.shutil.which", lambda name: None)
    assert launcher.main(["run"]) == 1
    assert f"python{launcher.python_version()}-venv" in capsys.readouterr().err


@pytest.fixture
def forged(tmp_path: Path) -> Path:
    """A lock whose package is not what its hash says."""
    package = tmp_path / "made_up-1.0-py3-none-any.whl"
    with zipfile.ZipFile(package, "w") as wheel:
        for name, text in WHEEL.items():
            wheel.writestr(f"made_up-1.0.dist-info/{name}", text)
    lock = tmp_path / "runtime.lock"
    lock.write_text(f"made-up @ {package.as_uri()} --hash=sha256:{'0' * 64}\n")
    return lock


@pytest.mark.slow
def test_a_package_with_another_hash_is_refused(
    launcher: ModuleType, forged: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launcher, "install_by_uv", lambda python, lock: False)
    with pytest.raises(launcher.CannotStart):
        launcher.install(Path(sys.executable), forged)
    assert "HASHES" in capfd.readouterr().err


@pytest.mark.slow
def test_uv_refuses_it_too(launcher: ModuleType, forged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the uv that the launcher put beside Python; what it says is not shown, but its answer is a no."""
    said: list[str] = []

    def run(command: list[str], quiet: bool) -> bool:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said.append(done.stderr)
        return done.returncode == 0

    monkeypatch.setattr(launcher, "succeeds", run)
    assert not launcher.install_by_uv(Path(sys.executable), forged)
    assert "hash" in said[-1].lower()


@pytest.mark.slow
def test_the_index_that_pip_was_told_to_use_is_used(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example.org/simple")
    assert launcher.index_of_pip(Path(sys.executable)) == [
        "--index-url",
        "https://mirror.example.org/simple",
    ]


def test_wrong_use_ends_with_code_2() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "no-such-command"], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 2
