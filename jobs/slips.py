"""Payout slips: one PDF per depositor, all of them merged in one PDF and together in a ZIP."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from app.core.clock import utcnow
from app.core.db import db, in_transaction
from app.core.errors import DomainError
from app.deposits.models import ITEM_STATE_LABELS, ItemState
from app.documents.archives import merge_pdfs, safe_filename, write_zip
from app.documents.payout_slip import Slip, SlipItem, SlipLine, slip_pdf
from app.documents.wording import count_of
from app.editions.models import Edition
from app.editions.queries import get_edition
from app.operations.files import new_file, path_of
from app.operations.models import BackgroundJob
from app.payouts.models import PAYOUT_METHOD_LABELS
from app.payouts.queries import LedgerRow, SlipFacts, SlipItemFacts, ledger, slip_facts
from app.payouts.services import store_slip
from jobs.runner import Progress

# xhtml2pdf draws one document at a time in a process; a process takes a second to start, so that a few slips
# are drawn here.
PROCESSES = 2
WORTH_A_POOL = 12
# Slips read from the database at once, and how many one commit keeps: each commit waits for the disk.
BATCH, KEPT_TOGETHER = 50, 10

Drawn = Iterator[tuple[SlipFacts, bytes]]
Draw = Callable[[Callable[[Slip], bytes], list[Slip]], Iterable[bytes]]


def make_slips(job: BackgroundJob, progress: Progress) -> str:
    """Draw the slips of `registration_ids` (None: every computed payout of the edition), then gather them.

    Stale payouts get none: their figures are of the past. Leaves the merged PDF as the job's file and the
    ZIP in its result; raises DomainError when there is nothing to draw.
    """
    edition = get_edition(job.edition_id or 0)
    rows = [row for row in ledger(edition, job.params.get("registration_ids")) if row.stored]
    wanted = [row for row in rows if not row.is_stale]
    if not wanted:
        raise DomainError("Aucun reversement à jour : calculez-les d’abord.")
    progress(0, len(wanted))
    made: list[tuple[str, str]] = []
    with _drawing(len(wanted)) as draw:
        for drawn in _batches(edition, wanted, draw):
            while group := list(islice(drawn, KEPT_TOGETHER)):
                made += _keep(edition, group)
                progress(min(len(made), len(wanted) - 1), len(wanted))
    _gather(job, made)
    progress(len(wanted), len(wanted))
    left = len(rows) - len(made)
    message = f"{count_of(len(made), 'bordereau')}." if len(made) < 2 else f"{len(made)} bordereaux."
    return message if not left else f"{message} {left} à recalculer n’en ont pas."


def build_slip(edition_name: str, edition_number: int, commission_bp: int, facts: SlipFacts) -> Slip:
    """The slip of a computed payout, its amounts those that were computed."""
    row = facts.row
    assert row.stored
    amounts = row.stored.amounts
    fee_label = f"Frais de dépôt ({count_of(row.lists, 'liste')})"
    return Slip(
        reference=f"{edition_number:02d}-{row.payout_id:04d}",
        edition_name=edition_name,
        depositor_name=row.name,
        list_numbers=row.numbers,
        sold=tuple(_slip_item(item, "") for item in facts.sold),
        unsold=tuple(_slip_item(item, _what_became_of(item)) for item in facts.unsold),
        gross_cents=amounts.gross,
        commission_bp=commission_bp,
        commission_cents=amounts.commission,
        fees=(SlipLine(fee_label, amounts.fees),) if amounts.fees else (),
        adjustments=tuple(SlipLine(reason, cents) for reason, cents in facts.adjustments),
        net_cents=amounts.net,
        shortfall_cents=amounts.shortfall,
        payment=payment_text(row),
        generated_at=utcnow(),
    )


def payment_text(row: LedgerRow) -> str:
    """`Chèque n° 0012345`; empty while it is not paid."""
    if row.method is None:
        return ""
    number = f" n° {row.cheque_number}" if row.cheque_number else ""
    return f"{PAYOUT_METHOD_LABELS[row.method]}{number}"


def slip_name(row: LedgerRow) -> str:
    """`Bordereau 245 Rivière Camille.pdf`."""
    numbers = "-".join(str(number) for number in row.numbers)
    return safe_filename(f"Bordereau {numbers} {row.name}".replace("  ", " ")) + ".pdf"


def _what_became_of(item: SlipItemFacts) -> str:
    """Nothing of one that is only unsold: the title above says so."""
    return "" if item.state is ItemState.UNSOLD else ITEM_STATE_LABELS[item.state]


def _slip_item(item: SlipItemFacts, note: str) -> SlipItem:
    return SlipItem(item.number, item.title, item.price_cents, note)


@contextmanager
def _drawing(count: int) -> Iterator[Draw]:
    """How to draw this many slips: here, or in processes of their own."""
    if count < WORTH_A_POOL:
        yield map
        return
    with _processes(PROCESSES) as pool:
        yield pool.map


def _processes(count: int) -> ProcessPoolExecutor:
    """Spawned, not forked: a worker's memory, database and queue connections are not theirs to inherit."""
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"))


