"""The document of labels: a scope of lists in printing order, read a few dozen lists at a time."""

from collections.abc import Iterator
from itertools import groupby

from app.core.clock import utcnow
from app.core.db import db, in_transaction
from app.core.errors import DomainError
from app.deposits.models import Item, LabelStatus
from app.deposits.wording import item_words
from app.documents.archives import safe_filename
from app.documents.label_data import LabelCover, LabelDepositor, LabelItem, LabelList
from app.documents.label_sheet import draw_labels
from app.documents.wording import count_of
from app.editions.models import LIST_KIND_LABELS, Edition
from app.editions.queries import get_edition, get_slot
from app.editions.rulebook import Rulebook
from app.labels.queries import LabelListRow, LabelScope, items_of_lists, ready_lists
from app.labels.services import mark_generated
from app.labels.wording import colour_of
from app.operations.files import new_file
from app.operations.models import BackgroundJob
from jobs.runner import Progress

# Flat in memory, and the database is never held while one draws.
_CHUNK = 50


def generate_labels(job: BackgroundJob, progress: Progress) -> str:
    """Draw the labels of every list of the scope that can be printed, then mark those lists generated.

    Parameters of the job: those of `LabelScope`, all optional. Raises DomainError when no list is ready.
    """
    assert job.edition_id is not None
    edition, scope, read_at = get_edition(job.edition_id), scope_of(job), utcnow()
    rows = ready_lists(edition, scope)
    if not rows:
        raise DomainError("Aucune liste de ce choix n’est prête à imprimer : voyez les points à corriger.")
    cover = _cover(edition, scope, rows, job)
    db.session.commit()
    stored, path = new_file("labels", ".pdf")
    try:
        with path.open("wb") as out:
            draw_labels(
                cover,
                _depositors(edition.rulebook, rows),
                out,
                on_progress=lambda drawn: progress(drawn, cover.items),
                cut_marks=bool(job.params.get("cut_marks")),
            )
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    list_ids = [row.list_id for row in rows]

    def close() -> None:
        mark_generated(edition.id, list_ids, job.requested_by_id, read_at)
        done = db.session.get_one(BackgroundJob, job.id)
        done.result = {"list_ids": list_ids, "lists": cover.lists, "labels": cover.items}
        done.file, done.file_name = stored, f"{safe_filename(job.title)}.pdf"

    in_transaction(close)
    return (
        f"{count_of(cover.items, 'étiquette')} de {count_of(cover.depositors, 'déposant')}, "
        f"{count_of(cover.lists, 'liste')}."
    )


def scope_of(job: BackgroundJob) -> LabelScope:
    """Which lists the job was asked for."""
    status = job.params.get("status")
    return LabelScope(
        slot_id=job.params.get("slot_id"),
        status=LabelStatus(status) if status else None,
        unprinted=bool(job.params.get("unprinted")),
        list_ids=tuple(job.params.get("list_ids") or ()),
    )


def _cover(edition: Edition, scope: LabelScope, rows: list[LabelListRow], job: BackgroundJob) -> LabelCover:
    return LabelCover(
        edition_name=edition.name,
        scope=_scope_name(edition, scope),
        depositors=len({row.registration_id for row in rows}),
        lists=len(rows),
        items=sum(row.items for row in rows),
        generated_by=job.requested_by.full_name if job.requested_by else "",
        generated_at=utcnow(),
    )


def _scope_name(edition: Edition, scope: LabelScope) -> str:
    if scope.list_ids:
        return "Sélection de listes"
    return get_slot(edition.id, scope.slot_id).label if scope.slot_id else "Toute l’édition"


def _depositors(book: Rulebook, rows: list[LabelListRow]) -> Iterator[LabelDepositor]:
    """One depositor at a time, the items read by chunks of lists, each in a short transaction."""
    for _, group in groupby(_with_items(rows), key=lambda pair: pair[0].registration_id):
        lists = [(row, _label_list(book, row, items)) for row, items in group]
        first = lists[0][0]
        yield LabelDepositor(first.depositor, first.slot, tuple(one for _, one in lists))


def _with_items(rows: list[LabelListRow]) -> Iterator[tuple[LabelListRow, list[Item]]]:
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        items = items_of_lists([row.list_id for row in chunk])
        db.session.commit()
        for row in chunk:
            yield row, items[row.list_id]


def _label_list(book: Rulebook, row: LabelListRow, items: list[Item]) -> LabelList:
    assert row.number is not None
    return LabelList(
        number=row.number,
        colour_hex=colour_of(book, row.number)[0],
        title=LIST_KIND_LABELS[row.kind] + (f", n° {row.rank}" if row.rank > 1 else ""),
        items=tuple(
            label_item(book, row.number, item, max(each.line or 0 for each in items)) for item in items
        ),
    )


def label_item(book: Rulebook, number: int, item: Item, last_line: int) -> LabelItem:
    """An item as its label shows it. Its place is the line of its code: what a volunteer types at a till."""
    assert item.code is not None
    assert item.line is not None
    words = item_words(book, item)
    return LabelItem(
        code=item.code,
        list_number=number,
        position=item.line,
        count=last_line,
        price_cents=item.price_cents,
        title=words.label_title,
        category=words.category,
        size=item.size,
        brand=item.brand,
        colour=item.colour,
        donate=item.donate_if_unsold,
    )
