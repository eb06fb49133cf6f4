"""The lock files: complete, hashed, and free of any address of a package registry."""

import re

import pytest

from config.settings import ROOT

LOCKS = ROOT / "config" / "requirements"
PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)(?: ; ([^\\]+?))? \\$")


def pins(name: str) -> set[tuple[str, ...]]:
    """(package, version, marker) of every pin."""
    lines = (LOCKS / name).read_text().splitlines()
    return {found.groups(default="") for line in lines if (found := PIN.match(line))}


@pytest.mark.parametrize("name", ["runtime.lock", "dev.lock", "runtime.in", "dev.in"])
def test_requirements_hold_no_address_of_a_registry(name: str) -> None:
    text = (LOCKS / name).read_text()
    assert not re.findall(r"https?://|file:|--(?:extra-)?index-url|--find-links|--trusted-host", text)


@pytest.mark.parametrize("name", ["runtime.lock", "dev.lock"])
def test_every_line_of_a_lock_is_a_pin_a_hash_or_a_comment(name: str) -> None:
    other = [
        line
        for line in (LOCKS / name).read_text().splitlines()
        if not PIN.match(line)
        and not re.fullmatch(r" {4}--hash=sha256:[0-9a-f]{64}(?: \\)?", line)
        and not line.lstrip().startswith("#")
    ]
    assert other == []


def test_the_developers_lock_holds_the_runtime_as_it_is() -> None:
    assert pins("runtime.lock")
    assert pins("runtime.lock") <= pins("dev.lock")
