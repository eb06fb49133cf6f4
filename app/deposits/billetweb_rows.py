"""One registration of a Billetweb export, cleaned, with what is wrong in it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from app.core.phones import read_phone

_LONGEST = {
    "Nom": 80,
    "Prénom": 80,
    "Email": 254,
    "Commande": 40,
    "Billet": 40,
    "Adresse": 200,
    "Code postal": 10,
    "Ville": 80,
    "Commentaire": 300,
    "Séance": 120,
    "Tarif": 120,
}
_TICKET_STATES = {"Payé", "Valide", "Remboursé"}
_QUOTED_TEXT = re.compile(r'="([^"]*)"')
_YES = {"oui", "yes", "vrai", "true", "1"}


@dataclass(frozen=True)
class RowProblem:
    """Something to correct: row number as in the file, column title, French sentence."""

    row: int
    column: str
    message: str


@dataclass(frozen=True)
class BilletwebRow:
    """A row as imported: e-mail in lower case, phone as E.164 (`+33612345678`) or empty, texts trimmed.

    `problems` are those of the row alone; slot and tariff are judged by `classify`.
    """

    number: int
    ticket: str
    order: str
    slot_label: str
    tariff_label: str
    last_name: str
    first_name: str
    email: str
    phone: str
    address: str
    postcode: str
    city: str
    comment: str
    is_paid: bool
    is_valid: bool
    is_refunded: bool
    problems: tuple[RowProblem, ...]

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def ignored_because(self) -> RowProblem | None:
        """Why the row does not count, or None: only paid, valid and not refunded tickets do."""
        if any(each.column in _TICKET_STATES for each in self.problems):
            return None
        if not self.is_paid:
            return RowProblem(self.number, "Payé", "Billet non payé.")
        if not self.is_valid:
            return RowProblem(self.number, "Valide", "Billet annulé (non valide).")
        return RowProblem(self.number, "Remboursé", "Billet remboursé.") if self.is_refunded else None


def normalise_row(number: int, raw: Mapping[str, str]) -> BilletwebRow:
    """Clean the cells of one row (column title → text; a missing column counts as empty)."""
    cells = {name: _without_quoting(clean_text(text)) for name, text in raw.items()}
    problems = [
        RowProblem(number, name, "La cellule contient une formule : remplacez-la par sa valeur.")
        for name, text in cells.items()
        if text.startswith("=")
    ]
    spoilt = {each.column for each in problems}

    def wrong(column: str, message: str) -> None:
        if column not in spoilt:
            problems.append(RowProblem(number, column, message))

    for name, longest in _LONGEST.items():
        if len(cells.get(name, "")) > longest:
            wrong(name, f"Texte trop long : {longest} caractères au plus.")
            cells[name] = cells[name][:longest]
    for name in ("Nom", "Prénom", "Email"):
        if not cells[name]:
            wrong(name, f"« {name} » est vide.")
    email, phone = cells["Email"].lower(), read_phone(cells.get("Téléphone", ""))
    if email and not _is_email(email):
        wrong("Email", f"« {email[:80]} » n’est pas une adresse e-mail complète.")
    if phone is None:
        wrong("Téléphone", f"« {cells['Téléphone'][:30]} » n’est pas un numéro de téléphone.")
    return BilletwebRow(
        number=number,
        ticket=cells.get("Billet", ""),
        order=cells.get("Commande", ""),
        slot_label=cells["Séance"],
        tariff_label=cells["Tarif"],
        last_name=cells["Nom"],
        first_name=cells["Prénom"],
        email=email,
        phone=phone or "",
        address=cells.get("Adresse", ""),
        postcode=_postcode(cells.get("Code postal", "")),
        city=cells.get("Ville", ""),
        comment=cells.get("Commentaire", ""),
        is_paid=cells["Payé"].lower() in _YES,
        is_valid=cells["Valide"].lower() in _YES,
        is_refunded=cells.get("Remboursé", "").lower() in _YES,
        problems=tuple(problems),
    )


def clean_text(text: str) -> str:
    """One line: composed accents, no-break spaces and line ends as spaces, invisible characters out."""
    composed = unicodedata.normalize("NFC", text[:10_000])
    if composed.isprintable():  # most cells: nothing in them is invisible
        return " ".join(composed.split())
    visible = (each for each in composed if each.isspace() or unicodedata.category(each)[0] != "C")
    return " ".join("".join(visible).split())


def _without_quoting(text: str) -> str:
    """`="0612"` is how some exports keep a spreadsheet from eating a zero: the text, not a formula."""
    quoted = _QUOTED_TEXT.fullmatch(text)
    return quoted[1].strip() if quoted else text


def _postcode(text: str) -> str:
    """A French postcode keeps its leading zero even when a spreadsheet made a number of it."""
    return text.zfill(5) if re.fullmatch(r"\d{4}", text) else text


def _is_email(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True
