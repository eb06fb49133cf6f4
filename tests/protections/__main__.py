"""`python -m tests.protections [scenario]…`: in a copy of the program, each scenario fails unprotected."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from config.settings import ROOT
from tests.protections.registry import PROTECTIONS, Edit, Protection

# With what Python compiled: it is found valid, since the copy keeps the files' times.
LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv", "var", ".*_cache")


def main(wanted: list[str]) -> int:
    chosen = [each for each in PROTECTIONS if not wanted or str(each.scenario) in wanted]
    useless = [each for each in chosen if not is_seen(each)]
    print(f"{len(chosen) - len(useless)} protections taken away and seen, {len(useless)} not seen.")
    return 1 if useless else 0


def is_seen(protection: Protection) -> bool:
    """Whether the scenario's tests fail, for a reason of their own, when the protection is gone."""
    with tempfile.TemporaryDirectory(prefix="bourse-protections-") as directory:
        tree = Path(directory) / "tree"
        shutil.copytree(ROOT, tree, ignore=LEFT_BEHIND)
        (tree / ".venv").symlink_to(ROOT / ".venv")
        for edit in protection.edits:
            take_away(tree, edit)
        name = f"test_scenario_{protection.scenario:02d}_"
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "tests", "-q", "-x", "-k", name, "--tb=line"],
            cwd=tree,
            capture_output=True,
            text=True,
            check=False,
        )
    seen = run.returncode == 1 and " failed" in run.stdout
    print(f"{'seen' if seen else 'NOT SEEN'}  {protection.scenario:02d}  {protection.what}", flush=True)
    if run.returncode > 1:
        print(run.stdout[-2000:], run.stderr[-2000:])
    return seen


def take_away(tree: Path, edit: Edit) -> None:
    path = tree / edit.file
    text = path.read_text()
    assert text.count(edit.old) == 1, f"{edit.file}: not once: {edit.old}"
    path.write_text(text.replace(edit.old, edit.new))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
