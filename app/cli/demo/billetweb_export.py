"""A made-up Billetweb export, with the 35 columns of a real one."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from openpyxl import Workbook

from app.cli.demo.people import Person

HEADER = (
    "Billet;Code barre;Événement;Date de création;Heure;Séance;Tarif;Prix;Option;Nom;Prénom;Email;Civilité;"
    "Date de naissance;Société;Commande;Date commande;Moyen de paiement;Nom acheteur;Prénom acheteur;"
    "Email acheteur;Frais;Réduction;Code promo;Payé;Valide;Scanné;Date du scan;Remboursé;Commentaire;"
    "Téléphone;Adresse;Code postal;Ville;Newsletter"
)
COLUMNS = HEADER.split(";")


@dataclass(frozen=True)
class Ticket:
    """One line of the export: who, for which slot and tariff (as the export names them)."""

    person: Person
    slot: str
    tariff: str
    paid: bool = True


def export_csv(tickets: Iterable[Ticket]) -> bytes:
    """UTF-8 with a byte order mark and semicolons, as Billetweb writes it."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(number, ticket) for number, ticket in enumerate(tickets))
    return text.getvalue().encode("utf-8-sig")


def export_xlsx(tickets: Iterable[Ticket]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Participants"
    sheet.append(COLUMNS)
    for number, ticket in enumerate(tickets):
        sheet.append(_cells(number, ticket))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _cells(number: int, ticket: Ticket) -> list[str]:
    person = ticket.person
    values = {
        "Billet": f"B{100_000 + number}",
        "Code barre": f"{770_000_000_000 + number * 7919}",
        "Événement": "Bourse",
        "Séance": ticket.slot,
        "Tarif": ticket.tariff,
        "Prix": "5.0",
        "Nom": person.last_name.upper(),
        "Prénom": person.first_name,
        "Email": person.email,
        "Commande": f"C{70_000 + number}",
        "Moyen de paiement": "Carte bancaire",
        "Payé": "Oui" if ticket.paid else "Non",
        "Valide": "Oui",
        "Scanné": "Non",
        "Remboursé": "Non",
        "Téléphone": person.phone.replace("+33", "0"),
        "Adresse": person.address,
        "Code postal": person.postcode,
        "Ville": person.city,
        "Newsletter": "Non",
    }
    return [values.get(column, "") for column in COLUMNS]
