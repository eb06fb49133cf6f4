"""Taking in the copy of a till's journal that its page exported, when its device cannot send it any more."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import structlog
from cryptography.exceptions import InvalidTag
from sqlalchemy import func, select

from app.core import audit
from app.core.db import db
from app.core.errors import DomainError
from app.sales.models import JournalEntry, TillDevice, Verdict
from app.sales.services.devices import readmit, recognise
from app.sales.services.facts import DeviceKey
from app.sales.services.journal import ReceivedEntry, receive_entry

log = structlog.get_logger()
FORMAT = 1
MAX_BYTES = 20 * 1024 * 1024
MAX_ENTRIES = 20_000
_TEXTS = ("uuid", "hash", "payload", "mac", "key")


class UnreadableExport(DomainError):
    def __init__(self, reason: str) -> None:
        super().__init__(reason, "file")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How many entries of the file are new here, were here already, and could not be understood."""

    till_number: int
    new: int = 0
    known: int = 0
    unreadable: int = 0


def import_journal(content: bytes, by_id: int, server_key: str) -> ImportReport:
    """Receive each entry of an exported file as if its device sent it, and write it down in the audit log.

    Twice is as once. Commits each entry. Raises UnreadableExport when the file is not one of ours, or was
    changed since; nothing is received then.
    """
    data = _read(content)
    device = _signer(data, by_id, server_key)
    if device.training:
        raise UnreadableExport("Cette caisse sert à l’entraînement : il n’y a rien à reprendre.")
    entries = [(each["key"], ReceivedEntry(*(each[name] for name in _TEXTS[:4]))) for each in data["entries"]]
    here = _known(device.till_id)
    counts = {"new": 0, "known": 0, "unreadable": 0}
    devices: dict[str, DeviceKey | None] = {device.key_id: device}
    for key_id, entry in entries:
        if devices.get(key_id) is None:
            devices[key_id] = _own_device(key_id, entry, device.till_id, by_id, server_key)
    for key_id, entry in entries:
        counts[_take(devices[key_id], entry, here)] += 1
    _note_arrival(each for each in devices.values() if each)
    audit.record("till_journal.imported", f"till:{device.till_id}", actor_id=by_id, **counts)
    db.session.commit()
    log.info("sync.imported", till=device.till_number, **counts)
    return ImportReport(device.till_number, **counts)


def _read(content: bytes) -> dict[str, Any]:
    if len(content) > MAX_BYTES:
        raise UnreadableExport("Ce fichier est trop gros : 20 Mo au plus.")
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableExport("Ce fichier n’est pas un export de caisse, ou il a été abîmé.") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise UnreadableExport("Ce fichier n’est pas un export de caisse.")
    entries = data.get("entries")
    texts = (data.get("key"), data.get("mac"))
    if not isinstance(entries, list) or not all(isinstance(text, str) for text in texts):
        raise UnreadableExport("Ce fichier n’est pas un export de caisse.")
    if len(entries) > MAX_ENTRIES or not all(_is_entry(each) for each in entries):
        raise UnreadableExport("Ce fichier n’est pas un export de caisse.")
    return data


def _is_entry(entry: object) -> bool:
    return isinstance(entry, dict) and all(isinstance(entry.get(name), str) for name in _TEXTS)


def _signer(data: dict[str, Any], by_id: int, server_key: str) -> DeviceKey:
    """The device that signed the whole file; one that a restore forgot is registered again."""
    if isinstance(data.get("till"), int):
        readmit(data["till"], data["key"], by_id, server_key)
    signed = {name: value for name, value in data.items() if name != "mac"}
    try:
        text = json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        device = recognise(data["key"], text, data["mac"], server_key)
    except (InvalidTag, UnicodeEncodeError):
        device = None
    if device is None or device.till_id != data.get("till"):
        raise UnreadableExport(
            "Ce fichier a été modifié depuis son export, ou vient d’une caisse que ce serveur ne connaît "
            "pas. "
            "Refaites l’export à la caisse, sans ouvrir le fichier."
        )
    return device


def _own_device(
    key_id: str, entry: ReceivedEntry, till_id: int, by_id: int, server_key: str
) -> DeviceKey | None:
    """An earlier key of the same till, proved by an entry it signed."""
    readmit(till_id, key_id, by_id, server_key)
    device = recognise(key_id, entry.payload.encode(), entry.mac, server_key)
    return device if device is not None and device.till_id == till_id else None


def _known(till_id: int) -> set[str]:
    """The hashes of what is here and understood: the rest is tried again."""
    understood = select(JournalEntry.payload_hash).where(
        JournalEntry.till_id == till_id, JournalEntry.verdict != Verdict.QUARANTINED
    )
    return set(db.session.scalars(understood))


def _take(device: DeviceKey | None, entry: ReceivedEntry, here: set[str]) -> str:
    if device is None:
        return "unreadable"
    if entry.hash in here:
        return "known"
    if receive_entry(device, entry).verdict is Verdict.QUARANTINED:
        return "unreadable"
    return "new"


def _note_arrival(devices: Iterable[DeviceKey]) -> None:
    """A device whose last number came in holds nothing any more that is not here."""
    for device in devices:
        row = db.session.get_one(TillDevice, device.device_id)
        latest = select(func.max(JournalEntry.seq)).where(JournalEntry.device_id == row.id)
        if (db.session.scalar(latest) or 0) >= row.last_seq:
            row.pending_count, row.oldest_pending_at = 0, None
