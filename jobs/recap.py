"""The recap of a validated list: its PDF, and the e-mail that brings it."""

from flask import current_app

from app.core.dates import date_long, hours_between
from app.core.db import db
from app.core.errors import DomainError
from app.core.mail import queue_mail
from app.deposits.models import ItemList, ListState
from app.deposits.queries.lists import get_own_list, live_items, pickup_time
from app.deposits.wording import item_words, list_colour, list_name
from app.documents.list_recap import ListRecap, RecapItem, list_recap_pdf
from app.editions.models import LIST_KIND_LABELS, PickupTime, Slot
from app.operations.files import new_file
from app.operations.models import BackgroundJob
from jobs.queue import dispatch_mail
from jobs.runner import Progress


def send_list_recap(job: BackgroundJob, progress: Progress) -> str:
    """Make the PDF of the list named in the job and queue its mail; a repeated delivery sends it again."""
    found = db.session.get(ItemList, job.params["list_id"])
    if found is None:
        raise DomainError("Cette liste n’existe plus.")
    item_list = get_own_list(found.registration.user_id, found.edition_id, found.id)
    if item_list.state is not ListState.VALIDATED:
        return "La liste a été rouverte entre-temps : aucun récapitulatif n’est envoyé."
    pdf = list_recap_pdf(recap_of(item_list))
    job.file, path = new_file("recaps", ".pdf")
    path.write_bytes(pdf)
    job.file_name = f"recapitulatif-liste-{item_list.number or item_list.id}.pdf"
    user = item_list.registration.user
    queue_mail(
        "list_recap",
        user.email,
        f"{list_name(item_list)} : récapitulatif de vos articles",
        _body(item_list),
        attachment=job.file,
        attachment_name=job.file_name,
    )
    db.session.commit()
    progress(1, 1)
    dispatch_mail()
    return f"Récapitulatif envoyé à {user.full_name}."


def recap_of(item_list: ItemList) -> ListRecap:
    """What the recap of a validated list says."""
    registration, edition = item_list.registration, item_list.registration.edition
    book = edition.rulebook
    assert item_list.validated_at is not None
    pickup = pickup_time(edition.id, registration.list_kind)
    return ListRecap(
        edition_name=edition.name,
        place=edition.place,
        depositor_name=registration.user.full_name,
        list_number=item_list.number,
        colour_hex=list_colour(book, item_list)[0],
        kind=LIST_KIND_LABELS[registration.list_kind],
        items=tuple(
            RecapItem(
                line=item.line or item.position,
                category=words.category,
                title=words.title,
                details=words.details,
                price_cents=item.price_cents,
                donate=item.donate_if_unsold,
            )
            for item in live_items(item_list)
            for words in [item_words(book, item)]
        ),
        slot=_when(registration.slot),
        pick_up=_when(pickup),
        bring=book.bring_on_deposit,
        commission_bp=edition.commission_bp,
        validated_at=item_list.validated_at,
    )


def _when(slot: Slot | PickupTime | None) -> str:
    if slot is None:
        return "à préciser par l’équipe de la bourse"
    return f"{date_long(slot.starts_at)}, {hours_between(slot.starts_at, slot.ends_at)}"


def _body(item_list: ItemList) -> str:
    registration, edition = item_list.registration, item_list.registration.edition
    count = len(live_items(item_list))
    bring = "\n".join(f"- {each}" for each in edition.rulebook.bring_on_deposit)
    return (
        f"Bonjour {registration.user.first_name},\n\n"
        f"Votre liste est validée : {count} article{'s' if count > 1 else ''} pour la bourse "
        f"« {edition.name} ». Vous trouverez le récapitulatif en pièce jointe.\n\n"
        f"Dépôt : {_when(registration.slot)}\n\n"
        f"À apporter :\n{bring}\n\n"
        f"Vos ventes en direct : {current_app.config['PUBLIC_URL']}/portal\n\n"
        "À bientôt,\nl’équipe de la bourse\n"
    )