def _batches(edition: Edition, wanted: list[LedgerRow], draw: Draw) -> Iterator[Drawn]:
    """The slips batch by batch; the processes have the next one before the last is taken from them."""
    waiting: Drawn = iter(())
    for start in range(0, len(wanted), BATCH):
        ids = [row.registration_id for row in wanted[start : start + BATCH]]
        facts = [each for each in slip_facts(edition, ids) if each.agrees]
        # Drawing takes seconds: nothing is locked meanwhile, sales go on.
        db.session.commit()
        slips = [build_slip(edition.name, edition.number, edition.commission_bp, one) for one in facts]
        ahead = zip(facts, draw(slip_pdf, slips), strict=True)
        yield waiting
        waiting = ahead
    yield waiting


def _keep(edition: Edition, group: list[tuple[SlipFacts, bytes]]) -> list[tuple[str, str]]:
    """Store these slips in one commit and forget those they replace: (name for people, stored name).

    A slip whose payout was computed again meanwhile, or whose payment was undone, is dropped.
    """
    files: list[tuple[LedgerRow, str]] = []
    for facts, pdf in group:
        stored, path = new_file("slips", ".pdf")
        path.write_bytes(pdf)
        files.append((facts.row, stored))

    def store() -> list[bool]:
        return [_store(edition, row, stored) for row, stored in files]

    kept = []
    for (row, stored), is_kept in zip(files, in_transaction(store), strict=True):
        useless = row.slip_file if is_kept else stored
        if useless:
            path_of(useless).unlink(missing_ok=True)
        if is_kept:
            kept.append((slip_name(row), stored))
    return kept


def _store(edition: Edition, row: LedgerRow, stored: str) -> bool:
    assert row.payout_id
    assert row.computed_at
    return store_slip(edition.id, row.payout_id, row.computed_at, row.paid_at, stored)


def _gather(job: BackgroundJob, made: list[tuple[str, str]]) -> None:
    """Merge and zip; many are merged beside, where 500 slips take 100 MB that this process has not."""
    merged, merged_path = new_file("slips", ".pdf")
    zipped, zip_path = new_file("slips", ".zip")
    files = [(name, path_of(stored)) for name, stored in made]
    paths = [path for _, path in files]
    if len(made) < WORTH_A_POOL:
        merge_pdfs(paths, merged_path)
        _zip(files, zip_path)
    else:
        with _processes(1) as pool:
            merging = pool.submit(merge_pdfs, paths, merged_path)
            _zip(files, zip_path)
            merging.result()
    job.file, job.file_name = merged, "bordereaux.pdf"
    job.result = {"zip": zipped, "zip_name": "bordereaux.zip", "slips": len(made)}
    db.session.flush()


def _zip(files: list[tuple[str, Path]], path: Path) -> None:
    with path.open("wb") as out:
        write_zip(files, out)
