"""Unsold items of the last edition, each taken over in one tap."""

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.db import db
from app.core.errors import DomainError, NotFound
from app.deposits.list_rules import list_usage
from app.deposits.models import ItemList
from app.deposits.queries.lists import live_items, takeover_candidates
from app.deposits.services.items import take_over
from app.deposits.services.lists import read_only_reason
from app.deposits.wording import item_words, list_name
from app.web.htmx import is_htmx, render
from blueprints.portal import bp
from blueprints.portal.lists import LIST
from blueprints.portal.workspace import book_of, load


@bp.get(f"{LIST}/takeover")
def takeover(edition_id: int, list_id: int) -> ResponseReturnValue:
    return _show(load(edition_id, list_id))


@bp.post(f"{LIST}/takeover/<int:item_id>")
def takeover_item(edition_id: int, list_id: int, item_id: int) -> ResponseReturnValue:
    item_list = load(edition_id, list_id, lock=True)
    candidates = takeover_candidates(current_user.id, item_list.registration.edition)
    former = next((item for item in candidates if item.id == item_id), None)
    if former is None:
        raise NotFound("Cet article n’est plus à reprendre.")
    try:
        take_over(item_list, former)
    except DomainError as refusal:
        return _show(item_list, refused=former.id, refusal=refusal.message, status=422)
    db.session.commit()
    if is_htmx():
        return _show(item_list, taken=item_words(book_of(item_list), former).title)
    return redirect(url_for("portal.takeover", edition_id=edition_id, list_id=list_id), code=303)


def _show(item_list: ItemList, status: int = 200, **context: object) -> ResponseReturnValue:
    g.edition = edition = item_list.registration.edition
    book = book_of(item_list)
    candidates = takeover_candidates(current_user.id, edition)
    return render(
        "portal/takeover.html",
        "candidates",
        status=status,
        item_list=item_list,
        edition=edition,
        name=list_name(item_list),
        reason=read_only_reason(item_list),
        usage=list_usage(book, live_items(item_list)),
        rows=[(item, item_words(book, item)) for item in candidates],
        **context,
    )
