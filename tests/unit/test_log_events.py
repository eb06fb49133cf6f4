"""The lists of events say what the code says."""

import re

import pytest

from config.security_events import SECURITY_EVENTS
from config.settings import ROOT

SOURCES = "\n".join(
    path.read_text() for area in ("app", "blueprints", "jobs") for path in (ROOT / area).rglob("*.py")
)
TABLE = re.findall(
    r"^\| `([a-z_.]+)` \| (?:INFO|WARN|ERROR) \|.*\| (`.*`) \|$", (ROOT / "docs/logs.md").read_text(), re.M
)


@pytest.mark.parametrize("event", sorted(SECURITY_EVENTS))
def test_a_security_event_is_one_that_happens(event: str) -> None:
    assert f'"{event}"' in SOURCES


@pytest.mark.parametrize(("event", "files"), TABLE)
def test_an_event_of_the_table_is_told_where_it_says(event: str, files: str) -> None:
    for file in re.findall(r"`([^`]+)`", files):
        text = (ROOT / file).read_text()
        assert (
            f'"{event}"' in text or f'f"{event.split(".")[0]}.' in text or f'.{event.split(".")[1]}"' in text
        )


def test_the_table_has_what_the_seed_asks_for() -> None:
    wanted = {"sale.recorded", "auth.signed_in", "sync.ok", "job.labels", "scan.failed", "sync.retried"}
    wanted |= {"session.expiring", "capacity.high", "database.failed", "payment.failed", "sale.conflict"}
    assert wanted | {"auth.failed"} <= {event for event, _ in TABLE}
