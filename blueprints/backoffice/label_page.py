"""The labels page: lists filtered and counted, and what must be put right first, by depositor."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.search import fold_text
from app.deposits.models import LabelStatus
from app.editions.models import ListKind
from app.editions.rulebook import Rulebook
from app.labels.queries import LabelListRow
from app.labels.wording import colour_of

PER_PAGE = 100
TO_FIX = "to_fix"
STATUS_LABELS = {
    LabelStatus.NOT_GENERATED: ("À générer", "neutral", "circle-dashed"),
    LabelStatus.GENERATED: ("Générées", "info", "file-text"),
    LabelStatus.PRINTED: ("Imprimées", "success", "printer"),
}
STATUS_CHOICES = [
    ("", "Toutes"),
    *((status.value, words[0]) for status, words in STATUS_LABELS.items()),
    (TO_FIX, "À corriger"),
]


@dataclass(frozen=True)
class ShownList:
    """A line of the table; `status` is (words, tone, icon)."""

    row: LabelListRow
    name: str
    colour: tuple[str, str]
    status: tuple[str, str, str]


@dataclass(frozen=True)
class DepositorProblems:
    """Why the lists of one depositor cannot be printed: (list, sentences)."""

    registration_id: int
    name: str
    lists: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class LabelsPage:
    """Counts are of the whole slot or edition, `lists` of the page."""

    lists: tuple[ShownList, ...]
    found: int
    page: int
    pages: int
    ready: int
    to_generate: int
    generated: int
    printed: int
    # Of the lists not yet printed.
    labels: int
    problems: tuple[DepositorProblems, ...]

    @property
    def unprinted(self) -> int:
        return self.ready - self.printed


def show_labels(rows: list[LabelListRow], book: Rulebook, *, text: str, status: str, page: int) -> LabelsPage:
    ready = [row for row in rows if row.is_ready]
    words = fold_text(text).split()
    found = [row for row in rows if _has_status(row, status) and (not words or _says(row, words))]
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(max(page, 1), pages)
    return LabelsPage(
        lists=tuple(_show(book, row) for row in found[(page - 1) * PER_PAGE : page * PER_PAGE]),
        found=len(found),
        page=page,
        pages=pages,
        ready=len(ready),
        to_generate=_count(ready, LabelStatus.NOT_GENERATED),
        generated=_count(ready, LabelStatus.GENERATED),
        printed=_count(ready, LabelStatus.PRINTED),
        labels=sum(row.items for row in ready if row.status is not LabelStatus.PRINTED),
        problems=_problems(row for row in rows if not row.is_ready),
    )


def _count(rows: list[LabelListRow], status: LabelStatus) -> int:
    return sum(row.status is status for row in rows)


def _has_status(row: LabelListRow, status: str) -> bool:
    if status == TO_FIX:
        return not row.is_ready
    return not status or (row.is_ready and row.status == status)


def _says(row: LabelListRow, words: list[str]) -> bool:
    name = fold_text(f"{row.depositor} {row.number or ''}")
    return all(word in name for word in words)


def _show(book: Rulebook, row: LabelListRow) -> ShownList:
    words, tone, icon = STATUS_LABELS[row.status]
    if not row.is_ready:
        words, tone, icon = "À corriger", "warning", "triangle-alert"
    elif row.is_outdated:
        words, tone, icon = "À refaire", "warning", "refresh-cw"
    return ShownList(row, _name(row), colour_of(book, row.number), (words, tone, icon))


def _name(row: LabelListRow) -> str:
    number = str(row.number) if row.number is not None else "sans numéro"
    return number if row.kind is ListKind.STANDARD else f"{number} n° {row.rank}"


def _problems(rows: Iterable[LabelListRow]) -> tuple[DepositorProblems, ...]:
    by_person: dict[int, list[LabelListRow]] = {}
    for row in rows:
        by_person.setdefault(row.registration_id, []).append(row)
    return tuple(
        DepositorProblems(
            registration_id, lists[0].depositor, tuple((_name(row), row.problems) for row in lists)
        )
        for registration_id, lists in by_person.items()
    )
