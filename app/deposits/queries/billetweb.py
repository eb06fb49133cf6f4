"""What importing an uploaded export would do to an edition."""

from collections import Counter
from dataclasses import replace

from sqlalchemy import select

from app.accounts.models import User
from app.core.db import db
from app.core.errors import NotFound
from app.deposits.billetweb import BilletwebFile, Outcome, Preview, PreviewRow, RowProblem, classify
from app.deposits.models import BilletwebUpload, Registration
from app.deposits.queries.registrations import slot_counts
from app.deposits.registration_rules import slot_facts, slot_refusal
from app.editions.models import Edition, ListKind, Slot
from app.editions.queries import list_slots

ImportPreview = Preview[Slot, ListKind]
ImportRow = PreviewRow[Slot, ListKind]


def get_upload(edition_id: int, upload_id: int) -> BilletwebUpload:
    """An upload of this edition; raises NotFound."""
    upload = db.session.get(BilletwebUpload, upload_id)
    if upload is None or upload.edition_id != edition_id:
        raise NotFound("Ce fichier n’est plus là : envoyez-le de nouveau.")
    return upload


def last_upload(edition_id: int | None = None) -> BilletwebUpload | None:
    """The latest upload of an edition, or of all of them."""
    query = select(BilletwebUpload).order_by(BilletwebUpload.id.desc()).limit(1)
    if edition_id is not None:
        query = query.where(BilletwebUpload.edition_id == edition_id)
    return db.session.scalars(query).one_or_none()


def preview_import(edition: Edition, upload: BilletwebUpload, file: BilletwebFile) -> ImportPreview:
    """The class of every row, by the mappings of the upload and the places left now. Five queries."""
    emails = {row.email for row in file.rows if row.email}
    accounts = db.session.execute(
        select(User.id, User.email, User.active, User.postcode).where(User.email.in_(emails))
    ).all()
    here = select(Registration.user_id).where(Registration.edition_id == edition.id)
    registered_ids = set(db.session.scalars(here))
    slots = list_slots(edition.id)
    by_id = {slot.id: slot for slot in slots}
    mapped = {label: by_id[slot_id] for label, slot_id in upload.slot_mapping.items() if slot_id in by_id}
    book = edition.rulebook
    tariffs = {**book.tariff_kinds(), **upload.tariff_mapping}
    preview = classify(
        file.rows,
        {account.email for account in accounts},
        {account.email for account in accounts if account.id in registered_ids},
        {**{slot.label: slot for slot in slots}, **mapped},
        {label: ListKind(kind) for label, kind in tariffs.items() if kind in list(ListKind)},
    )
    disabled = {account.email for account in accounts if not account.active}
    postcodes = {account.email: account.postcode for account in accounts}
    return replace(
        preview,
        rows=_refuse_what_does_not_fit(
            preview.rows, Counter(slot_counts(edition.id)), book.residents_postcode, disabled, postcodes
        ),
    )


def _refuse_what_does_not_fit(
    rows: tuple[ImportRow, ...],
    taken: Counter[int],
    residents_postcode: str,
    disabled: set[str],
    postcodes: dict[str, str | None],
) -> tuple[ImportRow, ...]:
    """Full and reserved slots, disabled accounts: errors before the import rather than during it."""
    judged = []
    for each in rows:
        problem = None
        if each.outcome in (Outcome.NEW, Outcome.KNOWN) and each.slot is not None and each.kind is not None:
            row = each.row
            postcode = row.postcode or postcodes.get(row.email)
            refusal = slot_refusal(
                slot_facts(each.slot), each.kind, postcode, taken[each.slot.id], residents_postcode
            )
            if row.email in disabled:
                problem = RowProblem(row.number, "Email", "Le compte de cette personne est désactivé.")
            elif refusal:
                problem = RowProblem(row.number, "Séance", refusal)
            else:
                taken[each.slot.id] += 1
        judged.append(replace(each, outcome=Outcome.ERROR, problems=(problem,)) if problem else each)
    return tuple(judged)
