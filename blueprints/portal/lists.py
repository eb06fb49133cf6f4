"""One list: its page, and putting back what was just deleted."""

from flask import request
from flask.typing import ResponseReturnValue

from app.core.db import db
from app.core.errors import DomainError
from app.deposits.services.items import restore_item
from blueprints.portal import bp
from blueprints.portal.workspace import done, list_url, load, show, take_deleted

LIST = "/editions/<int:edition_id>/lists/<int:list_id>"


@bp.get(LIST, endpoint="list")
def show_list(edition_id: int, list_id: int) -> ResponseReturnValue:
    item_list = load(edition_id, list_id)
    return show(item_list, saved=request.args.get("saved", type=int), added="added" in request.args)


@bp.post(f"{LIST}/restoration")
def list_restoration(edition_id: int, list_id: int) -> ResponseReturnValue:
    """Undo the last deletion."""
    item_list = load(edition_id, list_id, lock=True)
    kept = take_deleted(item_list)
    if kept is None:
        return done(item_list, list_url(item_list))
    try:
        item = restore_item(item_list, *kept)
    except DomainError as refusal:
        return show(item_list, refusal=refusal.message, status=422)
    db.session.commit()
    return done(item_list, list_url(item_list, saved=item.id), saved=item.id)
