"""The edition a page is about, named in its address."""

from flask import g

from app.editions.models import Edition
from app.editions.queries import get_edition


def edition_of_page(edition_id: int) -> Edition:
    """The edition of the address, which the frame shows too; raises NotFound."""
    edition = get_edition(edition_id)
    g.edition = edition
    return edition
