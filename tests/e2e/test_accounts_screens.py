"""The administrator's way through accounts, jobs, outbox and audit log, in a real browser."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from app.accounts.models import Role
from app.accounts.passwords import hash_password
from app.core.db import db
from app.core.mail import queue_mail
from app.operations.models import BackgroundJob, JobState
from app.operations.services import finish_job, request_job
from tests.factories import UserFactory

PASSWORD = "Girafe+tricot7"
Axe = Callable[[Page], None]


@pytest.fixture
def admin_id(live_app: Flask) -> int:
    user = UserFactory(
        email="alix@example.org",
        role=Role.ADMIN,
        first_name="Alix",
        last_name="Castéra",
        password_hash=hash_password(PASSWORD),
    )
    db.session.commit()
    user_id: int = user.id
    return user_id


def sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("Adresse e-mail").fill("alix@example.org")
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(lambda address: "sign-in" not in address)


def test_the_first_screen_leads_in_and_says_what_is_wrong(page: Page, axe: Axe, admin_id: int) -> None:
    page.goto("/jobs")
    expect(page.get_by_role("heading", name="Bonjour !")).to_be_visible()
    axe(page)
    page.get_by_label("Adresse e-mail").fill("alix@example.org")
    page.get_by_label("Mot de passe", exact=True).fill("Wrong-pass-1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("ne sont pas les bons")
    expect(page.get_by_label("Adresse e-mail")).to_have_value("alix@example.org")
    axe(page)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Travaux")).to_be_visible()


def test_a_forgotten_password_is_found_again(page: Page, phone: Page, axe: Axe, admin_id: int) -> None:
    phone.goto("/sign-in")
    phone.get_by_role("link", name="Mot de passe oublié ?").click()
    axe(phone)
    phone.get_by_label("Adresse e-mail").fill("alix@example.org")
    phone.get_by_role("button", name="Recevoir le lien").click()
    expect(phone.get_by_role("heading", name="Regardez vos messages")).to_be_visible()
    axe(phone)
    sign_in(page)
    page.goto("/outbox")
    page.get_by_role("link", name="Choisir un nouveau mot de passe").click()
    axe(page)
    link = page.get_by_role("link", name="/reset-password/").get_attribute("href")
    assert link
    phone.goto(link)
    axe(phone)
    phone.get_by_label("Nouveau mot de passe").fill("Nuage-de-lait-4")
    phone.get_by_label("Encore une fois").fill("Nuage-de-lait-4")
    phone.get_by_role("button", name="Enregistrer et entrer").click()
    expect(phone.get_by_text("Votre nouveau mot de passe est enregistré.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Bonjour !")).to_be_visible()
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Ce lien ne sert plus")).to_be_visible()


def test_an_administrator_adds_a_person_and_finds_it_in_the_log(page: Page, axe: Axe, admin_id: int) -> None:
    sign_in(page)
    page.goto("/users/new")
    axe(page)
    page.get_by_label("Prénom").fill("Dominique")
    page.get_by_label("Nom", exact=True).fill("Lafont")
    page.get_by_label("Adresse e-mail").fill("alix@example.org")
    page.get_by_role("radio", name="Bénévole").check()
    page.get_by_role("button", name="Créer le compte").click()
    expect(page.get_by_role("alert")).to_contain_text("existe déjà")
    expect(page.get_by_label("Prénom")).to_have_value("Dominique")
    axe(page)
    page.get_by_label("Adresse e-mail").fill("dominique@example.org")
    page.get_by_role("button", name="Créer le compte").click()
    expect(page.get_by_text("Le compte de Dominique Lafont est créé.")).to_be_visible()
    axe(page)
    page.get_by_placeholder("Nom ou adresse e-mail").fill("lafo")
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Dominique Lafont").click()
    axe(page)
    page.get_by_role("button", name="Désactiver le compte").click()
    page.get_by_role("dialog").get_by_role("button", name="Désactiver le compte").click()
    expect(page.get_by_text("Compte désactivé", exact=True)).to_be_visible()
    page.goto("/audit")
    expect(page.get_by_role("cell", name="Compte désactivé")).to_be_visible()
    page.get_by_role("link", name="Vérifier le journal").click()
    expect(page.get_by_text("Chaîne vérifiée")).to_be_visible()
    axe(page)


def test_a_job_moves_by_itself_to_its_file(page: Page, axe: Axe, live_app: Flask, admin_id: int) -> None:
    job = request_job("labels", "Étiquettes du mercredi", requested_by_id=admin_id)
    job.state, job.done_steps, job.total_steps = JobState.RUNNING, 3, 12
    db.session.commit()
    sign_in(page)
    page.goto(f"/jobs/{job.id}")
    expect(page.get_by_text("3 sur 12")).to_be_visible()
    axe(page)
    stored = db.session.get_one(BackgroundJob, job.id)
    stored.done_steps = 9
    db.session.commit()
    expect(page.get_by_text("9 sur 12")).to_be_visible()
    finish_job(stored, "12 étiquettes prêtes.")
    stored.file, stored.file_name = "labels/none.pdf", "etiquettes.pdf"
    db.session.commit()
    expect(page.get_by_text("12 étiquettes prêtes.")).to_be_visible()
    expect(page.get_by_role("link", name="Télécharger etiquettes.pdf")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(1500)
    assert asked == [], "a finished job asks for nothing"
    axe(page)


def test_the_other_pages_are_accessible_on_a_phone(phone: Page, axe: Axe, admin_id: int) -> None:
    for _ in range(3):
        queue_mail("recap", "une-adresse-vraiment-tres-longue@association.example.org", "Objet", "Texte")
    request_job("labels", "Étiquettes", requested_by_id=admin_id)
    db.session.commit()
    sign_in(phone)
    for address in ("/users", "/jobs", "/outbox", "/audit", "/account"):
        phone.goto(address)
        axe(phone)
        assert phone.evaluate("() => document.documentElement.scrollWidth") <= 390, address
