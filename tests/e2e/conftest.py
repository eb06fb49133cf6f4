"""A hall on sale, and its first till open in a real browser."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page

from tests.support.hall import Hall, make_hall, open_on
from tests.support.server import LiveServer


@pytest.fixture
def hall(live_app: Flask) -> Hall:
    return make_hall()


@pytest.fixture
def till(new_context: Callable[..., BrowserContext], live_server: LiveServer, hall: Hall) -> Page:
    """C1, open and ready to sell."""
    return open_on(new_context(), live_server, hall)
