"""The drawers that can give money back: those of the sessions under way."""

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.models import User
from app.core.db import db
from app.editions.models import Till
from app.sales.models import TillSession


@dataclass(frozen=True, slots=True)
class Drawer:
    """An open till and who sells at it."""

    session_id: int
    till_id: int
    till: str
    volunteer: str


def open_drawers(edition_id: int) -> list[Drawer]:
    """Of the tills of the sale, by number; training tills hold no money."""
    rows = db.session.execute(
        select(TillSession.id, Till, User)
        .join(Till, Till.id == TillSession.open_till_id)
        .join(User, User.id == TillSession.volunteer_id)
        .where(TillSession.edition_id == edition_id, Till.training.is_(False))
        .order_by(Till.number)
    )
    return [Drawer(session_id, till.id, till.name, user.full_name) for session_id, till, user in rows]
