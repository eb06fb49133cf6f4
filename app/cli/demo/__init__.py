"""The made-up edition of `./bourse demo`: nominal size, sale under way, drawn from a fixed seed."""

from random import Random

from argon2 import PasswordHasher
from sqlalchemy import insert, select

from app.accounts.demo_accounts import DEMO_ACCOUNTS, DemoAccount
from app.accounts.models import Role, User
from app.cli.demo.deposits import fill_lists, register_people
from app.cli.demo.edition import make_edition
from app.cli.demo.payouts import settle_some
from app.cli.demo.people import make_people
from app.cli.demo.selling import SOLD_SHARE, play_sale
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError
from app.editions.models import Edition

NAMES = {
    Role.ADMIN: ("Agnès", "Montlaur"),
    Role.MANAGER: ("Gaspard", "Vidalou"),
    Role.TREASURER: ("Thérèse", "Escoubas"),
    Role.VOLUNTEER: ("Bernard", "Sabatéry"),
    Role.DEPOSITOR: ("Camille", "Lavergnolle"),
}
SELLERS = (("Odette", "Pastourel"), ("Basile", "Lespinat"), ("Solène", "Galibert"), ("Firmin", "Quercadou"))
NOMINAL_DEPOSITORS, SMALL_DEPOSITORS = 300, 30


def load_demo(*, small: bool) -> tuple[DemoAccount, ...]:
    """Fill an empty database and commit; a database that holds the demonstration already is left as it is.

    Raises DomainError when the database holds something else.
    """
    if db.session.scalar(select(User.id).where(User.email == DEMO_ACCOUNTS[0].email)):
        db.session.rollback()
        return DEMO_ACCOUNTS
    if db.session.scalar(select(User.id).limit(1)):
        raise DomainError("Cette base contient déjà de vraies données : la démonstration veut une base vide.")
    fill_bourse(SMALL_DEPOSITORS if small else NOMINAL_DEPOSITORS)
    return DEMO_ACCOUNTS


def fill_bourse(depositors: int, sold_share: float = SOLD_SHARE) -> Edition:
    """The accounts and the edition with so many depositors, in an empty database; commits.

    `sold_share`: of the items, those sold already.

    Rows are written in bulk with ids of their own, which an empty database allows.
    """
    random = Random(31830)
    staff = _make_accounts()
    edition = make_edition()
    people = make_people(depositors - 1, random)
    register_people(edition, people, random)
    fill_lists(edition, staff[Role.VOLUNTEER], random)
    play_sale(edition, [staff[Role.VOLUNTEER], *_make_sellers(depositors)], random, sold_share)
    settle_some(edition, staff[Role.TREASURER])
    db.session.commit()
    return edition


def _make_sellers(depositors: int) -> list[int]:
    """The volunteers at the other tills, who do not sign in; returns user ids."""
    ids = [len(DEMO_ACCOUNTS) + depositors + number for number in range(len(SELLERS))]
    rows = [
        {
            "id": user_id,
            "email": f"benevole{user_id}@demo.example.org",
            "role": Role.VOLUNTEER,
            "first_name": first,
            "last_name": last,
        }
        for user_id, (first, last) in zip(ids, SELLERS, strict=True)
    ]
    db.session.execute(insert(User), rows)
    return ids


def _make_accounts() -> dict[Role, int]:
    """The accounts a visitor signs in with; returns user ids by role."""
    now = utcnow()
    rows = [
        {
            "id": number,
            "email": account.email,
            "role": account.role,
            "first_name": NAMES[account.role][0],
            "last_name": NAMES[account.role][1],
            "deposits": account.role is Role.DEPOSITOR,
            "password_hash": PasswordHasher().hash(account.password),
            "activated_at": now,
            "consent_version": "2026-1",
            "consent_at": now,
        }
        for number, account in enumerate(DEMO_ACCOUNTS, start=1)
    ]
    db.session.execute(insert(User), rows)
    return {account.role: number for number, account in enumerate(DEMO_ACCOUNTS, start=1)}
