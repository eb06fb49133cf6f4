"""The pages of the surveillance in a browser, usable by all on each screen, and the link of a message."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from app.accounts.models import Role
from app.core.clock import utcnow
from app.core.db import db
from app.editions.models import Edition
from app.monitoring.acknowledgement import link_to_acknowledge
from app.monitoring.escalation import Level
from app.monitoring.models import Observer, ServiceHour
from app.monitoring.services.rules import add_missing_rules
from tests.factories import EditionFactory, TillFactory, UserFactory
from tests.support.alerts import TECHNICIAN, acknowledged_alert, on_call, open_alert, resolved_alert
from tests.support.browser import DESKTOP, PHONE, sideways
from tests.support.hall import sign_in
from tests.support.server import LiveServer

pytestmark = pytest.mark.browser
Axe = Callable[[Page], None]
NewContext = Callable[..., BrowserContext]
DARK = {**DESKTOP, "color_scheme": "dark"}
SCREENS = pytest.mark.parametrize("screen", [DESKTOP, PHONE, DARK], ids=["desktop", "phone", "dark"])


@pytest.fixture
def edition(live_app: Flask) -> Edition:
    """A sale under way since yesterday, at two tills, and an hour measured."""
    now = utcnow()
    made: Edition = EditionFactory(
        sale_starts_at=now - timedelta(days=1), sale_ends_at=now + timedelta(days=1)
    )
    for number in (1, 2):
        TillFactory(edition=made, number=number)
    db.session.add(
        ServiceHour(
            observer=Observer.WATCHDOG,
            hour=now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1),
            probes=120,
            failed_probes=4,
            requests=100,
            durations={"0.1": 60, "2.0": 98, "3.0": 100, "+Inf": 100},
        )
    )
    db.session.commit()
    return made


def look(page: Page, axe: Axe, addresses: Sequence[str]) -> None:
    """Open each: nothing keeps anybody from using it, and nothing has to be scrolled sideways."""
    for address in addresses:
        page.goto(address)
        axe(page)
        assert sideways(page) <= 0, address


@SCREENS
def test_everybody_can_use_the_pages_of_the_surveillance(
    edition: Edition, live_server: LiveServer, new_context: NewContext, axe: Axe, screen: dict[str, Any]
) -> None:
    manager = UserFactory(role=Role.MANAGER, first_name="Max", last_name="Fabre")
    context = new_context(**screen)
    sign_in(context, live_server, manager)
    page = context.new_page()
    levels = f"/editions/{edition.id}/service-levels"
    look(page, axe, ["/alerts", "/on-call"])

    alert = open_alert("CRITIQUE : synchronisation bloquée, 150 ventes attendent dans les caisses", Level.P1)
    acknowledged_alert("MINEUR : disque occupé à 86 %")
    resolved_alert("MAJEUR : caisse C2 hors connexion depuis 30,5 min", Level.P2)
    contact = on_call()
    add_missing_rules()
    db.session.commit()
    look(page, axe, ["/alerts", f"/alerts/{alert.id}", "/on-call", f"/on-call/{contact.id}", "/alert-rules"])
    look(page, axe, ["/alert-rules/1", f"/editions/{edition.id}/live", levels])
    expect(page.locator(".tab[aria-current]")).to_be_in_viewport(ratio=1)

    page.goto("/alert-rules/new")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Donnez un nom à la règle.", exact=True)).to_be_visible()
    axe(page)
    page.goto("/on-call/new")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Choisissez un rôle.", exact=True)).to_be_visible()
    axe(page)


@SCREENS
def test_who_was_told_takes_charge_without_signing_in(
    edition: Edition, new_context: NewContext, axe: Axe, screen: dict[str, Any]
) -> None:
    alert = open_alert("MAJEUR : caisse C3 hors connexion depuis 31 min", subject="C3", runbook="RUN-004")
    link = link_to_acknowledge(TECHNICIAN, [alert.id])
    db.session.commit()
    page = new_context(**screen).new_page()
    look(page, axe, [link])
    page.get_by_role("link", name="Marche à suivre (RUN-004)").click()
    expect(page.get_by_role("heading", name="Une caisse est en panne")).to_be_in_viewport()
    page.go_back()
    page.get_by_role("button", name="Je m’en occupe").click()
    expect(page.get_by_text(f"Merci {TECHNICIAN}")).to_be_visible()
    axe(page)
    assert sideways(page) <= 0
    db.session.expire_all()
    assert alert.acknowledged_by == TECHNICIAN
    look(page, axe, [f"{link}x"])
    expect(page.get_by_text("Ce lien ne sert plus")).to_be_visible()
