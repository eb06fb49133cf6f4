"""A till: opened by a volunteer, its journal signed and sent as the page does, closed with a count."""

import base64
import json
import re
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode

from app.cli.simulate.browser import Browser, Page, Unexpected
from app.cli.simulate.exchange import BATCH, EpochChanged, Exchange, LoginOver, Unreachable
from app.cli.simulate.journal import Journal, Money, Ticket
from app.cli.simulate.signing import authorization
from app.core.money import format_amount

DENOMINATIONS = (50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)


class Till:
    """`breakdowns`: answers 500 and above that the server gave, as text."""

    def __init__(self, browser: Browser, till_id: int, number: int) -> None:
        self.browser, self.till_id, self.number = browser, till_id, number
        self.journal = Journal(till_id, number)
        self.exchange = Exchange(self.journal, self._ask)
        self.float_cents = 0
        self.counted: dict[str, int] = {}
        self.breakdowns: list[str] = []
        self._address = f"/till/{till_id}"
        self._key_id, self._secret = "", b""

    @property
    def prices(self) -> dict[str, int]:
        """Cents by code of what this till believes to be on sale."""
        return {code: self.exchange.prices[code] for code in self.exchange.on_sale}

    def open(self, float_cents: int) -> None:
        """Count the float, open, register this browser, load the catalogue."""
        self.float_cents = float_cents
        form = self.browser.get(f"{self._address}/session").seen.form("/session")
        self.browser.submit(form, {"opening_float": "beaucoup"}, expect=422)
        self.browser.submit(form, {"opening_float": format_amount(float_cents)})
        state = self._of_person("GET", f"{self._address}/state")
        told = self._of_person("POST", f"{self._address}/device", {"key_id": None}, state["csrf"])
        self._key_id, self._secret = told["key_id"], base64.b64decode(told["secret"])
        self.journal.begin(state["session"]["uuid"], self._secret, told["last_seq"])
        self.exchange.load_catalogue()

    def restart(self) -> None:
        """The page is closed and opened again: the journal and the catalogue are still there, nothing else.

        Who is signed in vouches for this browser, as the page asks when it opens. Raises Unreachable when the
        server does not answer (the till sells all the same), LoginOver when nobody is signed in.
        """
        self.browser.close()
        state = self._of_person("GET", f"{self._address}/state")
        if state["session"] is None or state["session"]["uuid"] != self.journal.session:
            raise Unexpected(f"caisse C{self.number} : le serveur ne connaît plus sa session ({state})")
        self._of_person("POST", f"{self._address}/device/login", {"key_id": self._key_id}, state["csrf"])

    def sign_in_again(self, email: str, password: str) -> None:
        """In the window of the till's page, without leaving it."""
        token = self._of_person("GET", "/till/csrf")["csrf"]
        body = urlencode({"email": email, "password": password, "csrf_token": token}).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": token}
        self._read(self._send("POST", "/till/sign-in", body, kind))
        self.restart()

    def sell(self, codes: list[str], payments: list[Money], *, online: bool = True) -> Ticket:
        """Write a sale; it is sent by `send`."""
        lines = [(code, self.exchange.prices[code]) for code in codes]
        self.exchange.on_sale -= set(codes)
        return self.journal.sell(lines, payments, online=online)

    def cancel(self, ticket: Ticket, codes: list[str], method: str = "cash") -> None:
        """Void some items of one of this till's sales, within five minutes."""
        self.journal.cancel(ticket, codes, method)
        self.exchange.on_sale |= set(codes)

    def send(self) -> None:
        """Send what waits, oldest first, in batches."""
        self.exchange.turn()

    def send_again(self) -> None:
        """The replies were lost: the last batch once more, to the same verdicts."""
        before = dict(self.journal.verdicts)
        self.exchange.post(self.journal.entries[-BATCH:])
        if self.journal.verdicts != before:
            raise Unexpected(f"caisse C{self.number} : d’autres verdicts la seconde fois")

    def ping(self) -> dict[str, Any]:
        return self.exchange.ping()

    def close(self, drawer_gap_cents: int = 0) -> None:
        """Count the drawer, short or over by `drawer_gap_cents`, and close; a gap needs a reason."""
        taken = self.taken()
        self.counted = taken | {"cash": self.float_cents + taken["cash"] + drawer_gap_cents}
        typed = _in_pieces(self.counted["cash"])
        typed |= {method: format_amount(self.counted[method]) for method in ("card", "cheque")}
        self.ping()
        form = self.browser.get(f"{self._address}/closure").seen.form("/closure")
        if drawer_gap_cents:
            form = self.browser.submit(form, typed, expect=422).seen.form("/closure")
            typed["reason"] = "Erreur de rendu de monnaie"
        page = self.browser.submit(form, typed)
        if "fermée" not in page.complaints:
            raise Unexpected(f"caisse C{self.number} pas fermée : {page.complaints}")

    def close_is_refused(self) -> bool:
        """Whether the server refuses to close while this till still holds sales."""
        self.ping()
        form = self.browser.get(f"{self._address}/closure").seen.form("/closure")
        page = self.browser.submit(form, {"card": "0", "cheque": "0", "piece_100": "0"}, expect=422)
        return "envoyée" in page.complaints

    def taken(self) -> dict[str, int]:
        return self.journal.taken()

    def request(
        self,
        method: str,
        address: str,
        data: dict[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """A request signed with the till's key. Raises Unreachable."""
        body = b"" if data is None else json.dumps(data).encode()
        signed = authorization(self._key_id, self._secret, method, address, body)
        return self._send(method, address, body, {"Authorization": signed, **(headers or {})})

    def _ask(self, method: str, address: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._read(self.request(method, address, data))

    def _of_person(
        self, method: str, address: str, data: dict[str, Any] | None = None, csrf: str = ""
    ) -> dict[str, Any]:
        """A request of who is signed in, as the page makes it."""
        body = b"" if data is None else json.dumps(data).encode()
        return self._read(self._send(method, address, body, {"X-CSRFToken": csrf} if csrf else {}))

    def _send(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> Page:
        sent = {"Accept": "application/json", **headers}
        if body:
            sent.setdefault("Content-Type", "application/json")
        try:
            return self.browser.ask(method, address, body, sent)
        except (OSError, HTTPException) as error:
            raise Unreachable(f"caisse C{self.number} : {method} {address}, {error!r}") from error

    def _read(self, answer: Page) -> dict[str, Any]:
        """Our own words; anything else proves nothing, or must not happen."""
        said = f"caisse C{self.number} : {answer.address} répond {answer.status}, {answer.text[:300]}"
        if answer.status == 204:
            return {}
        if answer.status >= 500:
            self.breakdowns.append(said)
            raise Unreachable(said)
        try:
            found: dict[str, Any] = json.loads(answer.body)
        except ValueError as error:
            raise Unreachable(said) from error
        if answer.status == 200:
            return found
        if answer.status == 409 and found.get("error") == "epoch_changed":
            raise EpochChanged(said)
        if answer.status == 401 and found.get("error") != "unknown_till_key":
            raise LoginOver(said)
        raise Unexpected(said)


def _in_pieces(cents: int) -> dict[str, str]:
    """A sum as the fields of a count: how many of each note and coin."""
    typed = {}
    for value in DENOMINATIONS:
        pieces, cents = divmod(cents, value)
        typed[f"piece_{value}"] = str(pieces) if pieces else ""
    return typed


def free_till(browser: Browser) -> tuple[int, int]:
    """Id and number of a till of the sale that nobody has opened, from the page of the tills."""
    for address, text in browser.get("/till/").seen.links:
        found = re.search(r"/till/(\d+)/session$", address)
        number = re.search(r"caisse C(\d+)", text)
        if found and number:
            return int(found[1]), int(number[1])
    raise Unexpected("aucune caisse libre sur la page des caisses")
