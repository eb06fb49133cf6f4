"""What every test may use lies in `tests/support/`."""

from hypothesis import settings

pytest_plugins = ["tests.support.leaving_out", "tests.support.fixtures", "tests.support.browser"]

# A slow machine is no defect of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
