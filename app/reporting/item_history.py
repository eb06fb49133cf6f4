"""What happened to one item, from its declaration on: what one answers a depositor with (RUN-005)."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.accounts.models import User
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.money import format_euros
from app.deposits.models import Item, ItemState
from app.payouts.models import PAYOUT_METHOD_LABELS
from app.payouts.queries import payout_detail
from app.sales.models import ConflictResolution, LineState
from app.sales.queries.item_sales import ItemSale, sales_of_item

# Acts of the audit log about an item: words, tone, icon.
_ACTS = {
    "item.withdrawn": ("Retiré de la vente", "warning", "ban"),
    "item.put_back": ("Remis en vente", "info", "undo-2"),
    "item.sale_assigned": ("Reconnu dans une vente sans étiquette", "info", "search"),
    "item.sale_released": ("Vente sans étiquette détachée : ce n’était pas lui", "warning", "undo-2"),
    "spare_label.bound": ("Étiquette de réserve collée", "info", "tags"),
    "spare_label.released": ("Étiquette de réserve détachée", "warning", "undo-2"),
    "label.reprinted": ("Étiquette réimprimée", "neutral", "printer"),
}
_SETTLED = {
    ItemState.UNSOLD: "Invendu",
    ItemState.RETURNED: "Rendu au déposant",
    ItemState.DONATED: "Donné",
    ItemState.MISSING: "Introuvable à la restitution",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history (time UTC); `by` is the person or place."""

    at: datetime
    text: str
    tone: str
    icon: str
    by: str = ""


def item_history(item: Item, *, with_payout: bool) -> list[Event]:
    """Newest first; `with_payout` for readers of the treasury: what the depositor was paid for it."""
    events = [*_deposit(item), *_acts(item.id)]
    sales = sales_of_item(item.id)
    for sale in sales:
        events += _sale(sale)
    if with_payout and any(sale.state is LineState.ACTIVE for sale in sales):
        events += _payout(item)
    if item.state in _SETTLED:
        events.append(Event(item.state_changed_at, _SETTLED[item.state], "neutral", "package-open"))
    # What shares a moment was told in the order it happened.
    return sorted(events, key=lambda event: event.at)[::-1]


def _deposit(item: Item) -> list[Event]:
    item_list = item.item_list
    registration = item_list.registration
    seller = registration.user.full_name
    events = [Event(item.created_at, "Déclaré", "neutral", "pencil", seller)]
    if item_list.validated_at:
        events.append(Event(item_list.validated_at, "Liste validée", "info", "list-checks", seller))
    if item_list.labels_generated_at:
        events.append(Event(item_list.labels_generated_at, "Étiquette générée", "neutral", "tag"))
    if item_list.labels_printed_at:
        events.append(Event(item_list.labels_printed_at, "Étiquette imprimée", "neutral", "printer"))
    check_in = registration.check_in
    if item.state is ItemState.REFUSED:
        at = check_in.completed_at if check_in else item.state_changed_at
        by = _volunteers(check_in.first_volunteer, check_in.second_volunteer) if check_in else ""
        events.append(Event(at, f"Refusé au dépôt : {item.state_reason}", "danger", "package-x", by))
    elif check_in and item.position > 0 and item.code:
        by = _volunteers(check_in.first_volunteer, check_in.second_volunteer)
        events.append(Event(check_in.completed_at, "Accepté au dépôt", "success", "package-check", by))
    return events


def _volunteers(first: str, second: str) -> str:
    return f"{first} et {second}"


def _sale(sale: ItemSale) -> list[Event]:
    where = f"Caisse {sale.till}" + (f", {sale.volunteer}" if sale.volunteer else "")
    if sale.state is LineState.CONFLICT:
        left = sale.resolution is ConflictResolution.UNCLAIMED
        end = "le client n’est pas revenu" if left else "à rembourser"
        text = f"Vendu une seconde fois {format_euros(sale.price_cents)} : {end}"
        return [Event(sale.sold_at, text, "danger", "octagon-alert", where)]
    events = [Event(sale.sold_at, f"Vendu {format_euros(sale.price_cents)}", "success", "banknote", where)]
    if sale.voided_at:
        reason = f" : {sale.void_reason}" if sale.void_reason else ""
        events.append(
            Event(sale.voided_at, f"Vente annulée{reason}", "warning", "rotate-ccw", sale.voided_by or where)
        )
    return events


def _payout(item: Item) -> list[Event]:
    """How the depositor is paid for it, with the rest of what they sold."""
    registration = item.item_list.registration
    detail = payout_detail(registration.edition, registration.id)
    row, payout = detail.row, detail.payout
    if payout is None or row.stored is None:
        return []
    net = format_euros(row.stored.amounts.net)
    if row.is_stale:
        text = f"Reversement calculé : {net}. Les ventes ont changé depuis"
        events = [Event(payout.computed_at, text, "warning", "calculator")]
    else:
        text = f"Compté dans le reversement de {row.name} : {net} en tout"
        events = [Event(payout.computed_at, text, "info", "calculator")]
    if payout.paid_at and payout.method:
        number = f" n° {payout.cheque_number}" if payout.cheque_number else ""
        how = f"{PAYOUT_METHOD_LABELS[payout.method].lower()}{number}"
        paid = f"Reversement payé : {net}, {how}"
        events.append(Event(payout.paid_at, paid, "success", "hand-coins", detail.paid_by or ""))
    return events


def _acts(item_id: int) -> list[Event]:
    rows = db.session.execute(
        select(AuditEntry, User)
        .outerjoin(User, User.id == AuditEntry.actor_id)
        .where(AuditEntry.subject == f"item:{item_id}", AuditEntry.action.in_(_ACTS))
    )
    return [_act(entry, user) for entry, user in rows]


def _act(entry: AuditEntry, user: User | None) -> Event:
    words, tone, icon = _ACTS[entry.action]
    details: dict[str, Any] = json.loads(entry.details)
    reason = f" : {details['reason']}" if details.get("reason") else ""
    return Event(entry.at, words + reason, tone, icon, user.full_name if user else "")
