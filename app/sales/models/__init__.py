"""Tills at work: devices, sessions, the journal they send, and the sales it holds.

A till writes a journal: gap-free numbered entries (sales and voids), signed by its device. The server keeps
every entry as received, gives each a verdict, and records what it means (Sale, SaleVoid). Nothing here is
ever deleted.
"""

from app.sales.models.journal import JournalEntry, Verdict
from app.sales.models.sales import (
    PAYMENT_LABELS,
    ConflictResolution,
    LineState,
    Payment,
    PaymentMethod,
    Sale,
    SaleLine,
    SaleOrigin,
    SaleVoid,
    SyncConflict,
)
from app.sales.models.tallies import SaleTally
from app.sales.models.tills import ServerEpoch, TillDevice, TillOrder, TillOrderKind, TillSession, TillShift

__all__ = [
    "PAYMENT_LABELS",
    "ConflictResolution",
    "JournalEntry",
    "LineState",
    "Payment",
    "PaymentMethod",
    "Sale",
    "SaleLine",
    "SaleOrigin",
    "SaleTally",
    "SaleVoid",
    "ServerEpoch",
    "SyncConflict",
    "TillDevice",
    "TillOrder",
    "TillOrderKind",
    "TillSession",
    "TillShift",
    "Verdict",
]
