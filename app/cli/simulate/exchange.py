"""What a till and the server tell each other, as `static/js/till/exchange.js` does."""

import hashlib
from collections.abc import Callable
from typing import Any

from app.cli.simulate.browser import Unexpected
from app.cli.simulate.journal import Journal
from app.cli.simulate.signing import Signed

# As many as the page sends at once (sw/outbox.js).
BATCH = 25
CONFIRMED = ("confirmed", "confirmed_conflict")


class Unreachable(Unexpected):
    """No answer in time, or none of ours: what was asked may have been done or not."""


class LoginOver(Unexpected):
    """Nobody is signed in on this till any more: its journal waits."""


class EpochChanged(Unexpected):
    """The server was restored from a backup: it wants to be told what it lost before anything else."""


# A signed request and the object it was answered with; raises one of the above, or Unexpected.
Ask = Callable[[str, str, dict[str, Any] | None], dict[str, Any]]


class Exchange:
    """Keeps what one visit of the till's page knows: `epoch` of the server, `prices` in cents by code, codes
    `on_sale`, and `cursor`, how far it heard the news."""

    def __init__(self, journal: Journal, ask: Ask) -> None:
        self.journal = journal
        self._ask = ask
        self.epoch: str | None = None
        self.prices: dict[str, int] = {}
        self.on_sale: set[str] = set()
        self.edition_number = 0
        self.cursor = 0
        self._catalogue_epoch: str | None = None

    def turn(self) -> dict[str, Any]:
        """Send what waits, then ping; returns the news."""
        self.flush()
        return self.ping()

    def flush(self) -> None:
        """Send what waits, oldest first; every verdict must echo its entry and confirm it."""
        try:
            self._flush()
        except EpochChanged:
            self._refill()

    def post(self, batch: list[Signed]) -> None:
        """Send these entries, known to the server or not."""
        said = {"entries": [entry.told() for entry in batch], "epoch": self.epoch}
        verdicts = self._ask("POST", "/sync/journal", said)["verdicts"]
        for entry, verdict in zip(batch, verdicts, strict=True):
            if (verdict["uuid"], verdict["hash"]) != (entry.uuid, entry.hash):
                raise Unexpected(f"{self._name} : verdict {verdict} pour {entry.uuid}")
            if verdict["verdict"] not in CONFIRMED:
                raise Unexpected(f"{self._name} : vente non confirmée, {verdict}, {entry.payload}")
        self.journal.confirm(batch, (verdict["verdict"] for verdict in verdicts))

    def ping(self) -> dict[str, Any]:
        journal = self.journal
        state = {
            "t0": 1,
            "cursor": self.cursor,
            "pending": len(journal.waiting),
            "last_seq": journal.last_seq,
            "version": "simulate",
        }
        news = self._ask("POST", "/sync/ping", state)
        if news["last_seq"] > journal.last_seq:
            raise Unexpected(f"{self._name} : le serveur connaît le n° {news['last_seq']}, jamais écrit ici")
        if self.epoch is not None and news["epoch"] != self.epoch:
            self._refill()
            self.compare()
        self.epoch = news["epoch"]
        if news["held"] != len(journal.verdicts):
            self.compare()
        self._follow(news["catalogue"], news["epoch"])
        return news

    def compare(self) -> bool:
        """Whether both journals are the same, once what the server lacks was sent again."""
        if self.journal.waiting:
            return False
        agrees, lacking = self._reconcile()
        if lacking:
            self.flush()
            agrees, _ = self._reconcile()
        return agrees

    def load_catalogue(self) -> None:
        """The whole of it, as when the selling page opens."""
        catalogue = self._ask("GET", "/sync/catalogue", None)
        self.prices, self.on_sale = {}, set()
        self.edition_number, self._catalogue_epoch = catalogue["edition"], catalogue["epoch"]
        self._show(catalogue)

    @property
    def _name(self) -> str:
        return f"caisse C{self.journal.number}"

    def _flush(self) -> None:
        while batch := self.journal.waiting[:BATCH]:
            self.post(batch)

    def _refill(self) -> None:
        """The server began another life: what it lacks goes first, in order, then what waited here."""
        self._reconcile()
        self._flush()

    def _reconcile(self) -> tuple[bool, int]:
        """Whether the server holds what it confirmed, and how many entries wait again because it does not."""
        summary = self._summary()
        answer = self._ask("POST", "/sync/reconciliation", summary)
        if not answer["agrees"]:
            every = [entry.hash for entry in self.journal.entries]
            answer = self._ask("POST", "/sync/reconciliation", {**summary, "hashes": every})
        self.epoch = answer["epoch"]
        return answer["agrees"], self.journal.send_again(set(answer["missing"]))

    def _summary(self) -> dict[str, Any]:
        here = [entry for entry in self.journal.entries if entry.uuid in self.journal.verdicts]
        digest = hashlib.sha256("\n".join(sorted(entry.hash for entry in here)).encode()).hexdigest()
        return {"count": len(here), "sum": self.journal.worth(here), "digest": digest, "quarantined": 0}

    def _follow(self, delta: dict[str, Any], epoch: str) -> None:
        if delta.get("reload") or epoch != self._catalogue_epoch:
            self.load_catalogue()
        else:
            self._show(delta)

    def _show(self, columns: dict[str, Any]) -> None:
        for code, price, state in zip(columns["codes"], columns["prices"], columns["states"], strict=True):
            self.prices[code] = price
            if state == "o":
                self.on_sale.add(code)
            else:
                self.on_sale.discard(code)
        self.cursor = columns["cursor"]
