"""The administrator and the manager at their desks: accounts, the edition, import, steps, labels."""

import re
import time
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from app.cli.demo.billetweb_export import Ticket, export_csv
from app.cli.demo.people import Person
from app.cli.simulate.browser import PAUSE_SECONDS, Browser, Page, Unexpected
from app.cli.simulate.cast import PASSWORD, Account

SATURDAY = 5


@dataclass(frozen=True)
class SlotSeen:
    """A deposit slot; `places` None without limit."""

    label: str
    places: int | None
    residents_only: bool
    members_only: bool


class Outbox:
    """The page of messages, where mail stays while no SMTP server is set."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def link_for(self, email: str, path: str) -> str:
        """The address, on this server, of the last link that begins with `path` in a message to somebody."""
        page = self._browser.get(f"/outbox?q={email}")
        for row_link, _ in page.seen.links:
            if not re.search(r"/outbox/\d+$", row_link):
                continue
            found = re.search(rf'href="[^"]*({re.escape(path)}[\w-]+)"', self._browser.get(row_link).text)
            if found:
                return found[1]
        raise Unexpected(
            f"aucun message à {email} ne porte un lien {path} (un serveur d’envoi est-il réglé ?)"
        )


class Administrator:
    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.outbox = Outbox(browser)

    def make_staff(self, person: Person, role: str) -> Account:
        """Create an account; the person opens the link of their message and chooses a password."""
        form = self.browser.get("/users/new").seen.form("/users/new")
        values = {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "role": role,
        }
        self.browser.submit(form, values)
        visitor = Browser(self.browser.base_url)
        page = visitor.get(self.outbox.link_for(person.email, "/reset-password/"))
        form = page.seen.form("/reset-password/*")
        # Refused first: the page must say why and keep its place.
        visitor.submit(form, {"password": "court", "again": "court"}, expect=422)
        visitor.submit(form, {"password": PASSWORD, "again": PASSWORD})
        return Account(person.email, PASSWORD)

    def create_edition(self, name: str, tills: int) -> tuple[int, int]:
        """An edition whose sale is far enough for people to declare; its id and its number."""
        page = self.browser.get("/editions/new")
        form = page.seen.form("/editions/new")
        self.browser.submit(form, {"name": "", "tills": str(tills)}, expect=422)
        values = {
            "name": name,
            "sale_day": _saturday_in_a_month().isoformat(),
            "tills": str(tills),
            "place": "Gymnase de la Ramée",
        }
        home = self.browser.submit(form, values)
        number = next(each.value for each in form.fields if each.name == "number")
        found = re.search(r"/editions/(\d+)$", urlsplit(home.address).path)
        if not found:
            raise Unexpected(f"la nouvelle édition mène à {home.address}")
        return int(found[1]), int(number)


class Manager:
    def __init__(self, browser: Browser, edition_id: int) -> None:
        self.browser = browser
        self._edition = f"/editions/{edition_id}"

    def step(self, label: str) -> None:
        """Take the next step of the edition, whose button says so."""
        page = self.browser.get(self._edition)
        for form in page.seen.forms:
            if any(label in button.text for button in form.buttons):
                self.browser.submit(form, button=label)
                return
        raise Unexpected(f"l’étape « {label} » n’est pas offerte. {page.complaints}")

    def is_blocked(self, label: str) -> bool:
        forms = self.browser.get(self._edition).seen.forms
        return not any(label in button.text for form in forms for button in form.buttons)

    def import_tickets(self, tickets: list[Ticket]) -> dict[str, int]:
        """Upload an export, look at the preview, confirm, follow the job; the figures of its report."""
        preview = self.preview(tickets)
        report = self.browser.submit(preview.seen.form("/import/*/start"))
        for _ in range(400):
            told = _stats(self.browser.get(report.address))
            if told:
                return told
            time.sleep(PAUSE_SECONDS)
        raise Unexpected(f"{report.address} : l’import ne finit pas. {report.complaints}")

    def preview_figures(self, tickets: list[Ticket]) -> dict[str, int]:
        """What importing an export would do: class of row → how many."""
        return _stats(self.preview(tickets))

    def preview(self, tickets: list[Ticket]) -> Page:
        """Send an export, after something that is none; the page that shows what it would do."""
        form = self.browser.get(f"{self._edition}/import").seen.form("/import")
        self.browser.submit(form, files={"file": ("notes.csv", b"%PDF-1.4 autre chose")}, expect=422)
        return self.browser.submit(form, files={"file": ("export.csv", export_csv(tickets))})

    def slots(self) -> list[SlotSeen]:
        """The deposit slots, as their page tells them."""
        rows = self.browser.get(f"{self._edition}/setup/slots").seen.rows
        return [_slot(row) for row in rows if "Créneau" in row]

    def make_labels(self) -> bytes:
        """Labels of the whole edition, and the lists marked as printed; the PDF."""
        address = f"{self._edition}/labels"
        form = self.browser.get(address).seen.form("/labels/batches")
        self.browser.submit(form, button="Générer")
        page = self.browser.wait_for(address, "/file")
        pdf = self.browser.get(page.seen.link(r"/jobs/[^/]+/file$"))
        self.browser.submit(page.seen.form("/labels/batches/*/printed"))
        return pdf.body


def _stats(page: Page) -> dict[str, int]:
    """The figures a page shows large: label → number."""
    told = (re.match(r"(\D+?) (\d+)", text) for text in page.seen.told.get("stat", []))
    return {each[1]: int(each[2]) for each in told if each}


def _slot(row: dict[str, str]) -> SlotSeen:
    places = re.search(r"sur (\d+)", row["Inscrits"])
    reserved = row["Réservé à"]
    return SlotSeen(
        row["Créneau"], int(places[1]) if places else None, "habitants" in reserved, "1000" in reserved
    )


def _saturday_in_a_month() -> date:
    soon = date.today() + timedelta(days=28)  # noqa: DTZ011 - a day of the calendar
    return soon + timedelta(days=(SATURDAY - soon.weekday()) % 7)
