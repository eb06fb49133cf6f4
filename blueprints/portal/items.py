"""The items of a list: added, changed, copied, moved, deleted, each saved at once."""

from typing import Any

from flask import request, session, url_for
from flask.typing import ResponseReturnValue

from app.core.db import db
from app.core.errors import DomainError
from app.deposits.editing_rules import ListReadOnly
from app.deposits.models import Item, ItemList
from app.deposits.services.items import (
    Direction,
    add_item,
    change_item,
    delete_item,
    duplicate_item,
    find_item,
    move_item,
)
from blueprints.portal import bp
from blueprints.portal.forms import ItemForm
from blueprints.portal.lists import LIST
from blueprints.portal.workspace import (
    as_deleted,
    book_of,
    done,
    item_url,
    list_url,
    load,
    show,
)

ITEM = f"{LIST}/items/<int:item_id>"


@bp.get(f"{LIST}/items/new")
def item_new(edition_id: int, list_id: int) -> ResponseReturnValue:
    item_list = load(edition_id, list_id)
    category, added = request.args.get("category", ""), "added" in request.args
    return show(item_list, view="form", category=category, added=added)


@bp.post(f"{LIST}/items")
def item_add(edition_id: int, list_id: int) -> ResponseReturnValue:
    item_list = load(edition_id, list_id, lock=True)
    form = ItemForm(book_of(item_list), typed=True)
    try:
        item = add_item(item_list, form.read()) if form.validate() else None
    except DomainError as refusal:
        return _refused(item_list, form, None, refusal)
    if item is None:
        return show(item_list, view="form", form=form, status=422)
    return _saved(item_list, item, added=True)


@bp.get(ITEM)
def item(edition_id: int, list_id: int, item_id: int) -> ResponseReturnValue:
    item_list = load(edition_id, list_id)
    return show(item_list, view="form", item=find_item(item_list, item_id), copied="copied" in request.args)


@bp.post(ITEM)
def item_change(edition_id: int, list_id: int, item_id: int) -> ResponseReturnValue:
    item_list = load(edition_id, list_id, lock=True)
    item = find_item(item_list, item_id)
    form = ItemForm(book_of(item_list), typed=True)
    try:
        if not form.validate():
            return show(item_list, view="form", form=form, item=item, status=422)
        change_item(item, form.read())
    except DomainError as refusal:
        return _refused(item_list, form, item, refusal)
    return _saved(item_list, item)


@bp.post(f"{ITEM}/copies")
def item_copy(edition_id: int, list_id: int, item_id: int) -> ResponseReturnValue:
    """A copy in one tap, opened to change what differs."""
    item_list = load(edition_id, list_id, lock=True)
    try:
        copy = duplicate_item(find_item(item_list, item_id))
    except DomainError as refusal:
        return show(item_list, refusal=refusal.message, status=422)
    _commit()
    return done(item_list, item_url("portal.item", copy, copied=1), view="form", item=copy, copied=True)


@bp.post(f"{ITEM}/position")
def item_move(edition_id: int, list_id: int, item_id: int) -> ResponseReturnValue:
    item_list = load(edition_id, list_id, lock=True)
    item = find_item(item_list, item_id)
    try:
        move_item(item, Direction(request.form.get("direction", "")))
    except ValueError:
        return show(item_list, refusal="Dites dans quel sens déplacer l’article.", status=422)
    except ListReadOnly as refusal:
        return show(item_list, refusal=refusal.message, status=422)
    _commit()
    return done(item_list, list_url(item_list, saved=item.id), saved=item.id, moved=True)


@bp.post(f"{ITEM}/deletion")
def item_deletion(edition_id: int, list_id: int, item_id: int) -> ResponseReturnValue:
    """Delete an item; the page offers to take it back."""
    item_list = load(edition_id, list_id, lock=True)
    item = find_item(item_list, item_id)
    kept = as_deleted(item)
    try:
        delete_item(item)
    except ListReadOnly as refusal:
        return show(item_list, refusal=refusal.message, status=422)
    _commit()
    session["undo"] = kept
    return done(item_list, list_url(item_list))


def _saved(item_list: ItemList, item: Item, *, added: bool = False) -> ResponseReturnValue:
    """Back to the list, or on with the next item of the same category."""
    _commit()
    known: dict[str, Any] = {"saved": item.id, "added": 1} if added else {"saved": item.id}
    if request.form.get("then") == "another":
        address: dict[str, Any] = {
            "edition_id": item_list.edition_id,
            "list_id": item_list.id,
            "category": item.category,
        }
        target = url_for("portal.item_new", **address, **known)
        return done(item_list, target, view="form", category=item.category, **known)
    return done(item_list, list_url(item_list, **known), **known)


def _commit() -> None:
    """Save; the offer to undo an older deletion ends with the next change."""
    session.pop("undo", None)
    db.session.commit()


def _refused(
    item_list: ItemList, form: ItemForm, item: Item | None, refusal: DomainError
) -> ResponseReturnValue:
    """The form again with every problem beside its field; a list that closed meanwhile shows why."""
    form.show(refusal)
    return show(item_list, view="form", form=form, item=item, refusal=refusal.message, status=422)
