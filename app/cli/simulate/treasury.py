"""The treasurer: corrections, payouts computed and approved, slips, payments; what the screens say."""

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from itertools import cycle
from random import Random

from app.cli.simulate.browser import Browser, Unexpected
from app.cli.simulate.cast import Depositor
from app.core.money import format_amount

PAID_SHARE = 0.5
METHODS = ("cash", "cheque", "transfer")


@dataclass(frozen=True)
class Payment:
    """What was handed to a depositor, in cents."""

    method: str
    cents: int


class Treasury:
    def __init__(self, browser: Browser, edition_id: int) -> None:
        self.browser = browser
        self._address = f"/editions/{edition_id}/treasury"

    def correct(self, depositor: Depositor, cents: int) -> None:
        """Add a signed correction to a depositor's payout."""
        address = self._payout_of(depositor.person.email)
        form = self.browser.get(address).seen.form("/adjustments")
        fields = [each.name for each in form.fields]
        typed = {
            _named(fields, "direction"): "plus" if cents > 0 else "moins",
            _named(fields, "amount"): format_amount(abs(cents)),
            _named(fields, "reason"): "",
        }
        self.browser.submit(form, typed, expect=422)
        self.browser.submit(form, {**typed, _named(fields, "reason"): "Article abîmé en rayon"})
        depositor.adjustment_cents += cents

    def compute(self) -> None:
        page = self.browser.get(f"{self._address}/payouts")
        self.browser.submit(page.seen.form("/payouts/computation"))

    def make_slips(self) -> tuple[bytes, list[str]]:
        """All slips; the merged PDF and the names in the ZIP."""
        address = f"{self._address}/slips"
        self.browser.submit(self.browser.get(address).seen.form("/treasury/slips"), button="Faire tous")
        page = self.browser.wait_for(address, "/file")
        merged = self.browser.get(page.seen.link(r"/jobs/[^/]+/file$")).body
        archive = self.browser.get(page.seen.link(r"\.zip$")).body
        return merged, zipfile.ZipFile(io.BytesIO(archive)).namelist()

    def approve(self) -> None:
        page = self.browser.get(f"{self._address}/payouts")
        for form in page.seen.forms:
            if form.action.endswith("/approval") and any(
                "Tout approuver" in each.text for each in form.buttons
            ):
                self.browser.submit(form)
                return
        raise Unexpected("« Tout approuver » n’est pas offert")

    def pay_some(self, due: dict[str, int], random: Random) -> dict[str, Payment]:
        """Pay about half of those who are due something, in every way; e-mail → what was paid."""
        owed = [email for email, cents in due.items() if cents]
        chosen = random.sample(owed, max(min(len(owed), len(METHODS)), int(len(owed) * PAID_SHARE)))
        paid = {}
        first_cheque = random.randrange(10**6)
        for number, (email, method) in enumerate(zip(chosen, cycle(METHODS), strict=False), first_cheque):
            self._pay(email, method, f"{number:07d}")
            paid[email] = Payment(method, due[email])
        return paid

    def payouts(self) -> dict[str, dict[str, str]]:
        """The export of payouts: e-mail → column → text."""
        content = self.browser.get(f"{self._address}/payouts.csv").body.decode("utf-8-sig")
        return {row["E-mail"]: row for row in csv.DictReader(io.StringIO(content), delimiter=";")}

    def figures(self) -> dict[str, int]:
        """The figures of the treasury's page in cents, by their label; the first of each label."""
        found: dict[str, int] = {}
        for row in self.browser.get(self._address).seen.rows:
            if "Chiffre" in row and "Montant" in row:
                found.setdefault(row["Chiffre"], cents(row["Montant"]))
        return found

    def counts(self) -> list[tuple[str, str, int, int]]:
        """Till, payment method, expected and counted cents of each session on the treasury's page."""
        counts, till = [], ""
        for row in self.browser.get(self._address).seen.rows:
            if "Caisse" in row:
                till = row["Caisse"].split("·")[0].strip()
            elif "Moyen" in row:
                counts.append((till, row["Moyen"], cents(row["Attendu"]), cents(row["Compté"])))
        return counts

    def _pay(self, email: str, method: str, cheque_number: str) -> None:
        form = self.browser.get(self._payout_of(email)).seen.form("/payment")
        fields = [each.name for each in form.fields]
        typed = {_named(fields, "method"): method}
        if method == "cheque":
            self.browser.submit(form, typed, expect=422)
            typed[_named(fields, "cheque_number")] = cheque_number
        self.browser.submit(form, typed)

    def _payout_of(self, email: str) -> str:
        page = self.browser.get(f"{self._address}/payouts?q={email}")
        return page.seen.link(rf"{self._address}/payouts/\d+$")


def cents(text: str) -> int:
    """`-1 234,50 €`, with any blanks, signs and words around → -123450."""
    found = re.search(r"([-−]?)\s*(\d[\d\s]*),(\d\d)", text)
    if not found:
        raise Unexpected(f"« {text} » n’est pas un montant")
    whole = int(re.sub(r"\s", "", found[2])) * 100 + int(found[3])
    return -whole if found[1] else whole


def _named(fields: list[str], end: str) -> str:
    """The field of this name, whatever stands before it."""
    return next((name for name in fields if name.endswith(end)), end)
