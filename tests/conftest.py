"""What every test may use lies in `tests/support/`."""

import gc
import signal

import pytest
from hypothesis import settings

# What is imported before the first test stays: nothing of it is rubbish. See `pytest_collection_finish`.
gc.disable()

pytest.register_assert_rewrite("tests.support")
pytest_plugins = ["tests.support.leaving_out"]
FIXTURES = [f"tests.support.{name}" for name in ("fixtures", "browser", "watch")]

# A slow machine is no defect of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", default=1, type=int, help="how many times as many histories of tills")


def pytest_configure(config: pytest.Config) -> None:
    # Told to end, leave as on Ctrl-C: through every fixture, so that no private server stays behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # A process that hands the tests out to others runs none: it does without the application.
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        for module in FIXTURES:
            config.pluginmanager.import_plugin(module)
