"""A till: opened by a volunteer, its journal signed and sent as the page does, closed with a count."""

import base64
import hashlib
import hmac
import itertools
import json
import re
import uuid
from datetime import UTC, datetime
from typing import Any

from app.cli.simulate.browser import Browser, Unexpected
from app.cli.simulate.journal import Cancellation, Journal, Money, Ticket
from app.core.money import format_amount

BATCH = 20
# Beyond are training tills.
MAX_TILLS = 8
DENOMINATIONS = (50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)


class Till:
    """`prices`: cents by code of what was on sale when the catalogue was loaded."""

    def __init__(self, browser: Browser, till_id: int, number: int) -> None:
        self.browser, self.till_id, self.number = browser, till_id, number
        self.journal = Journal()
        self.prices: dict[str, int] = {}
        self.float_cents = 0
        self.counted: dict[str, int] = {}
        self.verdicts: dict[str, str] = {}
        self.edition_number = 0
        self._address = f"/till/{till_id}"
        self._session = self._key_id = ""
        self._secret = b""
        self._seq = itertools.count(1)

    def open(self, float_cents: int) -> None:
        """Count the float, open, register this browser, load the catalogue."""
        self.float_cents = float_cents
        form = self.browser.get(f"{self._address}/session").seen.form("/session")
        self.browser.submit(form, {"opening_float": "beaucoup"}, expect=422)
        self.browser.submit(form, {"opening_float": format_amount(float_cents)})
        state = json.loads(self.browser.get(f"{self._address}/state").body)
        self._session = state["session"]["uuid"]
        answer = self.browser.post_json(
            f"{self._address}/device", {"key_id": None}, {"X-CSRFToken": state["csrf"]}
        )
        if answer.status != 200:
            raise Unexpected(f"caisse C{self.number} : cet appareil est refusé ({answer.status})")
        told = json.loads(answer.body)
        self._key_id, self._secret = told["key_id"], base64.b64decode(told["secret"])
        self._seq = itertools.count(told["last_seq"] + 1)
        self.load_catalogue()

    def load_catalogue(self) -> None:
        """The whole catalogue, as when the selling page opens."""
        catalogue = self._signed("GET", "/sync/catalogue")
        self.edition_number = catalogue["edition"]
        columns = zip(catalogue["codes"], catalogue["prices"], catalogue["states"], strict=True)
        self.prices = {code: price for code, price, state in columns if state == "o"}

    def sell(self, codes: list[str], payments: list[Money], *, online: bool = True) -> Ticket:
        """Write a sale; it is sent by `send`."""
        ticket = Ticket(
            str(uuid.uuid4()),
            self.number,
            next(self._seq),
            datetime.now(UTC),
            tuple((code, self.prices[code]) for code in codes),
            tuple(payments),
        )
        self.journal.tickets.append(ticket)
        self._write(
            ticket.uuid,
            ticket.seq,
            ticket.at,
            kind="sale",
            online=online,
            total=sum(price for _, price in ticket.lines),
            lines=[{"code": code, "price": price} for code, price in ticket.lines],
            payments=[each.told() for each in payments],
        )
        return ticket

    def cancel(self, ticket: Ticket, codes: list[str]) -> None:
        """Void some items of one of this till's sales, within five minutes, against cash."""
        worth = sum(price for code, price in ticket.lines if code in codes)
        void = Cancellation(str(uuid.uuid4()), ticket.uuid, tuple(codes), Money("cash", worth))
        self.journal.cancellations.append(void)
        self._write(
            void.uuid,
            next(self._seq),
            datetime.now(UTC),
            kind="void",
            total=worth,
            sale=ticket.uuid,
            codes=codes,
            refunds=[void.refund.told()],
            reason="Changé d'avis",
        )

    def send(self) -> None:
        """Send what waits, oldest first, in batches; every verdict must echo its entry and confirm it."""
        while self.journal.waiting:
            batch = self.journal.waiting[:BATCH]
            self._post(batch)
            del self.journal.waiting[:BATCH]
            self.journal.sent += batch
        self.ping()

    def send_again(self) -> None:
        """The replies were lost: the last batch once more."""
        self._post(self.journal.sent[-BATCH:])

    def ping(self) -> dict[str, Any]:
        waiting = len(self.journal.waiting)
        state = {"t0": 0, "cursor": 0, "pending": waiting, "last_seq": self._last_seq, "version": "simulate"}
        return self._signed("POST", "/sync/ping", state)

    def close(self, drawer_gap_cents: int = 0) -> None:
        """Count the drawer, short or over by `drawer_gap_cents`, and close; a gap needs a reason."""
        taken = self.taken()
        self.counted = taken | {"cash": self.float_cents + taken["cash"] + drawer_gap_cents}
        typed = _in_pieces(self.counted["cash"])
        typed |= {method: format_amount(self.counted[method]) for method in ("card", "cheque")}
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
        page = self.browser.submit(form, {"card": "0", "cheque": "0"}, expect=422)
        return "envoyée" in page.complaints

    def taken(self) -> dict[str, int]:
        """Money in this till by method, given back deducted, in cents."""
        sums = {"cash": 0, "card": 0, "cheque": 0}
        for ticket in self.journal.tickets:
            for paid in ticket.payments:
                sums[paid.method] += paid.amount
        for void in self.journal.cancellations:
            sums[void.refund.method] -= void.refund.amount
        return sums

    @property
    def _last_seq(self) -> int:
        return len(self.journal.tickets) + len(self.journal.cancellations)

    def _write(self, entry_id: str, seq: int, at: datetime, **body: Any) -> None:
        entry = {
            "v": 1,
            "uuid": entry_id,
            "till": self.till_id,
            "seq": seq,
            "session": self._session,
            "at": at.isoformat(),
            "clock": {"wall": at.isoformat(), "offset_ms": 0, "error_ms": 5},
            **body,
        }
        payload = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        digest = hashlib.sha256(payload.encode()).hexdigest()
        signed = {"uuid": entry_id, "hash": digest, "payload": payload, "mac": self._mac(payload.encode())}
        self.journal.waiting.append(signed)

    def _post(self, batch: list[dict[str, str]]) -> None:
        verdicts = self._signed("POST", "/sync/journal", {"entries": batch})["verdicts"]
        for entry, verdict in zip(batch, verdicts, strict=True):
            known = self.verdicts.setdefault(entry["uuid"], verdict["verdict"])
            if (verdict["uuid"], verdict["hash"], verdict["verdict"]) != (
                entry["uuid"],
                entry["hash"],
                known,
            ):
                raise Unexpected(f"caisse C{self.number} : verdict {verdict} pour {entry['uuid']}")
            if verdict["verdict"] not in ("confirmed", "confirmed_conflict"):
                raise Unexpected(f"caisse C{self.number} : vente non confirmée, {verdict}")

    def _signed(self, method: str, address: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
        body = b"" if data is None else json.dumps(data).encode()
        message = f"{method}\n{address}\n{hashlib.sha256(body).hexdigest()}".encode()
        headers = {"Authorization": f"Till {self._key_id} {self._mac(message)}", "Accept": "application/json"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        answer = self.browser.ask(method, address, body, headers)
        if answer.status != 200:
            raise Unexpected(f"{method} {address} répond {answer.status} : {answer.text[:200]}")
        found: dict[str, Any] = json.loads(answer.body)
        return found

    def _mac(self, message: bytes) -> str:
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()


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
        number = re.search(r"caisse (\d+)", text)
        if found and number and int(number[1]) <= MAX_TILLS:
            return int(found[1]), int(number[1])
    raise Unexpected("aucune caisse libre sur la page des caisses")
