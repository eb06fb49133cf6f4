"""Importing a Billetweb export: remembering the upload and its mappings, then registering its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError

from app.core import audit
from app.core.db import db
from app.core.errors import DomainError
from app.deposits.billetweb import BilletwebRow, RowProblem
from app.deposits.models import BilletwebUpload, RegistrationSource
from app.deposits.queries.billetweb import ImportRow, last_upload
from app.deposits.registration_rules import check_accepting
from app.deposits.services.invitations import MakeLink, invite
from app.deposits.services.registrations import Desk, Person, Wish
from app.editions.models import Edition, ListKind
from app.editions.queries import list_slots


def remember_upload(edition: Edition, filename: str, stored: str, *, by_id: int | None) -> BilletwebUpload:
    """Note an export just stored. Its labels are understood as those of the last upload were.

    Raises DomainError when the edition takes no registrations.
    """
    check_accepting(edition.state)
    same_edition, any_edition = last_upload(edition.id), last_upload()
    upload = BilletwebUpload(
        edition_id=edition.id,
        filename=filename[-120:],
        stored=stored,
        slot_mapping=dict(same_edition.slot_mapping) if same_edition else {},
        tariff_mapping=dict(any_edition.tariff_mapping) if any_edition else {},
        uploaded_by_id=by_id,
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def lock_upload(upload: BilletwebUpload) -> None:
    """As it is now, and nobody else's until the transaction ends: of two clicks, the second waits."""
    db.session.refresh(upload, with_for_update=True)


def set_mappings(upload: BilletwebUpload, slots: Mapping[str, int], tariffs: Mapping[str, str]) -> None:
    """Say which slot and which list kind the labels of the file stand for.

    Raises DomainError for a slot or a kind that does not exist.
    """
    known = {slot.id for slot in list_slots(upload.edition_id)}
    if not set(slots.values()) <= known:
        raise DomainError("Un des créneaux choisis n’existe plus : choisissez-le de nouveau.")
    if not set(tariffs.values()) <= set(ListKind):
        raise DomainError("Choisissez un type de liste pour chaque tarif.")
    upload.slot_mapping = {**upload.slot_mapping, **slots}
    upload.tariff_mapping = {**upload.tariff_mapping, **tariffs}
    db.session.flush()


@dataclass
class ImportReport:
    """What an import did: people registered with a new account, with an account they had, and refusals."""

    created: int = 0
    known: int = 0
    problems: list[RowProblem] = field(default_factory=list)

    def add(self, other: "ImportReport") -> None:
        self.created += other.created
        self.known += other.known
        self.problems += other.problems


def import_rows(edition_id: int, rows: Sequence[ImportRow], make_link: MakeLink | None) -> ImportReport:
    """Register and invite the people of these rows (`Preview.to_import`), each row all or nothing.

    They are written together; should the database refuse one of them, all are written one by one, and the
    refused one is reported. `make_link` None registers without inviting. Raises DomainError when the edition
    takes no registrations.
    """
    emails = [each.row.email for each in rows]
    try:
        with db.session.begin_nested():
            return _import(Desk(edition_id, emails), rows, make_link, together=True)
    except IntegrityError:
        return _import(Desk(edition_id, emails), rows, make_link, together=False)


def _import(
    desk: Desk, rows: Sequence[ImportRow], make_link: MakeLink | None, *, together: bool
) -> ImportReport:
    register = desk.add if together else desk.register
    report = ImportReport()
    for each in rows:
        had_account = desk.knows(each.row.email)
        try:
            registration = register(_wish(each))
        except DomainError as refusal:
            column = {"slot": "Séance", "email": "Email"}.get(refusal.field or "", "Ligne")
            report.problems.append(RowProblem(each.row.number, column, refusal.message))
            continue
        report.known += had_account
        report.created += not had_account
        if make_link is not None:
            invite(registration, desk.edition, make_link)
    return report


def record_import(upload: BilletwebUpload, report: ImportReport, *, by_id: int | None) -> None:
    """Close an import: the file is not needed any more, the log keeps its figures."""
    upload.stored = None
    audit.record(
        "registrations.imported",
        f"edition:{upload.edition_id}",
        actor_id=by_id,
        created=report.created,
        known=report.known,
        refused=len(report.problems),
    )


def _wish(each: ImportRow) -> Wish:
    assert each.kind is not None
    return Wish(
        person=_person(each.row),
        kind=each.kind,
        slot=each.slot,
        source=RegistrationSource.BILLETWEB,
        order_reference=each.row.order,
        comment=each.row.comment,
    )


def _person(row: BilletwebRow) -> Person:
    return Person(
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        phone=row.phone,
        address=row.address,
        postcode=row.postcode,
        city=row.city,
    )
