"""The made-up edition of `./bourse demo`: nominal size, sale under way, drawn from a fixed seed."""

from dataclasses import dataclass
from random import Random

from argon2 import PasswordHasher
from sqlalchemy import insert, select

from app.accounts.models import ROLE_LABELS, Role, User
from app.cli.demo.calendar import make_edition
from app.cli.demo.deposits import fill_lists, register_people
from app.cli.demo.people import make_people
from app.cli.demo.payouts import settle_some
from app.cli.demo.selling import play_sale
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError

PASSWORD = "Bourse-2026!"  # noqa: S105 - shown on the demonstration's own screen
NOMINAL_DEPOSITORS, SMALL_DEPOSITORS = 300, 30
STAFF = (
    (Role.ADMIN, "admin@demo.example.org", "Agnès", "Montlaur"),
    (Role.MANAGER, "gestion@demo.example.org", "Gaspard", "Vidalou"),
    (Role.TREASURER, "tresorerie@demo.example.org", "Thérèse", "Escoubas"),
    (Role.VOLUNTEER, "benevole@demo.example.org", "Bernard", "Sabatéry"),
)


@dataclass(frozen=True)
class DemoAccount:
    role_label: str
    email: str
    password: str


def demo_accounts() -> list[DemoAccount]:
    """One account per role, in the order of the roles' weight."""
    staff = [DemoAccount(ROLE_LABELS[role], email, PASSWORD) for role, email, _, _ in STAFF]
    return [*staff, DemoAccount(ROLE_LABELS[Role.DEPOSITOR], "deposant001@demo.example.org", PASSWORD)]


def load_demo(*, small: bool) -> list[DemoAccount]:
    """Fill an empty database and commit; a database that holds the demonstration already is left as it is.

    Raises DomainError when the database holds something else.
    """
    if db.session.scalar(select(User.id).where(User.email == STAFF[0][1])):
        db.session.rollback()
        return demo_accounts()
    if db.session.scalar(select(User.id).limit(1)):
        raise DomainError("Cette base contient déjà de vraies données : la démonstration veut une base vide.")
    random = Random(31830)
    password_hash = PasswordHasher().hash(PASSWORD)
    _make_staff(password_hash)
    edition = make_edition()
    people = make_people(SMALL_DEPOSITORS if small else NOMINAL_DEPOSITORS, random)
    register_people(edition, people, password_hash, random)
    fill_lists(edition, random)
    play_sale(edition, random)
    settle_some(edition, random)
    db.session.commit()
    return demo_accounts()


def _make_staff(password_hash: str) -> None:
    now = utcnow()
    rows = [
        {
            "email": email,
            "role": role,
            "first_name": first,
            "last_name": last,
            "password_hash": password_hash,
            "activated_at": now,
            "consent_version": "2026-1",
            "consent_at": now,
        }
        for role, email, first, last in STAFF
    ]
    db.session.execute(insert(User), rows)
