"""A till for tests of the server: writes and signs a journal as the page does, and sends it."""

import itertools
import json
import uuid
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.cli.simulate.signing import authorization, sign_entry
from app.core.clock import utcnow
from app.core.db import db
from app.editions.models import Till
from app.sales import keys
from app.sales.models import TillDevice, TillSession
from app.sales.reconciliation_rules import summarise
from app.sales.services.devices import join_session, recognise
from app.sales.services.facts import DeviceKey
from app.sales.services.journal import ReceivedEntry
from app.sales.services.sessions import open_session
from tests.factories import UserFactory
from tests.support.databases import SECRET_KEY


class TestTill:
    """A till with its session open, on a registered device. Amounts in cents."""

    __test__ = False

    def __init__(self, till: Till, opening_float_cents: int = 5000) -> None:
        volunteer = UserFactory(role="volunteer")
        self.till_id = till.id
        self.session: TillSession = open_session(till, volunteer.id, opening_float_cents)
        joined = join_session(self.session, None, user_id=volunteer.id, login_id=None, server_key=SECRET_KEY)
        assert joined.secret
        self.key_id, self.secret = joined.key_id, joined.secret
        self._seq = itertools.count(joined.last_seq + 1)
        self.row.last_seen_at = utcnow()
        db.session.commit()

    @property
    def device(self) -> DeviceKey:
        device = recognise(self.key_id, b"", keys.mac_of(self.secret, b""), SECRET_KEY)
        assert device
        return device

    @property
    def row(self) -> TillDevice:
        return db.session.query(TillDevice).filter_by(key_id=self.key_id).one()

    def sale(
        self, *items: tuple[str, int], at: datetime | None = None, method: str = "cash", **changes: Any
    ) -> ReceivedEntry:
        """A signed sale of (code, price) pairs, paid exactly; `changes` replace fields of the entry."""
        total = sum(price for _, price in items)
        entry = {
            **self._common("sale", at, total),
            "online": True,
            "lines": [{"code": code, "price": price} for code, price in items],
            "payments": [{"method": method, "amount": total}],
        }
        return self.sign({**entry, **changes})

    def void(
        self, sale: ReceivedEntry, *codes: str, refund: int, at: datetime | None = None, **changes: Any
    ) -> ReceivedEntry:
        entry = {
            **self._common("void", at, refund),
            "sale": sale.uuid,
            "codes": list(codes),
            "refunds": [{"method": "cash", "amount": refund}],
            "reason": "",
        }
        return self.sign({**entry, **changes})

    def sign(self, entry: dict[str, Any]) -> ReceivedEntry:
        return ReceivedEntry(**sign_entry(self.secret, entry).told())

    def ping(self, client: FlaskClient, **facts: Any) -> Any:
        """What the server answers to a ping that says `facts` (nothing pending, all catalogue known)."""
        answer = self.request(client, "POST", "/sync/ping", {"t0": 1, "cursor": 0, **facts})
        return answer.get_json()

    def compare(self, client: FlaskClient, *entries: ReceivedEntry, ask_missing: bool = False) -> Any:
        """Compare a journal that holds these entries, all understood."""
        said = summarise([(entry.hash, json.loads(entry.payload)["total"]) for entry in entries], 0)
        body = {"count": said.count, "sum": said.sum_cents, "digest": said.digest, "quarantined": 0}
        if ask_missing:
            body["hashes"] = [entry.hash for entry in entries]
        return self.request(client, "POST", "/sync/reconciliation", body).get_json()

    def send(self, client: FlaskClient, *entries: ReceivedEntry) -> TestResponse:
        """Post a batch as the page does."""
        rows = [{"uuid": e.uuid, "hash": e.hash, "payload": e.payload, "mac": e.mac} for e in entries]
        return self.request(client, "POST", "/sync/journal", {"entries": rows})

    def request(
        self, client: FlaskClient, method: str, address: str, body: Any = None, **more: Any
    ) -> TestResponse:
        data = b"" if body is None else json.dumps(body).encode()
        signed = authorization(self.key_id, self.secret, method, address, data)
        headers = {"Authorization": signed, **more.pop("headers", {})}
        return client.open(
            address, method=method, data=data, headers=headers, content_type="application/json", **more
        )

    def _common(self, kind: str, at: datetime | None, total: int) -> dict[str, Any]:
        moment = (at or utcnow()).isoformat()
        return {
            "v": 1,
            "kind": kind,
            "uuid": str(uuid.uuid4()),
            "till": self.till_id,
            "seq": next(self._seq),
            "session": self.session.uuid,
            "at": moment,
            "clock": {"wall": moment, "offset_ms": 0, "error_ms": 5},
            "total": total,
        }
