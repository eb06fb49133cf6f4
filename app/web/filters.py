"""What templates may call: French amounts and dates, fingerprinted assets, the menu."""

from functools import cache
from pathlib import Path

from flask import Flask, current_app, g, session
from flask_login import current_user
from jinja2 import FileSystemBytecodeCache

from app.core import counts, dates, money
from app.core.db import db
from app.core.phones import display_phone
from app.deposits.models import ItemState
from app.editions.models import Edition
from app.editions.queries import current_edition
from app.web.navigation import navigation
from app.web.static_files import fingerprint, static_content

LAST_SEEN = "edition"


_ITEM_TONES = {
    ItemState.ON_SALE: "info",
    ItemState.SOLD: "success",
    ItemState.REFUSED: "warning",
    ItemState.WITHDRAWN: "warning",
    ItemState.MISSING: "danger",
}


def init_filters(app: Flask) -> None:
    # Compiled once for all processes of this user, not again at each start.
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache()
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.add_template_filter(money.format_euros, "euros")
    app.add_template_filter(money.format_amount, "amount")
    app.add_template_filter(dates.date_long)
    app.add_template_filter(dates.date_short)
    app.add_template_filter(dates.time_short)
    app.add_template_global(dates.hours_between)
    app.add_template_filter(dates.datetime_long)
    app.add_template_filter(dates.datetime_short)
    app.add_template_filter(basis_points_as_percent, "percent")
    app.add_template_filter(signed_euros)
    app.add_template_filter(counts.grouped)
    app.add_template_filter(display_phone, "phone")
    app.add_template_filter(item_tone)
    app.add_template_global(asset_url)
    app.context_processor(_frame)


def basis_points_as_percent(basis_points: int) -> str:
    """`2000` → `20 %`."""
    whole, rest = divmod(basis_points, 100)
    decimals = f",{rest:02d}".rstrip("0") if rest else ""
    return f"{whole}{decimals}\u00a0%"


def signed_euros(cents: int) -> str:
    """A difference or a correction: `1560` → `+15,60 €`, never left to be read as an amount."""
    return f"{'+' if cents > 0 else ''}{money.format_euros(cents)}"


def item_tone(state: ItemState) -> str:
    """The colour of an item's state, the same for its depositor and for the team."""
    return _ITEM_TONES.get(state, "neutral")


def asset_url(path: str) -> str:
    """The address of a static file with its fingerprint, cacheable for a year."""
    return _asset_url(path) if current_app.debug else _remembered_asset_url(path)


def _asset_url(path: str) -> str:
    folder = current_app.static_folder
    assert folder is not None
    version = fingerprint(static_content(Path(folder) / path))
    return f"{current_app.static_url_path}/{path}?v={version}"


# A page holds some eighty of these addresses.
_remembered_asset_url = cache(_asset_url)


def edition_in_view() -> Edition | None:
    """The edition of this request: the one its address names (`g.edition`), else the last one looked at.

    Without the second, somebody who prepares spring while autumn is sold would leave a page of spring by
    "Travaux" and come back, by the same menu, to autumn. Who has looked at none sees the current one.
    """
    if "edition" not in g:
        seen = session.get(LAST_SEEN)
        g.edition = (db.session.get(Edition, seen) if seen else None) or current_edition()
    edition: Edition | None = g.edition
    return edition


def _frame() -> dict[str, object]:
    if not current_user.is_authenticated:
        return {"current_edition": None, "navigation": list}
    if (named := g.get("edition")) is not None and session.get(LAST_SEEN) != named.id:
        session[LAST_SEEN] = named.id
    return {"current_edition": edition_in_view(), "navigation": navigation}
