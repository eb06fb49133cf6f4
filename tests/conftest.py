"""What every test may use lies in `tests/support/`."""

import pytest
from hypothesis import settings

pytest_plugins = ["tests.support.leaving_out", "tests.support.fixtures", "tests.support.browser"]

# A slow machine is no defect of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", default=1, type=int, help="how many times as many histories of tills")
