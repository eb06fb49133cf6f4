"""Reads a CSV of people to invite: email, nom, prenom, type_liste, commentaire."""

from dataclasses import dataclass

from app.accounts.emails import normalise_email
from app.core.errors import DomainError
from app.deposits.billetweb import RowProblem, fold
from app.deposits.billetweb_csv import csv_rows
from app.deposits.billetweb_rows import clean_text
from app.editions.models import ListKind

MAX_BYTES = 1024 * 1024
MAX_ROWS = 500
COLUMNS = ("email", "nom", "prenom", "type_liste", "commentaire")
_KINDS = {
    "": ListKind.STANDARD,
    "standard": ListKind.STANDARD,
    "1000": ListKind.MEMBER,
    "adherent": ListKind.MEMBER,
    "2000": ListKind.FAMILY,
    "famille": ListKind.FAMILY,
}


@dataclass(frozen=True)
class InvitedRow:
    """One person to invite; `row` as the file counts."""

    row: int
    email: str
    last_name: str
    first_name: str
    kind: ListKind
    comment: str


@dataclass(frozen=True)
class InvitationFile:
    """The rows that can be invited and what is wrong with the others."""

    rows: tuple[InvitedRow, ...]
    problems: tuple[RowProblem, ...]


def read_invitations(content: bytes) -> InvitationFile:
    """Read an uploaded CSV of at most 1 MB and 500 people; pass at most MAX_BYTES + 1 of a longer one.

    Raises DomainError (field `file`) when it is too big, empty, not a text, or without its columns; reading
    stops at the row too many.
    """
    if len(content) > MAX_BYTES:
        raise DomainError("Ce fichier dépasse 1 Mo : il en faut un de 500 personnes au plus.", "file")
    columns: dict[str, int] | None = None
    people: list[InvitedRow] = []
    problems: list[RowProblem] = []
    seen: dict[str, int] = {}
    for number, cells in _rows(content):
        if not any(cell.strip() for cell in cells):
            continue
        if columns is None:
            columns = _columns(cells)
            continue
        if len(people) + len(problems) >= MAX_ROWS:
            raise DomainError(f"Ce fichier compte plus de {MAX_ROWS} personnes : séparez-le.", "file")
        try:
            person = _person(number, cells, columns)
        except DomainError as refusal:
            problems.append(RowProblem(number, refusal.field or "Ligne", refusal.message))
            continue
        if person.email in seen:
            problems.append(
                RowProblem(number, "email", f"Déjà invité à la ligne {seen[person.email]} du fichier.")
            )
            continue
        seen[person.email] = number
        people.append(person)
    if not people and not problems:
        raise DomainError("Ce fichier ne contient personne à inviter.", "file")
    return InvitationFile(tuple(people), tuple(problems))


def _rows(content: bytes) -> list[tuple[int, list[str]]]:
    """The first rows of the file, never more than can be invited."""
    found = []
    try:
        for number, cells in csv_rows(content):
            found.append((number, cells))
            if len(found) > 2 * MAX_ROWS:
                break
    except DomainError as refusal:
        raise DomainError(
            "Ce fichier n’est pas un CSV lisible : enregistrez-le en CSV (texte) depuis votre tableur.",
            "file",
        ) from refusal
    return found


def _columns(cells: list[str]) -> dict[str, int]:
    titles = [fold(cell[:100]) for cell in cells]
    found = {name: titles.index(fold(name)) for name in COLUMNS if fold(name) in titles}
    missing = [name for name in COLUMNS[:3] if name not in found]
    if missing:
        raise DomainError(
            f"Colonnes introuvables : {', '.join(missing)}. La première ligne doit donner les titres "
            f"{', '.join(COLUMNS)}.",
            "file",
        )
    return found


def _person(number: int, cells: list[str], columns: dict[str, int]) -> InvitedRow:
    def cell(name: str) -> str:
        at = columns.get(name)
        text = clean_text(cells[at]) if at is not None and at < len(cells) else ""
        if text.startswith("="):
            raise DomainError("La cellule contient une formule : remplacez-la par sa valeur.", name)
        return text

    try:
        email = normalise_email(cell("email")[:300])
    except DomainError as refusal:
        raise DomainError(refusal.message, "email") from refusal
    for name, longest in (("nom", 80), ("prenom", 80), ("commentaire", 300)):
        if len(cell(name)) > longest:
            raise DomainError(f"Texte trop long : {longest} caractères au plus.", name)
    if not cell("nom"):
        raise DomainError("« nom » est vide.", "nom")
    kind = _KINDS.get(fold(cell("type_liste")))
    if kind is None:
        raise DomainError("Écrivez standard, 1000 ou 2000.", "type_liste")
    return InvitedRow(number, email, cell("nom"), cell("prenom"), kind, cell("commentaire"))
