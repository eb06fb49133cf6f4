"""The whole bourse on real input, by the people who run it: from the Billetweb export to the payout.

Everything is clicked or scanned in a browser against the real server and worker; what is read back comes
from the produced PDFs: the codes off the printed labels, the amounts off the payout slip.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from pypdf import PdfReader

from app.accounts.models import Role
from app.core.clock import utcnow
from app.core.dates import to_paris
from app.core.money import format_euros, share_half_up
from tests.factories import UserFactory
from tests.support.browser import PHONE
from tests.support.hall import sell, status, wait_offline_ready, wait_ready
from tests.support.scanning import read_codes
from tests.support.server import LiveServer

EXPORT = Path(__file__).parents[1] / "data" / "billetweb-automne-2026.xlsx"
PASSWORD = "Toboggan-42"
# What the depositor declares, in the order of a list: category, type, audience, size, price in cents.
ITEMS = (
    ("Vêtements", "Pantalon", "Fille", "8 ans", 450),
    ("Vêtements", "Robe", "Fille", "6 ans", 700),
    ("Jeux et jouets", "Jeu de société", None, None, 650),
    ("Livres", "Livre enfant", None, None, 250),
)

# Enough to count any drawer of this test to the cent.
PIECES = ((5000, "50 €"), (1000, "10 €"), (200, "2 €"), (100, "1 €"), (50, "50 c"), (10, "10 c"))

pytestmark = pytest.mark.browser
NewContext = Callable[..., BrowserContext]
Login = Callable[[BrowserContext, object], None]


class Crew:
    """A signed-in page per role, opened when first asked for."""

    def __init__(self, new_context: NewContext, browser_login: Login) -> None:
        self._new_context, self._login = new_context, browser_login
        self._pages: dict[Role, Page] = {}

    def page(self, role: Role) -> Page:
        if role not in self._pages:
            context = self._new_context()
            self._login(context, UserFactory(role=role, email=f"{role}@example.org", last_name="Équipe"))
            self._pages[role] = context.new_page()
        return self._pages[role]


@pytest.fixture
def crew(live_app: Flask, live_worker: LiveServer, new_context: NewContext, browser_login: Login) -> Crew:
    return Crew(new_context, browser_login)


def test_one_bourse_from_registration_to_payout(
    crew: Crew, new_context: NewContext, live_server: LiveServer, tmp_path: Path
) -> None:
    edition = create_edition(crew.page(Role.ADMIN))
    manager = crew.page(Role.MANAGER)
    take_step(crew.page(Role.ADMIN), edition, "Ouvrir les inscriptions")
    import_export(manager, edition)
    link = invitation_link(crew.page(Role.ADMIN), edition)

    phone = new_context(**PHONE).new_page()
    activate(phone, link)
    declare_and_validate(phone)

    take_step(manager, edition, "Geler les articles")
    codes = print_labels(manager, edition, tmp_path)
    assert len(codes) == len(ITEMS)
    check_in(crew.page(Role.VOLUNTEER), edition, codes[0])
    take_step(manager, edition, "Démarrer la vente")

    till = crew.page(Role.VOLUNTEER)
    sold_cents = sell_across_an_outage(till, codes, live_server)
    close_till(till, sold_cents)

    take_step(manager, edition, "Finir la vente")
    net_cents = sold_cents - share_half_up(sold_cents, 2000)
    slip = pay_and_download(crew.page(Role.TREASURER), edition, tmp_path)
    text = " ".join(plain(page.extract_text()) for page in PdfReader(slip).pages)
    assert plain(format_euros(sold_cents)) in text
    assert plain(format_euros(net_cents)) in text
    phone.goto("/portal")
    expect(phone.locator("main")).to_contain_text(format_euros(net_cents))


def create_edition(admin: Page) -> str:
    """Address of the new edition, whose sale is on the Saturday after next."""
    admin.goto("/editions/new")
    day = to_paris(utcnow()).date()
    saturday = day + timedelta(days=(5 - day.weekday()) % 7 + 14)
    admin.get_by_label("Nom").fill("Bourse Automne 2026")
    admin.get_by_label("Numéro").fill("26")
    admin.get_by_label("Jour de la vente").fill(saturday.isoformat())
    admin.get_by_label("Lieu").fill("Gymnase des Tilleuls")
    admin.get_by_role("button", name="Créer l’édition").click()
    expect(admin.get_by_role("heading", name="Bourse Automne 2026")).to_be_visible()
    found = re.search(r"/editions/\d+", admin.url)
    assert found
    return found[0]


def take_step(manager: Page, edition: str, step: str) -> None:
    manager.goto(edition)
    manager.get_by_role("button", name=step).first.click()
    manager.get_by_role("dialog").get_by_role("button", name=step).click()
    expect(manager.locator("main")).to_contain_text("Étape suivante")


def import_export(manager: Page, edition: str) -> None:
    manager.goto(f"{edition}/import")
    manager.locator("input[type=file]").set_input_files(EXPORT)
    manager.get_by_role("button", name="Vérifier le fichier").click()
    manager.get_by_role("button", name="Importer 136 inscriptions").click()
    manager.get_by_role("dialog").get_by_role("button", name="Importer").click()
    expect(manager.get_by_text("136 inscriptions").first).to_be_visible(timeout=30_000)


def invitation_link(admin: Page, edition: str) -> str:
    """The activation link sent to the first standard depositor of the export, read in the outbox."""
    admin.goto(f"{edition}/registrations?kind=standard")
    admin.locator("#results tbody a").first.click()
    email = admin.locator("main").inner_text()
    found = re.search(r"[\w.]+@example\.org", email)
    assert found
    admin.goto(f"/outbox?q={found[0]}")
    admin.locator("#results tbody a").first.click()
    link = admin.locator("main a[href*='/activation/']").get_attribute("href")
    assert link
    return link


def activate(phone: Page, link: str) -> None:
    phone.goto(link)
    phone.get_by_label("Nouveau mot de passe").fill(PASSWORD)
    phone.get_by_label("encore").fill(PASSWORD)
    phone.get_by_label("J’accepte les conditions").check()
    phone.get_by_role("button", name="Activer mon compte").click()
    expect(phone.get_by_role("link", name="Commencer ma liste")).to_be_visible()


def declare_and_validate(phone: Page) -> None:
    phone.get_by_role("link", name="Commencer ma liste").click()
    for number, (category, kind, audience, size, cents) in enumerate(ITEMS, start=1):
        if number > 1:
            phone.get_by_role("button", name="Autre catégorie").click()
        phone.get_by_role("button", name=category, exact=True).click()
        phone.get_by_role("button", name=kind, exact=True).click()
        if audience:
            phone.get_by_role("radio", name=audience, exact=True).check()
            phone.get_by_label("Taille ou pointure").fill(size or "")
        phone.get_by_label("Prix").fill(f"{cents / 100:.2f}".replace(".", ","))
        phone.get_by_label("Description").fill(f"{kind} en très bon état")
        phone.get_by_label("Propre, complet").check()
        phone.get_by_role("button", name="Et un autre").click()
        expect(phone.locator(".gauge__value").first).to_have_text(f"{number}/24")
    phone.get_by_role("link", name="Fermer").click()
    phone.get_by_role("link", name="Valider").click()
    phone.get_by_label("J’accepte les conditions").check()
    phone.get_by_role("button", name="Valider ma liste").click()
    expect(phone.get_by_text("est validée.")).to_be_visible()


def print_labels(manager: Page, edition: str, directory: Path) -> list[str]:
    """Generate all labels, download the PDF, and read its codes as a scanner does; in label order."""
    manager.goto(f"{edition}/labels")
    manager.get_by_role("button", name=re.compile("^(Tout générer|Générer)")).first.click()
    pdf = download(manager, directory / "labels.pdf")
    qr, bars = read_codes(pdf.read_bytes(), directory)
    assert qr == bars
    return qr


def download(page: Page, path: Path) -> Path:
    """Wait for the job shown on the page to end, and keep its file."""
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("link", name=re.compile(r"^Télécharger .*\.pdf")).first.click(timeout=60_000)
    waiting.value.save_as(path)
    return path


def check_in(volunteer: Page, edition: str, code: str) -> None:
    volunteer.goto(f"{edition}/deposit?q={code}")
    if not re.search(r"/deposit/\d+$", volunteer.url):
        volunteer.locator("#results a").first.click()
    volunteer.get_by_label("Pièce d’identité vérifiée").check()
    volunteer.get_by_label("Enveloppe timbrée remise").check()
    volunteer.get_by_label("Premier bénévole").fill("Odette Pastourel")
    volunteer.get_by_label("Second bénévole").fill("Basile Lespinat")
    volunteer.get_by_label("Signé sur papier").check()
    volunteer.locator("#decision button").click()
    expect(volunteer.get_by_text("Dépôt enregistré").first).to_be_visible()


def sell_across_an_outage(page: Page, codes: list[str], server: LiveServer) -> int:
    """Two sales, the second while the server is stopped; returns the cents taken."""
    page.goto("/till")
    page.get_by_role("link", name="Ouvrir la caisse C1").click()
    page.get_by_label("Fonds de caisse compté").fill("100")
    page.get_by_role("button", name="Ouvrir et vendre").click()
    wait_ready(page)
    wait_offline_ready(page)
    sell(page, codes[0], codes[1])
    expect(status(page)).to_contain_text("Synchronisé")
    server.stop()
    sell(page, codes[2])
    expect(status(page)).to_contain_text("1 vente gardée", timeout=15_000)
    server.start()
    page.keyboard.press("F10")
    expect(status(page)).to_contain_text("Synchronisé", timeout=30_000)
    return sum(cents for *_, cents in ITEMS[:3])


def close_till(page: Page, sold_cents: int) -> None:
    """Count the drawer, exactly what the float and the sales make."""
    page.goto(page.url.rstrip("/") + "/closure")
    rest = 10_000 + sold_cents
    for value, label in (
        (5000, "50 €"),
        (1000, "10 €"),
        (200, "2 €"),
        (100, "1 €"),
        (50, "50 c"),
        (10, "10 c"),
    ):
        page.get_by_label(label, exact=True).fill(str(rest // value))
        rest %= value
    assert rest == 0
    page.get_by_label("Total des cartes").fill("0")
    page.get_by_label("Total des chèques").fill("0")
    page.get_by_role("button", name="Fermer la caisse").click()
    expect(page.get_by_text("est fermée")).to_be_visible(timeout=20_000)


def pay_and_download(treasurer: Page, edition: str, directory: Path) -> Path:
    """Compute and approve all, make the slips, pay the one who sold; returns the merged slips."""
    treasurer.goto(f"{edition}/treasury/payouts")
    treasurer.get_by_role("button", name="Tout calculer").click()
    treasurer.get_by_role("button", name="Tout approuver").click()
    treasurer.get_by_role("dialog").get_by_role("button", name="Tout approuver").click()
    treasurer.goto(f"{edition}/treasury/slips")
    treasurer.get_by_role("button", name="Faire tous les bordereaux").click()
    return download(treasurer, directory / "slips.pdf")


def plain(text: str) -> str:
    """Text with every kind of blank as one ordinary space."""
    return " ".join(text.split())
