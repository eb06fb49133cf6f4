"""`--without`: which services a run leaves out, and slow tests. What was left out is counted and said at the
end."""

from typing import Any

import pytest

SERVICES = ("mariadb", "redis", "browser", "servers", "slow")
# A test needs a service because it uses its fixture, so the mark cannot be forgotten.
MARK_OF_FIXTURE = {
    "mariadb_server": "mariadb",
    "redis_server": "redis",
    "browser": "browser",
    "web_server": "servers",
}
left_out: dict[str, int] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--without", default="", help=f"services to leave out: {','.join(SERVICES)}")


def pytest_configure(config: pytest.Config) -> None:
    unknown = asked(config) - set(SERVICES)
    if unknown:
        raise pytest.UsageError(
            f"--without: unknown {', '.join(sorted(unknown))} (known: {', '.join(SERVICES)})"
        )


def asked(config: pytest.Config) -> set[str]:
    return {name.strip() for name in config.getoption("--without").split(",") if name.strip()}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    without, kept, gone = asked(config), [], []
    for item in items:
        needs = services_of(item)
        for service in needs:
            item.add_marker(service)
        for service in needs & without:
            left_out[service] = left_out.get(service, 0) + 1
        (gone if needs & without else kept).append(item)
    if gone:
        config.hook.pytest_deselected(items=gone)
    # The long ones first: at the end, the processes finish together.
    items[:] = sorted(kept, key=lambda item: item.get_closest_marker("servers") is None)


def services_of(item: pytest.Item) -> set[str]:
    needs = {MARK_OF_FIXTURE[name] for name in getattr(item, "fixturenames", ()) if name in MARK_OF_FIXTURE}
    needs |= {service for service in SERVICES if item.get_closest_marker(service)}
    callspec = getattr(item, "callspec", None)
    if callspec and callspec.params.get("backend") == "mariadb":
        needs.add("mariadb")
    return needs


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Over several processes, the workers collect and the one that started them speaks."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = left_out


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Each worker has counted all tests: the word of one is enough; one that broke down has none."""
    left_out.update(getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if asked(config):
        counts = ", ".join(f"{name} ({left_out.get(name, 0)} tests)" for name in sorted(asked(config)))
        terminalreporter.write_line(f"left out: {counts}")
