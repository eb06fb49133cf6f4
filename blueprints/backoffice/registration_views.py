"""Depositors of an edition: the list, and its export."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from app.core.counts import grouped
from app.deposits.queries.registration_export import EXPORT_HEADER, export_rows
from app.deposits.queries.registration_filter import STATE_FILTERS, Filter
from app.deposits.queries.registration_list import all_registrations, find_registrations
from app.deposits.queries.registrations import InvitationCounts, count_invitations
from app.editions.models import LIST_KIND_LABELS, ListKind
from app.editions.queries import list_slots
from app.web.downloads import send_table
from app.web.editions import edition_of_page
from app.web.htmx import render
from blueprints.backoffice import bp

EXPORT_WIDTHS = [20, 18, 34, 16, 12, 10, 24, 18, 10, 12, 12, 10]


def filter_of_address() -> Filter:
    args = request.args
    return Filter(
        q=args.get("q", "")[:100],
        state=args.get("state", ""),
        slot=args.get("slot", ""),
        kind=args.get("kind", ""),
        sort=args.get("sort", "name"),
    )


@bp.get("/editions/<int:edition_id>/registrations")
def registrations(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    wanted = filter_of_address()
    found = find_registrations(edition.id, wanted, request.args.get("page", 1, type=int))
    slots, invitations = list_slots(edition.id), count_invitations(edition.id)

    def address(**changes: object) -> str:
        return url_for("backoffice.registrations", edition_id=edition.id, **{**vars(wanted), **changes})

    return render(
        "backoffice/registrations.html",
        "results",
        edition=edition,
        found=found,
        wanted=wanted,
        any_filter=any((wanted.q, wanted.state, wanted.slot, wanted.kind)),
        state_choices=[("", "Tous"), *STATE_FILTERS.items()],
        slot_choices=[("", "Tous"), *((slot.id, slot.label) for slot in slots)],
        kind_choices=[("", "Toutes"), *((kind.value, LIST_KIND_LABELS[kind]) for kind in ListKind)],
        kind_labels=LIST_KIND_LABELS,
        colour_of=edition.rulebook.range_of,
        invitations=invitations,
        invitations_lead=_invitations_words(invitations),
        url_for_page=lambda page: address(page=page),
        url_for_sort=lambda sort: address(sort=sort),
    )


def _invitations_words(counts: InvitationCounts) -> str:
    """`3 invitations en attente, 1 acceptée.`: only what there is; nothing when nobody was invited."""
    words = (
        (counts.sent, "invitation en attente", "invitations en attente"),
        (counts.accepted, "invitation acceptée", "invitations acceptées"),
        (counts.expired, "invitation expirée", "invitations expirées"),
    )
    said = [f"{grouped(count)} {many if count > 1 else one}" for count, one, many in words if count]
    return f"{', '.join(said)}." if said else ""


@bp.get("/editions/<int:edition_id>/registrations.<any(csv, xlsx):extension>")
def registrations_export(edition_id: int, extension: str) -> ResponseReturnValue:
    """The list as filtered, all of it."""
    edition = edition_of_page(edition_id)
    rows = export_rows(all_registrations(edition.id, filter_of_address()))
    name = f"deposants-{edition.number:02d}"
    return send_table(extension, name, "Déposants", EXPORT_HEADER, rows, EXPORT_WIDTHS)
