"""The harness of the browser tests: a server that fails on demand, a bad network, axe-core."""

import http.client
import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import BrowserContext, Error, Page
from redis import Redis
from rq import Worker
from sqlalchemy import func, select

from app.accounts.models import User
from app.cli.support.processes import wait_until
from app.cli.support.proxy import Fault, FaultyProxy
from app.core.audit import AuditEntry, record
from app.core.db import db
from tests.factories import UserFactory
from tests.support.server import LiveServer

pytestmark = pytest.mark.browser  # not all of them need it, but they are slow


@pytest.fixture
def proxy(live_server: LiveServer) -> Iterator[FaultyProxy]:
    proxy = FaultyProxy(live_server.port)
    yield proxy
    proxy.close()


def ask(port: int, timeout: float = 5) -> bytes:
    """The body of `/healthz` through a port."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().read()
    finally:
        connection.close()


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_browser_test_begins_with_an_empty_database(live_server: LiveServer, turn: str) -> None:
    with live_server.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0
        record("test.turn", turn)
        db.session.commit()
    assert live_server.answers()


def test_a_stopped_server_comes_back_on_its_port(live_server: LiveServer) -> None:
    live_server.stop()
    assert not live_server.answers()
    live_server.start()
    assert live_server.answers()


def test_a_killed_server_comes_back_on_its_port(live_server: LiveServer) -> None:
    live_server.kill()
    assert not live_server.answers()
    live_server.start()
    assert live_server.answers()


def test_a_frozen_server_hangs_until_it_thaws(live_server: LiveServer) -> None:
    live_server.freeze()
    with pytest.raises(TimeoutError):
        ask(live_server.port, timeout=0.3)
    live_server.thaw()
    assert ask(live_server.port)


def test_a_worker_beside_the_server_waits_for_jobs(live_worker: LiveServer) -> None:
    queue = Redis.from_url(live_worker.redis_url)
    wait_until(lambda: Worker.count(connection=queue) == 1, "a worker")
    with urllib.request.urlopen(f"{live_worker.url}/healthz") as reply:
        assert json.load(reply)["queue"] == "ok"


def test_a_sound_network_changes_nothing(proxy: FaultyProxy) -> None:
    assert b"migration_head" in ask(proxy.port)


def test_a_lost_request_never_arrives(proxy: FaultyProxy) -> None:
    with proxy.broken(Fault(drop_requests=True)), pytest.raises(ConnectionError):
        ask(proxy.port)
    assert (proxy.lost_requests, proxy.lost_replies) == (1, 0)
    assert ask(proxy.port)


def test_a_lost_reply_was_handled(proxy: FaultyProxy) -> None:
    with proxy.broken(Fault(drop_replies=True)), pytest.raises(ConnectionError):
        ask(proxy.port)
    assert proxy.lost_replies == 1


def test_a_silent_network_answers_nothing(proxy: FaultyProxy) -> None:
    with proxy.broken(Fault(drop_replies=True, silent=True)), pytest.raises(TimeoutError):
        ask(proxy.port, timeout=0.3)


def test_a_truncated_reply_is_short(proxy: FaultyProxy) -> None:
    whole = ask(proxy.port)
    with proxy.broken(Fault(truncate_at=40)), suppress(http.client.HTTPException, ConnectionError):
        assert ask(proxy.port) != whole


def test_a_slow_network_delays(proxy: FaultyProxy) -> None:
    started = time.monotonic()
    with proxy.broken(Fault(delay_s=0.2)):
        ask(proxy.port)
    assert time.monotonic() - started >= 0.2


def test_the_browser_reaches_the_server_unless_it_is_stopped(live_server: LiveServer, page: Page) -> None:
    reply = page.goto("/healthz")
    assert reply
    assert reply.ok
    live_server.stop()
    with pytest.raises(Error, match="ERR_CONNECTION_REFUSED"):
        page.goto("/healthz")


def test_a_person_is_signed_in_without_the_form(
    page: Page, browser_login: Callable[[BrowserContext, User], None]
) -> None:
    browser_login(page.context, UserFactory())
    page.goto("/account")
    assert "/account" in page.url
    page.context.clear_cookies()
    page.goto("/account")
    assert "/sign-in" in page.url


def test_the_phone_has_the_size_of_a_phone(phone: Page) -> None:
    phone.set_content("<!doctype html><meta name=viewport content='width=device-width'>")
    assert phone.evaluate("() => [innerWidth, innerHeight]") == [390, 844]


def test_axe_accepts_a_good_page_and_names_the_fault_of_a_bad_one(
    page: Page, axe: Callable[[Page], None]
) -> None:
    page.set_content("<!doctype html><html lang=fr><title>Caisse</title><main><h1>Caisse</h1></main></html>")
    axe(page)
    page.set_content("<!doctype html><html lang=fr><title>Caisse</title><img src='x.png'></html>")
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)
