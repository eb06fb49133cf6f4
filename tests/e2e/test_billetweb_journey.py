"""A manager imports the export of Billetweb, and one of the people imported activates the account."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.accounts.models import Role, User
from app.core.clock import utcnow
from app.core.db import db
from app.core.mail import OutgoingMail
from app.deposits.models import BilletwebUpload
from app.editions.models import Edition, EditionState
from app.editions.services.creation import NewEdition, create_edition
from jobs.runner import run_job
from tests.factories import UserFactory

DATA = Path(__file__).parents[1] / "data"
PASSWORD = "girafe-3-lampes"
Login = Callable[[BrowserContext, User], None]


@pytest.fixture
def edition(live_app: Flask) -> Edition:
    sale_day = (utcnow() + timedelta(days=40)).date()
    made = create_edition(NewEdition("Automne 2026", 26, sale_day, "Gymnase"))
    made.state = EditionState.OPEN
    db.session.commit()
    return made


def test_upload_preview_import_progress_report(
    page: Page, phone: Page, edition: Edition, axe: Callable[[Page], None], browser_login: Login
) -> None:
    browser_login(page.context, UserFactory(role=Role.MANAGER))
    page.goto(f"/editions/{edition.id}")
    axe(page)
    page.goto(f"/editions/{edition.id}/registrations")
    expect(page.get_by_text("Pas encore d’inscription")).to_be_visible()
    page.get_by_role("link", name="Importer de Billetweb").first.click()

    page.get_by_label("Export Billetweb").set_input_files(
        {"name": "photo.xlsx", "mimeType": "image/png", "buffer": b"\x89PNG...."}
    )
    page.get_by_role("button", name="Vérifier le fichier").click()
    expect(page.locator("#file-error")).to_contain_text("pas un classeur Excel lisible")
    axe(page)

    page.get_by_label("Export Billetweb").set_input_files(DATA / "billetweb-automne-2026.xlsx")
    page.get_by_role("button", name="Vérifier le fichier").click()
    expect(page.get_by_role("heading", name="Vérifier l’import")).to_be_visible()
    expect(page.get_by_role("button", name="Importer 136 inscriptions")).to_be_visible()
    axe(page)

    page.get_by_role("button", name="Importer 136 inscriptions").click()
    page.get_by_role("dialog").get_by_role("button", name="Importer", exact=True).click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    upload = db.session.scalars(select(BilletwebUpload)).one()
    assert upload.job_id is not None
    db.session.rollback()  # a new look, without the lock
    run_job(upload.job_id)
    expect(page.get_by_text("136 inscriptions ajoutées, 0 ligne en erreur.")).to_be_visible()
    expect(page.get_by_text("Comptes créés")).to_be_visible()
    axe(page)

    page.get_by_role("link", name="Voir les déposants").click()
    expect(page.get_by_text("136 déposants")).to_be_visible()
    page.get_by_role("searchbox").press_sequentially("lemaire tim")
    expect(page.get_by_text("1 déposant", exact=True)).to_be_visible()
    assert "q=lemaire" in page.url

    mail = db.session.scalars(
        select(OutgoingMail).where(OutgoingMail.recipient == "timothee.lemaire925@example.org")
    ).one()
    found = re.search(r"/activation/\S+", mail.body)
    assert found
    db.session.rollback()  # this session must not keep SQLite's lock while the server writes
    activate(phone, found[0], axe)


def activate(phone: Page, address: str, axe: Callable[[Page], None]) -> None:
    phone.goto(address)
    expect(phone.get_by_role("heading", name="Bienvenue Timothée")).to_be_visible()
    axe(phone)
    phone.get_by_label("Nouveau mot de passe").fill(PASSWORD)
    phone.get_by_label("Encore une fois").fill(PASSWORD)
    phone.get_by_role("button", name="Activer mon compte").click()
    expect(phone.locator("#consent-error")).to_contain_text("Cochez cette case")
    phone.get_by_label("Nouveau mot de passe").fill(PASSWORD)
    phone.get_by_label("Encore une fois").fill(PASSWORD)
    phone.get_by_label("J’accepte les conditions").check()
    phone.get_by_role("button", name="Activer mon compte").click()
    expect(phone.get_by_text("Votre compte est activé")).to_be_visible()
    phone.goto(address)
    expect(phone.get_by_text("Ce lien a déjà servi")).to_be_visible()
