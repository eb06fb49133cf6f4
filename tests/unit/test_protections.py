"""The list of protections follows the program: what it would take away is there, once, for every scenario."""

import pytest

from config.settings import ROOT
from tests.protections.registry import PROTECTIONS, Edit

EDITS = [edit for protection in PROTECTIONS for edit in protection.edits]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.file)
def test_what_would_be_taken_away_is_there_once(edit: Edit) -> None:
    assert (ROOT / edit.file).read_text().count(edit.old) == 1


def test_every_scenario_has_a_protection() -> None:
    assert {protection.scenario for protection in PROTECTIONS} == set(range(1, 37))
