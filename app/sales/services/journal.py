"""Receiving a till's journal: each entry stored once, whatever is wrong with it, all of it or nothing."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from app.core.clock import utcnow
from app.core.db import db, in_transaction, refuses_values
from app.core.errors import DomainError
from app.sales import keys
from app.sales.entries import InvalidEntry, SaleEntry, VoidEntry, read_entry
from app.sales.models import JournalEntry, TillSession, Verdict
from app.sales.rules import Flag
from app.sales.services.facts import DeviceKey, EditionFacts, edition_facts, lock_session
from app.sales.services.recording import UnknownSale, record_sales, record_void

log = structlog.get_logger()
RACES = 4
UNKNOWN_SALE = "unknown_sale"
# What can come of an entry that nobody foresaw. Of the database's own, only what refuses its values.
_UNFORESEEN = (SQLAlchemyError, DomainError, ValueError, ArithmeticError, LookupError)
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
    """Store each entry and say what it is; one that is wrong never stops the next. Commits.

    Sales of one session that come together are stored together: after an outage hundreds come a second. When
    one of them is known, or the database objects to one, each is stored alone.
    """
    verdicts: list[EntryVerdict] = []
    opened = [(received, _plain_sale(device, received)) for received in entries]
    for session_uuid, group in groupby(opened, lambda each: each[1] and each[1].session_uuid):
        together = list(group)
        sales = [(received, sale) for received, sale in together if sale]
        stored = _receive_together(device, sales) if session_uuid and len(sales) > 1 else None
        verdicts += stored or [receive_entry(device, received) for received, _ in together]
    log.info("sync.ok", till=device.till_number, entries=len(verdicts))
    return verdicts


def _plain_sale(device: DeviceKey, received: ReceivedEntry) -> SaleEntry | None:
    """The sale an entry tells; None when it is anything else, or something is wrong with its text."""
    try:
        entry = None if _forgery(device, received) else _read(device, received)
    except _UNFORESEEN:
        return None
    return entry if isinstance(entry, SaleEntry) else None


def _receive_together(
    device: DeviceKey, sales: Sequence[tuple[ReceivedEntry, SaleEntry]]
) -> list[EntryVerdict] | None:
    """Store sales of one session in one transaction, all or, when one is not new, none."""
    try:
        return in_transaction(lambda: _store_new(device, sales))
    except IntegrityError as error:
        log.info("sync.race", till=device.till_number, count=len(sales), error=str(error.orig))
        return None
    except _UNFORESEEN as error:
        if _passes(error):
            raise
        return None


def _store_new(
    device: DeviceKey, sales: Sequence[tuple[ReceivedEntry, SaleEntry]]
) -> list[EntryVerdict] | None:
    uuids = [received.uuid for received, _ in sales]
    known = select(JournalEntry.id).where(
        JournalEntry.till_id == device.till_id, JournalEntry.uuid.in_(uuids)
    )
    edition = edition_facts(device.edition_id)
    if edition.is_read_only or db.session.scalar(known.limit(1)) is not None:
        return None
    return _store(device, edition, sales)


def receive_entry(device: DeviceKey, received: ReceivedEntry) -> EntryVerdict:
    """Store one entry, once, and commit; the same entry again gets the stored verdict.

    One that cannot be stored for a reason nobody foresaw is quarantined, so that it holds nobody up; sent
    again once the reason is gone, it is stored. A fault that passes by itself is raised: the till sends it
    again.
    """
    for _ in range(RACES):
        try:
            return in_transaction(lambda: _receive(device, received))
        except IntegrityError as error:
            # The same entry, or the same item, at the same moment: look again at what won.
            log.info("sync.race", till=device.till_number, uuid=received.uuid, error=str(error.orig))
            reason: Exception = error
        except _UNFORESEEN as error:
            if _passes(error):
                raise
            reason = error
            break
    log.error("sync.not_stored", till=device.till_number, uuid=received.uuid, exc_info=reason)
    sentence = f"Le serveur n’a pas pu l’enregistrer ({type(reason).__name__})."
    return in_transaction(lambda: _quarantine(device, received, "not_stored", sentence))


def _passes(error: Exception) -> bool:
    return isinstance(error, SQLAlchemyError) and not refuses_values(error)


def _receive(device: DeviceKey, received: ReceivedEntry) -> EntryVerdict:
    forgery = _forgery(device, received)
    if forgery:
        return _quarantine(device, received, *forgery)
    known = _find(device.till_id, received.uuid)
    if known is not None:
        if known.payload_hash != received.hash:
            return _quarantine(device, received, "uuid_reused", "Une autre vente porte cet identifiant.", 409)
        if known.verdict is Verdict.QUARANTINED:
            _record_late(device, received, known)
        return _answer(received, known)
    try:
        entry = _read(device, received)
    except InvalidEntry as error:
        return _quarantine(device, received, "invalid", f"Contenu illisible ({error}).")
    edition = edition_facts(device.edition_id)
    if edition.is_read_only and not device.training:
        return _quarantine(device, received, "edition_closed", "L’édition est clôturée.")
    return _store(device, edition, [(received, entry)])[0]


def _record_late(device: DeviceKey, received: ReceivedEntry, row: JournalEntry) -> None:
    """A void that came before its sale and comes again: the sale may be here by now."""
    entry, edition = _read(device, received), edition_facts(device.edition_id)
    if edition.is_read_only:
        return
    session = lock_session(device.till_id, entry.session_uuid)
    row.verdict = Verdict.CONFIRMED
    [found] = _record(device, edition, session, [row], [entry])
    if row.verdict is not Verdict.QUARANTINED:
        before = [flag for flag in row.details["flags"] if flag["code"] != UNKNOWN_SALE]
        row.details = {**row.details, "flags": before + [asdict(flag) for flag in found]}
        _tell(device, row, entry, found)


def _forgery(device: DeviceKey, received: ReceivedEntry) -> tuple[str, str] | None:
    """Why its text is not what this till signed, as a code and a sentence; None when it is."""
    text = received.payload.encode()
    if hashlib.sha256(text).hexdigest() != received.hash:
        return "altered", "Le contenu n’a pas l’empreinte annoncée."
    if not keys.is_signed(device.secret, text, received.mac):
        return "bad_signature", "La signature n’est pas celle de cette caisse."
    return None


def _read(device: DeviceKey, received: ReceivedEntry) -> SaleEntry | VoidEntry:
    """What it tells. Raises InvalidEntry, also when it is told under another name or for another till."""
    entry = read_entry(received.payload)
    if entry.uuid != received.uuid:
        raise InvalidEntry("uuid")
    if entry.till_id != device.till_id:
        raise InvalidEntry("till")
    return entry


def _store(
    device: DeviceKey, edition: EditionFacts, entries: Sequence[tuple[ReceivedEntry, SaleEntry | VoidEntry]]
) -> list[EntryVerdict]:
    """Write new entries of one session down: sales, or one void."""
    # Locks in the order of everybody: edition, session, then (its row refers to it) device, then items.
    session = lock_session(device.till_id, entries[0][1].session_uuid)
    rows, flags = _insert(device, entries)
    if device.training:
        return [_answer(received, row) for (received, _), row in zip(entries, rows, strict=True)]
    told = [entry for _, entry in entries]
    found = _record(device, edition, session, rows, told)
    for row, entry, odd, more in zip(rows, told, flags, found, strict=True):
        if more:
            row.details = {**row.details, "flags": [asdict(flag) for flag in odd + more]}
        _tell(device, row, entry, odd + more)
    return [_answer(received, row) for (received, _), row in zip(entries, rows, strict=True)]


def _record(
    device: DeviceKey,
    edition: EditionFacts,
    session: TillSession | None,
    rows: Sequence[JournalEntry],
    entries: Sequence[SaleEntry | VoidEntry],
) -> list[list[Flag]]:
    """What they mean; what is odd about each."""
    sales = [(row, each) for row, each in zip(rows, entries, strict=True) if isinstance(each, SaleEntry)]
    if sales:
        return record_sales(sales, device.till_id, edition, session)
    [row], [entry] = rows, entries
    assert isinstance(entry, VoidEntry)
    try:
        return [record_void(row, entry, device, edition, session)]
    except UnknownSale:
        row.verdict = Verdict.QUARANTINED
        log.error("sync.quarantined", till=device.till_number, uuid=entry.uuid, code=UNKNOWN_SALE)
        return [[Flag(UNKNOWN_SALE, "Annulation d’une vente inconnue.")]]


def _find(till_id: int, entry_uuid: str) -> JournalEntry | None:
    return db.session.scalars(
        select(JournalEntry)
        .where(JournalEntry.till_id == till_id, JournalEntry.uuid == entry_uuid)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _insert(
    device: DeviceKey, entries: Sequence[tuple[ReceivedEntry, SaleEntry | VoidEntry]]
) -> tuple[list[JournalEntry], list[list[Flag]]]:
    """The rows of the journal, and what is odd about each before its content is looked at."""
    numbers = select(JournalEntry.seq).where(
        JournalEntry.till_id == device.till_id, JournalEntry.seq.in_([entry.seq for _, entry in entries])
    )
    taken = set(db.session.scalars(numbers))
    rows, flags = [], []
    for received, entry in entries:
        odd = []
        if entry.seq in taken:
            # Never for a device that kept its storage: money is kept all the same, and the alarm is loud.
            log.error("sync.seq_reused", till=device.till_number, uuid=received.uuid, seq=entry.seq)
            odd.append(Flag("seq_reused", "Le numéro de cette vente avait déjà servi sur cette caisse."))
        if device.revoked_at is not None:
            odd.append(Flag("revoked_device", "Envoyée par un appareil remplacé entre-temps."))
        row = _row(device, received, received.uuid, entry.kind, Verdict.CONFIRMED)
        row.seq = None if entry.seq in taken else entry.seq
        row.total_cents, row.details = entry.taken_cents, {"flags": [asdict(flag) for flag in odd]}
        taken.add(entry.seq)
        rows.append(row)
        flags.append(odd)
    db.session.add_all(rows)
    db.session.flush()
    return rows, flags


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
        log.error("sale.conflict", till=device.till_number, uuid=entry.uuid, **row.details)
