"""A made-up edition larger than the nominal one, and people signed in."""

from flask import current_app
from flask.sessions import SecureCookieSessionInterface

from app.accounts.models import User
from app.accounts.sessions import open_session
from app.cli.demo import fill_bourse
from app.cli.demo.selling import SOLD_SHARE
from app.core.db import db
from app.editions.models import Edition
from app.editions.rulebook import Rulebook

# An association with more than 300 standard depositors adds ranges to its rulebook.
FURTHER_RANGES = (
    (700, "#8FD3C8", "Turquoise"),
    (800, "#F4B8C5", "Rose pâle"),
    (900, "#C9CFD6", "Gris perle"),
)
ITEMS_EACH = 20


def load_edition(items: int, sold_share: float = SOLD_SHARE) -> Edition:
    """An edition with its sale under way and about so many items, twenty a depositor; commits.

    Labels have numbers for some 11,000 items.
    """
    edition = fill_bourse(items // ITEMS_EACH, sold_share)
    add_ranges(edition)
    db.session.commit()
    return edition


def add_ranges(edition: Edition) -> None:
    data = edition.rulebook.to_dict()
    more = [
        {"first": first, "last": first + 99, "colour_hex": colour, "colour_name": name, "kind": "standard"}
        for first, colour, name in FURTHER_RANGES
    ]
    edition.rulebook = Rulebook.from_dict({**data, "ranges": [*data["ranges"], *more]})


def sign_in(user: User) -> str:
    """The session cookie of somebody who signed in, as the sign-in page would set it; the caller commits."""
    serializer = SecureCookieSessionInterface().get_signing_serializer(current_app)
    assert serializer
    return str(serializer.dumps({"_user_id": open_session(user), "_fresh": True, "_permanent": True}))
