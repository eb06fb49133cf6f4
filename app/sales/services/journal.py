"""Receiving a till's journal: each entry in a transaction of its own, stored whatever is wrong with it."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core.clock import utcnow
from app.core.db import db, in_transaction
from app.sales import keys
from app.sales.entries import InvalidEntry, SaleEntry, VoidEntry, read_entry
from app.sales.models import JournalEntry, Verdict
from app.sales.rules import Flag
from app.sales.services.facts import DeviceKey, edition_facts, lock_session
from app.sales.services.recording import UnknownSale, record_sale, record_void

log = structlog.get_logger()
RACES = 4
# Quarantined entries that may not take the uuid they claim are kept under one made from their content.
_QUARANTINE = uuid.UUID("6f2f1b4e-0d4a-4c53-9a53-6b5c0f4f3a11")


@dataclass(frozen=True, slots=True)
class ReceivedEntry:
    """An entry as it came: the signed text, its SHA-256 and HMAC (hexadecimal), the uuid it claims."""

    uuid: str
    hash: str
    payload: str
    mac: str


@dataclass(frozen=True, slots=True)
class EntryVerdict:
    """The answer to one entry: echoes its uuid and hash. `status` 409: this uuid is another entry's."""

    uuid: str
    hash: str
    verdict: Verdict
    details: dict[str, Any]
    status: int = 200


def receive_entries(device: DeviceKey, entries: Sequence[ReceivedEntry]) -> list[EntryVerdict]:
    """Store each entry and say what it is; one that is wrong never stops the next. Commits each."""
    return [receive_entry(device, entry) for entry in entries]


def receive_entry(device: DeviceKey, received: ReceivedEntry) -> EntryVerdict:
    """Store one entry, once, and commit; the same entry again gets the stored verdict."""
    for _ in range(RACES - 1):
        try:
            return in_transaction(lambda: _receive(device, received))
        except IntegrityError as error:
            # The same entry, or the same item, at the same moment: look again at what won.
            log.info("sync.race", till=device.till_number, uuid=received.uuid, error=str(error.orig))
    return in_transaction(lambda: _receive(device, received))


def _receive(device: DeviceKey, received: ReceivedEntry) -> EntryVerdict:
    text = received.payload.encode()
    if hashlib.sha256(text).hexdigest() != received.hash:
        return _quarantine(device, received, "altered", "Le contenu n'a pas l'empreinte annoncée.")
    if not keys.is_signed(device.secret, text, received.mac):
        return _quarantine(device, received, "bad_signature", "La signature n'est pas celle de cette caisse.")
    known = _find(device.till_id, received.uuid)
    if known is not None:
        if known.payload_hash == received.hash:
            return _answer(received, known)
        return _quarantine(device, received, "uuid_reused", "Une autre vente porte cet identifiant.", 409)
    try:
        entry = read_entry(received.payload)
        _check_envelope(device, received, entry)
    except InvalidEntry as error:
        return _quarantine(device, received, "invalid", f"Contenu illisible ({error}).")
    edition = edition_facts(device.edition_id)
    if edition.is_read_only and not device.training:
        return _quarantine(device, received, "edition_closed", "L'édition est clôturée.")
    # Locks in the order of everybody: edition, session, then (its row refers to it) device, then items.
    session = lock_session(device.till_id, entry.session_uuid)
    row, flags = _insert(device, received, entry)
    if device.training:
        return _answer(received, row)
    try:
        if isinstance(entry, SaleEntry):
            flags += record_sale(row, entry, device.till_id, edition, session)
        else:
            flags += record_void(row, entry, device, edition, session)
    except UnknownSale:
        row.verdict = Verdict.QUARANTINED
        flags.append(Flag("unknown_sale", "Annulation d'une vente inconnue."))
        log.error("sync.quarantined", till=device.till_number, uuid=received.uuid, code="unknown_sale")
    row.details = {**row.details, "flags": [asdict(flag) for flag in flags]}
    _tell(device, row, entry, flags)
    return _answer(received, row)


def _find(till_id: int, entry_uuid: str) -> JournalEntry | None:
    return db.session.scalars(
        select(JournalEntry)
        .where(JournalEntry.till_id == till_id, JournalEntry.uuid == entry_uuid)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _check_envelope(device: DeviceKey, received: ReceivedEntry, entry: SaleEntry | VoidEntry) -> None:
    if entry.uuid != received.uuid:
        raise InvalidEntry("uuid")
    if entry.till_id != device.till_id:
        raise InvalidEntry("till")


def _insert(
    device: DeviceKey, received: ReceivedEntry, entry: SaleEntry | VoidEntry
) -> tuple[JournalEntry, list[Flag]]:
    flags = []
    seq: int | None = entry.seq
    taken = select(JournalEntry.id).where(JournalEntry.till_id == device.till_id, JournalEntry.seq == seq)
    if db.session.scalar(taken) is not None:
        # Never for a device that kept its storage: money is kept all the same, and the alarm is loud.
        log.error("sync.seq_reused", till=device.till_number, uuid=received.uuid, seq=entry.seq)
        flags.append(Flag("seq_reused", "Le numéro de cette vente avait déjà servi sur cette caisse."))
        seq = None
    if device.revoked_at is not None:
        flags.append(Flag("revoked_device", "Envoyée par un appareil remplacé entre-temps."))
    row = _row(device, received, received.uuid, entry.kind, Verdict.CONFIRMED)
    row.seq, row.total_cents = seq, entry.taken_cents
    db.session.add(row)
    db.session.flush()
    return row, flags


def _quarantine(
    device: DeviceKey, received: ReceivedEntry, code: str, reason: str, status: int = 200
) -> EntryVerdict:
    """Keep it raw, under a name made from its content, so that it takes nobody's place and repeats itself."""
    name = str(
        uuid.uuid5(_QUARANTINE, "\n".join((received.uuid, received.hash, received.mac, received.payload)))
    )
    row = _find(device.till_id, name)
    if row is None:
        row = _row(device, received, name, "unread", Verdict.QUARANTINED)
        row.details = {"claimed_uuid": received.uuid, "flags": [{"code": code, "reason": reason}]}
        db.session.add(row)
        db.session.flush()
        log.error("sync.quarantined", till=device.till_number, uuid=received.uuid, code=code)
    return _answer(received, row, status)


def _row(device: DeviceKey, received: ReceivedEntry, name: str, kind: str, verdict: Verdict) -> JournalEntry:
    return JournalEntry(
        till_id=device.till_id,
        device_id=device.device_id,
        uuid=name,
        kind=kind,
        payload=received.payload,
        payload_hash=received.hash[:64],
        mac=received.mac[:64],
        received_at=utcnow(),
        verdict=verdict,
        details={},
    )


def _answer(received: ReceivedEntry, row: JournalEntry, status: int = 200) -> EntryVerdict:
    return EntryVerdict(received.uuid, received.hash, row.verdict, row.details, status)


def _tell(device: DeviceKey, row: JournalEntry, entry: SaleEntry | VoidEntry, flags: Sequence[Flag]) -> None:
    log.info(
        f"{entry.kind}.recorded",
        till=device.till_number,
        seq=entry.seq,
        uuid=entry.uuid,
        total_cents=entry.total_cents,
        verdict=row.verdict.value,
        flags=[flag.code for flag in flags],
    )
    if row.verdict is Verdict.CONFIRMED_CONFLICT:
        log.warning("sale.conflict", till=device.till_number, uuid=entry.uuid, **row.details)
