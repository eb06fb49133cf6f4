"""What every test may use lies in `tests/support/`."""

import gc
import signal

import pytest
from hypothesis import settings

# What is imported before the first test stays: nothing of it is rubbish. See `pytest_collection_finish`.
gc.disable()

pytest_plugins = [f"tests.support.{name}" for name in ("leaving_out", "fixtures", "browser", "watch")]

# A slow machine is no defect of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", default=1, type=int, help="how many times as many histories of tills")


def pytest_configure() -> None:
    """Told to end, leave as on Ctrl-C: through every fixture, so that no private server stays behind."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
