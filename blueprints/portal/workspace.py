"""The page of one list: gauges, items and form, the same for a whole page and for an HTMX answer."""

from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from flask import Response, g, session, url_for
from flask_login import current_user

from app.core.clock import utcnow
from app.core.money import format_euros
from app.deposits.item_rules import ItemFacts
from app.deposits.list_rules import list_usage
from app.deposits.models import Item, ItemList
from app.deposits.queries.lists import facts_of, get_own_list, known_brands, live_items, takeover_candidates
from app.deposits.services.lists import lock_own_list, read_only_reason
from app.deposits.wording import ItemWords, item_words, list_colour, list_name
from app.editions.rulebook import PriceHint, Rulebook
from app.web.htmx import is_htmx, render
from blueprints.portal.forms import ItemForm
from blueprints.portal.suggestions import COLOURS, SIZES


@dataclass(frozen=True, slots=True)
class Row:
    """One item of the page with its words; `first` and `last` within its category."""

    item: Item
    words: ItemWords
    first: bool
    last: bool


def load(edition_id: int, list_id: int, *, lock: bool = False) -> ItemList:
    """The list this request is about, locked when it is going to change; raises NotFound."""
    item_list = (lock_own_list if lock else get_own_list)(current_user.id, edition_id, list_id)
    g.edition = item_list.registration.edition
    return item_list


def book_of(item_list: ItemList) -> Rulebook:
    return item_list.registration.edition.rulebook


def list_url(item_list: ItemList, **values: Any) -> str:
    return url_for("portal.list", edition_id=item_list.edition_id, list_id=item_list.id, **values)


def item_url(endpoint: str, item: Item, **values: Any) -> str:
    """Address of a page or an act of one item."""
    return url_for(endpoint, edition_id=item.edition_id, list_id=item.list_id, item_id=item.id, **values)


def show(
    item_list: ItemList,
    *,
    view: str = "list",
    form: ItemForm | None = None,
    item: Item | None = None,
    status: int = 200,
    **context: Any,
) -> Response:
    """The page as it stands. `view` is what a phone shows: `list` or `form`; `item` the one being edited.

    More context: `saved` (id just saved), `refusal` (a sentence), `copied` (the form holds a fresh copy),
    `changed` (something was saved just now).
    """
    reason = read_only_reason(item_list)
    book = book_of(item_list)
    template = "portal/list_read_only.html" if reason else "portal/list.html"
    hex_, colour = list_colour(book, item_list)
    if form is None and not reason:
        form = ItemForm(book, item)
    return render(
        template,
        "workspace",
        status=status,
        view=view,
        form=form,
        editing=item,
        reason=reason,
        item_list=item_list,
        registration=item_list.registration,
        edition=item_list.registration.edition,
        book=book,
        name=list_name(item_list),
        colour_hex=hex_,
        colour_name=colour,
        sections=sections(book, live_items(item_list)),
        usage=list_usage(book, live_items(item_list)),
        saved_at=_saved_at(item_list, context.pop("changed", False)),
        undo=_undo(item_list),
        tabs=_tabs(item_list),
        brands=known_brands(current_user.id) if not reason else [],
        sizes=SIZES,
        colours=COLOURS,
        hint_text=hint_text,
        may_take_over=lambda: bool(takeover_candidates(current_user.id, item_list.registration.edition)),
        item_url=item_url,
        list_url=list_url,
        **context,
    )


def done(item_list: ItemList, url: str, **context: Any) -> Response:
    """After a change: the page anew for HTMX, with its address; a redirection for a plain browser."""
    if not is_htmx():
        return Response(status=303, headers={"Location": url})
    response = show(item_list, changed=True, **context)
    response.headers["HX-Push-Url"] = url
    return response


def sections(book: Rulebook, items: list[Item]) -> list[tuple[str, list[Row]]]:
    """Items grouped by category, in order: (label, rows)."""
    found = []
    for _, group in groupby(items, key=lambda item: item.category):
        members = list(group)
        rows = [
            Row(item, item_words(book, item), item is members[0], item is members[-1]) for item in members
        ]
        found.append((rows[0].words.category, rows))
    return found


def as_deleted(item: Item) -> dict[str, Any]:
    """What is kept of an item about to be deleted: in the person's own cookie, until their next change."""
    return {"list": item.list_id, "position": item.position, "facts": asdict(facts_of(item))}


def take_deleted(item_list: ItemList) -> tuple[ItemFacts, int] | None:
    """What was kept of this list's last deletion, once."""
    kept = session.pop("undo", None)
    if kept is None or kept["list"] != item_list.id:
        return None
    return ItemFacts(**kept["facts"]), kept["position"]


def hint_text(hint: PriceHint | None) -> str:
    """`Prix conseillé : 3 à 8 €`; empty without a hint."""
    if hint is None:
        return ""
    low, high = (format_euros(cents).replace(",00", "") for cents in (hint.low_cents, hint.high_cents))
    return f"Prix conseillé : {low.removesuffix('€').strip()} à {high}"


def _undo(item_list: ItemList) -> bool:
    kept = session.get("undo")
    return kept is not None and kept["list"] == item_list.id


def _saved_at(item_list: ItemList, changed: bool) -> datetime | None:
    if changed:
        return utcnow()
    return max((item.updated_at for item in item_list.items), default=None)


def _tabs(item_list: ItemList) -> list[dict[str, Any]]:
    lists = item_list.registration.lists
    if len(lists) < 2:
        return []
    return [
        {
            "label": list_name(each),
            "href": list_url(each),
            "current": each is item_list,
            "count": len(live_items(each)),
        }
        for each in lists
    ]
