"""The catalogue as tills receive it: compact columns, the whole or what changed.

`{epoch, edition, cursor, codes: [...], prices: [cents], states: "oos…", types: [index],
type_names: ["Pantalon fille", …], details: [...], sold: {index: [till number, unix seconds, seller]},
sellers: [...], aliases: {spare code: code}}`. States: `o` on sale, `s`
sold, `w` withdrawn, `n` not for sale any more. An index points into `codes`, a seller into `sellers` (null
when nobody knows). The whole adds `ranges: [[first, last, colour hex, colour name]]`, the colours of lists.
"""

from collections.abc import Collection
from typing import Any

from app.core.codes import make_code
from app.deposits.models import ItemState
from app.deposits.queries.catalogue import (
    CatalogueItem,
    catalogue_head,
    catalogue_items,
    changes_since,
)
from app.deposits.wording import item_name
from app.editions.models import Edition
from app.editions.queries import get_edition
from app.editions.rulebook import Rulebook
from app.labels.queries.spares import spare_aliases
from app.sales.queries import SoldAt, server_epoch, sold_where
from app.sales.services.facts import DeviceKey

_STATES = {ItemState.ON_SALE: "o", ItemState.SOLD: "s", ItemState.WITHDRAWN: "w"}
# Of what is described above: a till that keeps another shape loads the whole again.
_SHAPE = 4
# Made-up items of a training till: a list number that no depositor has.
TRAINING_LIST = 9999
_TRAINING_GOODS = ("Pantalon", "Robe", "Puzzle", "Poussette", "Livre", "Manteau", "Peluche", "Bottes")


def catalogue_version(device: DeviceKey) -> str:
    """Names the state of the whole catalogue; equal versions mean equal catalogues."""
    head = catalogue_head(device.edition_id)
    return f"{_SHAPE}-{server_epoch()}-{device.edition_id}-{int(device.training)}-{head.last_id}-{head.count}"


def whole_catalogue(device: DeviceKey) -> dict[str, Any]:
    """Everything a till needs to sell without the server."""
    edition = get_edition(device.edition_id)
    if device.training:
        return _training_catalogue(edition)
    cursor = catalogue_head(edition.id).cursor
    columns = _columns(catalogue_items(edition.id), sold_where(edition.id), edition.rulebook)
    columns["aliases"] = spare_aliases(edition.id)
    head = {"epoch": server_epoch(), "edition": edition.number, "cursor": cursor}
    return {**head, "ranges": _ranges(edition), **columns}


def catalogue_delta(device: DeviceKey, cursor: int) -> dict[str, Any]:
    """What changed after `cursor`, or `{"reload": true}` when the whole is quicker."""
    if device.training:
        return {"epoch": server_epoch(), "cursor": cursor, **_columns([], {}, None)}
    delta = changes_since(device.edition_id, cursor)
    if delta.item_ids is None:
        return {"epoch": server_epoch(), "cursor": cursor, "reload": True}
    return {"epoch": server_epoch(), "cursor": delta.cursor, **_changed(device.edition_id, delta.item_ids)}


def _changed(edition_id: int, item_ids: Collection[int]) -> dict[str, Any]:
    if not item_ids:
        return _columns([], {}, None)
    items, sold = catalogue_items(edition_id, item_ids), sold_where(edition_id, item_ids)
    columns = _columns(items, sold, get_edition(edition_id).rulebook)
    # All those of these items: one that is not told any more names nothing.
    return {**columns, "aliases": spare_aliases(edition_id, item_ids)}


def _columns(
    items: list[CatalogueItem], sold: dict[int, SoldAt], rulebook: Rulebook | None
) -> dict[str, Any]:
    keys = sorted({(item.type, item.gender) for item in items})
    places = {key: place for place, key in enumerate(keys)}
    sellers = sorted({each.seller for each in sold.values() if each.seller})
    return {
        "codes": [item.code for item in items],
        "prices": [item.price_cents for item in items],
        "states": "".join(_STATES.get(item.state, "n") for item in items),
        "types": [places[item.type, item.gender] for item in items],
        "type_names": [item_name(rulebook, *key) for key in keys] if rulebook else [],
        "details": [_detail(item) for item in items],
        "sold": {
            str(index): _where(sold[item.id], sellers) for index, item in enumerate(items) if item.id in sold
        },
        "sellers": sellers,
        "aliases": {},
    }


def _where(sold: SoldAt, sellers: list[str]) -> list[int | None]:
    seller = sellers.index(sold.seller) if sold.seller else None
    return [sold.till_number, int(sold.sold_at.timestamp()), seller]


def _ranges(edition: Edition) -> list[list[int | str]]:
    return [[each.first, each.last, each.colour_hex, each.colour_name] for each in edition.rulebook.ranges]


def _detail(item: CatalogueItem) -> str:
    return " · ".join(part for part in (item.size, item.brand, item.colour, item.description) if part)


def _training_catalogue(edition: Edition) -> dict[str, Any]:
    lines = range(1, len(_TRAINING_GOODS) * 3 + 1)
    return {
        "epoch": server_epoch(),
        "edition": edition.number,
        "cursor": 0,
        "ranges": _ranges(edition),
        "codes": [make_code(edition.number, TRAINING_LIST, line) for line in lines],
        "prices": [line * 50 for line in lines],
        "states": "o" * len(lines),
        "types": [line % len(_TRAINING_GOODS) for line in lines],
        "type_names": list(_TRAINING_GOODS),
        "details": [f"article d’entraînement {line}" for line in lines],
        "sold": {},
        "sellers": [],
        "aliases": {},
    }
