"""What importing a Billetweb export would do, row by row."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from app.deposits.billetweb_columns import fold
from app.deposits.billetweb_rows import BilletwebRow, RowProblem

S = TypeVar("S")
K = TypeVar("K")


class Outcome(StrEnum):
    """The one class of a row."""

    NEW = "new"
    KNOWN = "known"
    DUPLICATE = "duplicate"
    ALREADY_REGISTERED = "already_registered"
    IGNORED = "ignored"
    ERROR = "error"


@dataclass(frozen=True)
class PreviewRow(Generic[S, K]):
    """A row, its class, the slot and kind it is mapped to, and why when it is not imported."""

    row: BilletwebRow
    outcome: Outcome
    slot: S | None = None
    kind: K | None = None
    problems: tuple[RowProblem, ...] = ()


@dataclass(frozen=True)
class Preview(Generic[S, K]):
    """All the rows in file order, plus the labels a manager still has to map."""

    rows: tuple[PreviewRow[S, K], ...]
    unknown_slots: tuple[str, ...]
    unmapped_tariffs: tuple[str, ...]

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many rows of each class, zeros included."""
        counted = Counter(each.outcome for each in self.rows)
        return {outcome: counted[outcome] for outcome in Outcome}

    @property
    def to_import(self) -> tuple[PreviewRow[S, K], ...]:
        """The rows an import registers: new people and known ones."""
        return self.of(Outcome.NEW, Outcome.KNOWN)

    def of(self, *outcomes: Outcome) -> tuple[PreviewRow[S, K], ...]:
        return tuple(each for each in self.rows if each.outcome in outcomes)


def classify(
    rows: Sequence[BilletwebRow],
    known_emails: Collection[str],
    registered_emails: Collection[str],
    slots: Mapping[str, S],
    tariffs: Mapping[str, K],
) -> Preview[S, K]:
    """Put each row in exactly one class, the first that fits: ignored, error, duplicate, already
    registered, known, new.

    `slots` and `tariffs` map labels, compared without accents, capitals, spaces or dashes, to whatever the
    caller calls a slot and a list kind. E-mails are in lower case.

    A depositor deposits once per edition and an e-mail is one account, so the first good row of an e-mail
    wins and the next ones are duplicates, also within one order or under another name: the message then
    names the row, since two people may have given one address by mistake.
    """
    known, registered = set(known_emails), set(registered_emails)
    folded_slots = {fold(label): slot for label, slot in slots.items()}
    folded_tariffs = {fold(label): kind for label, kind in tariffs.items()}
    first_of: dict[str, BilletwebRow] = {}
    found: list[PreviewRow[S, K]] = []
    for row in rows:
        slot, kind = folded_slots.get(fold(row.slot_label)), folded_tariffs.get(fold(row.tariff_label))
        ignored = row.ignored_because
        problems = (*row.problems, *_mapping_problems(row, slot is None, kind is None))
        if ignored:
            found.append(PreviewRow(row, Outcome.IGNORED, slot, kind, (ignored,)))
        elif problems:
            found.append(PreviewRow(row, Outcome.ERROR, slot, kind, problems))
        elif row.email in first_of:
            same = _duplicate_problem(row, first_of[row.email])
            found.append(PreviewRow(row, Outcome.DUPLICATE, slot, kind, (same,)))
        else:
            first_of[row.email] = row
            found.append(PreviewRow(row, _standing(row.email, known, registered), slot, kind))
    counted = [each.row for each in found if each.outcome is not Outcome.IGNORED]
    return Preview(
        tuple(found),
        _absent((row.slot_label for row in counted), folded_slots),
        _absent((row.tariff_label for row in counted), folded_tariffs),
    )


def _standing(email: str, known: set[str], registered: set[str]) -> Outcome:
    if email in registered:
        return Outcome.ALREADY_REGISTERED
    return Outcome.KNOWN if email in known else Outcome.NEW


def _mapping_problems(row: BilletwebRow, no_slot: bool, no_kind: bool) -> list[RowProblem]:
    spoilt = {each.column for each in row.problems}
    found = []
    if no_slot and "Séance" not in spoilt:
        sentence = (
            f"Aucun créneau ne se nomme « {row.slot_label[:80]} »." if row.slot_label else "Séance vide."
        )
        found.append(RowProblem(row.number, "Séance", sentence))
    if no_kind and "Tarif" not in spoilt:
        sentence = (
            f"Le tarif « {row.tariff_label[:80]} » n’a pas de type de liste : choisissez-le plus haut."
            if row.tariff_label
            else "Tarif vide."
        )
        found.append(RowProblem(row.number, "Tarif", sentence))
    return found


def _duplicate_problem(row: BilletwebRow, first: BilletwebRow) -> RowProblem:
    if fold(row.full_name) == fold(first.full_name):
        sentence = f"Déjà inscrit à la ligne {first.number} : cette ligne n’ajoute rien."
    else:
        sentence = (
            f"Même adresse e-mail que {first.full_name}, ligne {first.number}. Si ce sont deux personnes, "
            "donnez à chacune son adresse et importez de nouveau."
        )
    return RowProblem(row.number, "Email", sentence)


def _absent(labels: Iterable[str], known: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(label for label in labels if label and fold(label) not in known))
