"""Checking a list, accepting the conditions, validating it; its recap."""

import re

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.core.db import db
from app.core.errors import DomainError, NotFound
from app.deposits.item_rules import Problem
from app.deposits.list_rules import list_usage
from app.deposits.models import Item, ItemList, ListState
from app.deposits.queries.lists import live_items
from app.deposits.services.lists import ListNotReady, problems_of, read_only_reason, validate_list
from app.deposits.wording import list_colour, list_name
from app.documents.list_recap import list_recap_pdf
from app.operations.services import request_job
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from blueprints.portal import bp
from blueprints.portal.forms import ValidationForm
from blueprints.portal.lists import LIST
from blueprints.portal.workspace import book_of, item_url, list_url, load, sections
from jobs.queue import dispatch
from jobs.recap import recap_of


@bp.get(f"{LIST}/validation")
def validation(edition_id: int, list_id: int) -> ResponseReturnValue:
    item_list = load(edition_id, list_id)
    if read_only_reason(item_list):
        return redirect(list_url(item_list))
    return _show(item_list, ValidationForm(formdata=None))


@bp.post(f"{LIST}/validation")
def validate(edition_id: int, list_id: int) -> ResponseReturnValue:
    item_list = load(edition_id, list_id, lock=True)
    form = ValidationForm()
    ticked = request.form.get("version", "") if form.validate() and form.terms.data else None
    try:
        validate_list(item_list, ticked)
    except DomainError as refusal:
        db.session.rollback()
        item_list = load(edition_id, list_id)  # as it was: some of it may have been changed already
        if not isinstance(refusal, ListNotReady):  # its problems are listed above the form
            refuse(form, refusal)
        return _show(item_list, form, status=422)
    job = request_job(
        "list_recap",
        f"Récapitulatif – {list_name(item_list)}",
        requested_by_id=item_list.registration.user_id,
        edition_id=item_list.edition_id,
        list_id=item_list.id,
    )
    db.session.commit()
    dispatch(job)
    flash(f"La {list_name(item_list).lower()} est validée. Le récapitulatif arrive par e-mail.", "success")
    return redirect_to(url_for("portal.edition", edition_id=item_list.edition_id))


@bp.get(f"{LIST}/recap.pdf")
def recap(edition_id: int, list_id: int) -> ResponseReturnValue:
    """The recap of a validated list, made on the spot."""
    item_list = load(edition_id, list_id)
    if item_list.state is not ListState.VALIDATED:
        raise NotFound("Le récapitulatif existe une fois la liste validée.")
    name = f"recapitulatif-liste-{item_list.number or item_list.id}.pdf"
    return Response(
        list_recap_pdf(recap_of(item_list)),
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _show(item_list: ItemList, form: ValidationForm, status: int = 200) -> Response:
    book, items = book_of(item_list), live_items(item_list)
    hex_, colour = list_colour(book, item_list)
    return render(
        "portal/validation.html",
        "validation",
        status=status,
        item_list=item_list,
        registration=item_list.registration,
        edition=item_list.registration.edition,
        book=book,
        form=form,
        name=list_name(item_list),
        colour_hex=hex_,
        colour_name=colour,
        usage=list_usage(book, items),
        sections=sections(book, items),
        terms=_sentences(book.terms.text),
        total_cents=sum(item.price_cents for item in items),
        problems=[(each.message, _place(each, items)) for each in problems_of(item_list)],
        list_url=list_url,
        item_url=item_url,
    )


def _sentences(text: str) -> list[str]:
    """The conditions one by one: a new one begins on a new line after a full stop."""
    return [" ".join(part.split()) for part in re.split(r"(?<=[.!?])\s*\n", text) if part.strip()]


def _place(problem: Problem, items: list[Item]) -> str | None:
    """Address of the item a problem is about; None when it is about the whole list."""
    parts = (problem.field or "").split(".")
    if len(parts) < 2 or parts[0] != "items":
        return None
    return item_url("portal.item", items[int(parts[1])])
