"""Two volunteers at the deposit desk: find, strike, verify, record."""

import re
from random import Random

from app.cli.simulate.browser import Browser, Unexpected
from app.cli.simulate.cast import DeclaredItem, Depositor

REFUSED_SHARE = 0.04


class Desk:
    def __init__(self, browser: Browser, edition_id: int) -> None:
        self.browser = browser
        self._address = f"/editions/{edition_id}/deposit"

    def check_in(self, depositor: Depositor, random: Random) -> int:
        """Take a deposit; returns how many items were struck."""
        page = self.browser.get(f"{self._address}?q={depositor.person.email}")
        desk = page.seen.link(rf"{self._address}/\d+$")
        struck = [item for item in depositor.accepted if random.random() < REFUSED_SHARE]
        for item in struck:
            self._strike(desk, item)
        page = self.browser.get(desk)
        form = page.seen.form("/completion")
        verified: dict[str, str | bool] = {
            "identity_checked": True,
            "envelope_checked": True,
            "first_volunteer": "Odette Pastourel",
            "second_volunteer": "",
            "signed_on_paper": True,
        }
        # One volunteer is not enough.
        self.browser.submit(form, verified, expect=422)
        done = self.browser.submit(form, {**verified, "second_volunteer": "Bernard Sabatéry"})
        told = " ".join(done.seen.told.get("alert", []))
        kept = len(depositor.accepted)
        expected = f"{kept} en vente" + (f", {len(struck)} refusé" if struck else ".")
        if expected not in told:
            raise Unexpected(f"dépôt de {depositor.person.email} : attendu {kept} en vente ; lu : {told}")
        if not self.browser.get(f"{desk}/receipt.pdf").body.startswith(b"%PDF"):
            raise Unexpected(f"{desk}/receipt.pdf n’est pas un PDF")
        return len(struck)

    def _strike(self, desk: str, item: DeclaredItem) -> None:
        """Strike the item of this label: the one whose line the desk shows in its list."""
        page = self.browser.get(desk)
        item_id = _item_on_desk(page.text, item.label)
        form = page.seen.form(f"/items/{item_id}/refusal")
        reason = next(button for button in form.buttons if button.name == "reason")
        self.browser.submit(form, button=reason.text)
        item.accepted = False


def _item_on_desk(html: str, label: str) -> int:
    """The id of an item by list number and line, which are what the desk shows."""
    number, line = int(label[2:6]), int(label[6:])
    for section in re.split(r'<section class="card"', html)[1:]:
        named = re.search(r'aria-label="Liste (\d+)', section)
        if not named or int(named[1]) != number:
            continue
        lines = re.findall(r'id="item-(\d+)"[^>]*>\s*<span class="desk-item__line">(\d+)</span>', section)
        for item_id, shown in lines:
            if int(shown) == line:
                return int(item_id)
    raise Unexpected(f"l’article {line} de la liste {number} n’est pas au dépôt")
