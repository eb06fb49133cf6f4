"""Reading editions."""

from sqlalchemy import case, select

from app.core.db import db
from app.core.errors import NotFound
from app.editions.models import Edition, EditionState

# The edition people work on: under way first, then the nearest to come, then the last closed.
_ORDER = [
    EditionState.SELLING,
    EditionState.SETTLING,
    EditionState.FROZEN,
    EditionState.OPEN,
    EditionState.DRAFT,
    EditionState.CLOSED,
    EditionState.ARCHIVED,
]


def current_edition() -> Edition | None:
    """The edition under way, or the one most likely meant; None when there is none at all."""
    rank = case({state.value: index for index, state in enumerate(_ORDER)}, value=Edition.state)
    return db.session.scalars(
        select(Edition).order_by(rank, Edition.sale_starts_at.desc()).limit(1)
    ).one_or_none()


def get_edition(edition_id: int) -> Edition:
    """One edition by id; raises NotFound."""
    edition = db.session.get(Edition, edition_id)
    if edition is None:
        raise NotFound("Cette édition n'existe pas.")
    return edition


def list_editions() -> list[Edition]:
    """All editions, newest sale first."""
    return list(db.session.scalars(select(Edition).order_by(Edition.sale_starts_at.desc())))
