"""Labels made, printed, printed once more: who and when."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, update

from app.core.audit import record
from app.core.clock import utcnow
from app.core.db import rows_changed
from app.core.errors import DomainError
from app.deposits.models import Item, ItemList, LabelStatus, ListState


def mark_generated(edition_id: int, list_ids: Sequence[int], by_id: int | None, read_at: datetime) -> int:
    """These lists have a document of labels, from what was read at `read_at` (UTC); returns how many.

    A list reopened or validated again since is left as it is: its labels are not the ones just made.
    """
    now = utcnow()
    return _change(
        edition_id,
        list_ids,
        ItemList.validated_at <= read_at,
        label_status=LabelStatus.GENERATED,
        labels_generated_at=now,
        labels_generated_by_id=by_id,
        labels_printed_at=None,
        labels_printed_by_id=None,
    )


def mark_printed(edition_id: int, list_ids: Sequence[int], by_id: int) -> int:
    """The labels of these lists are on paper; returns how many lists changed.

    Only lists whose labels were generated. Raises DomainError when there is none among them.
    """
    changed = _change(
        edition_id,
        list_ids,
        ItemList.label_status == LabelStatus.GENERATED,
        label_status=LabelStatus.PRINTED,
        labels_printed_at=utcnow(),
        labels_printed_by_id=by_id,
    )
    if not changed:
        raise DomainError("Aucune de ces listes n’attend d’être imprimée : générez d’abord leurs étiquettes.")
    record("labels.printed", f"edition:{edition_id}", actor_id=by_id, lists=changed)
    return changed


def record_reprint(item: Item, by_id: int) -> None:
    """One label is printed once more, with the same code. Raises DomainError when it has none."""
    if item.code is None:
        raise DomainError("Cet article n’a pas encore de code : sa liste doit d’abord être validée.")
    record("label.reprinted", f"item:{item.id}", actor_id=by_id, code=item.code)


def _change(
    edition_id: int, list_ids: Sequence[int], condition: ColumnElement[bool], **values: object
) -> int:
    statement = (
        update(ItemList)
        .where(
            ItemList.edition_id == edition_id,
            ItemList.id.in_(list_ids),
            ItemList.state == ListState.VALIDATED,
            condition,
        )
        .values(**values)
    )
    return rows_changed(statement, edition_id=edition_id)
