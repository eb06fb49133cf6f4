"""Who owns each item, worked out again from all paid lines: the same for every order of arrival."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import func, or_, select

from app.core.clock import utcnow
from app.core.db import db
from app.deposits.models import Item, ItemState
from app.deposits.services import stock
from app.editions.models import Till
from app.sales.models import (
    ConflictResolution,
    JournalEntry,
    LineState,
    Sale,
    SaleLine,
    SyncConflict,
    Verdict,
)
from app.sales.rules import Claim, owner_of
from app.sales.services.tallies import keep_tallies


def settle_items(items: Sequence[Item], *sale_ids: int) -> None:
    """Give each of these locked items to the first of its paid, not voided lines; the others are conflicts.

    Call it after adding or voiding lines of `sale_ids`. It moves `active_item_id` (release, flush, claim),
    keeps SyncConflict, the verdicts and tallies of the sales concerned and the state of the items in step.
    """
    lines, claims = _load_claims([item.id for item in items])
    winners = {item.id: owner_of(claims[item.id]) for item in items}
    released = _release_losers(lines, winners)
    claimed = _claim_for_winners(lines, winners)
    _update_conflicts(items, claims, winners)
    changed = {*sale_ids, *(line.sale_id for line in released + claimed)}
    _refresh_verdicts(changed)
    _update_stock(items, winners, {line.item_id for line in claimed})
    keep_tallies(changed)


def _load_claims(item_ids: list[int]) -> tuple[dict[int, SaleLine], dict[int, list[Claim]]]:
    rows = db.session.execute(
        select(SaleLine, Sale.sold_at, Till.number, Sale.seq, Sale.uuid)
        .join(Sale, Sale.id == SaleLine.sale_id)
        .join(Till, Till.id == Sale.till_id)
        .where(SaleLine.item_id.in_(item_ids), SaleLine.state != LineState.VOID)
        .execution_options(populate_existing=True)
    )
    lines: dict[int, SaleLine] = {}
    claims: dict[int, list[Claim]] = defaultdict(list)
    for line, sold_at, till_number, seq, sale_uuid in rows:
        lines[line.id] = line
        assert line.item_id is not None
        claims[line.item_id].append(Claim(sold_at, till_number, seq, sale_uuid, line.id))
    return lines, claims


def _release_losers(lines: dict[int, SaleLine], winners: dict[int, Claim | None]) -> list[SaleLine]:
    released = [line for line in lines.values() if line.active_item_id and not _wins(line, winners)]
    for line in released:
        line.state, line.active_item_id = LineState.CONFLICT, None
    # The unique key allows one owner at a time: released first, claimed in a later statement.
    db.session.flush()
    return released


def _claim_for_winners(lines: dict[int, SaleLine], winners: dict[int, Claim | None]) -> list[SaleLine]:
    claiming = [line for line in lines.values() if not line.active_item_id and _wins(line, winners)]
    for line in claiming:
        line.state, line.active_item_id = LineState.ACTIVE, line.item_id
    db.session.flush()
    return claiming


def _wins(line: SaleLine, winners: dict[int, Claim | None]) -> bool:
    winner = winners[line.item_id] if line.item_id else None
    return winner is not None and winner.line_id == line.id


def _update_conflicts(
    items: Sequence[Item], claims: dict[int, list[Claim]], winners: dict[int, Claim | None]
) -> None:
    # By line too: one given to another item, and losing that as well, is the same trouble going on.
    losing = [claim.line_id for item in items for claim in claims[item.id] if claim != winners[item.id]]
    here = or_(SyncConflict.item_id.in_([item.id for item in items]), SyncConflict.loser_line_id.in_(losing))
    known = {
        conflict.loser_line_id: conflict for conflict in db.session.scalars(select(SyncConflict).where(here))
    }
    for item in items:
        winner = winners[item.id]
        for claim in claims[item.id]:
            if winner is None or claim.line_id == winner.line_id:
                continue
            conflict = known.pop(claim.line_id, None)
            if conflict is None:
                conflict = SyncConflict(edition_id=item.edition_id, loser_line_id=claim.line_id)
                db.session.add(conflict)
            conflict.item_id, conflict.winner_line_id = item.id, winner.line_id
            # Where nobody came back for the money, nobody did: the rest is to be looked at again.
            if conflict.resolution is not ConflictResolution.UNCLAIMED:
                conflict.resolved_at = conflict.resolved_by_id = conflict.resolution = conflict.note = None
    # What is left no longer loses: its line was voided, or the other sale was.
    for conflict in known.values():
        conflict.resolved_at = conflict.resolved_at or utcnow()
    db.session.flush()


def _refresh_verdicts(sale_ids: Iterable[int]) -> None:
    """A sale with a line in conflict says so in its stored verdict, with the codes; the others do not."""
    rows = db.session.execute(
        select(JournalEntry, func.coalesce(Item.code, SaleLine.code), SaleLine.state)
        .join(Sale, Sale.entry_id == JournalEntry.id)
        .join(SaleLine, SaleLine.sale_id == Sale.id)
        .outerjoin(Item, Item.id == SaleLine.item_id)
        .where(Sale.id.in_(sale_ids))
        .order_by(SaleLine.id)
    )
    losing: dict[JournalEntry, list[str]] = defaultdict(list)
    for entry, code, state in rows:
        losing[entry] += [code] if state is LineState.CONFLICT else []
    for entry, codes in losing.items():
        verdict = Verdict.CONFIRMED_CONFLICT if codes else Verdict.CONFIRMED
        if entry.verdict is not verdict or entry.details.get("conflicts", []) != codes:
            entry.verdict = verdict
            entry.details = {**entry.details, "conflicts": codes}
    db.session.flush()


def _update_stock(items: Sequence[Item], winners: dict[int, Claim | None], claimed: set[int | None]) -> None:
    sold = [item for item in items if winners[item.id] and item.state is not ItemState.SOLD]
    moved = [item for item in items if item.state is ItemState.SOLD and item.id in claimed]
    free = [item for item in items if not winners[item.id] and item.state is ItemState.SOLD]
    stock.mark_sold(sold)
    stock.return_to_sale(free)
    # Sold before, but now to somebody else: tills say where and when an item was sold.
    stock.announce_change(moved)
