"""What the subjects of audit entries are called: `registration:12` is Odile Marchand's."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import ORMOption

from app.accounts.models import User
from app.core.codes import format_code
from app.core.db import Model, db
from app.deposits.models import Item, ItemList, Registration
from app.deposits.wording import list_name
from app.editions.models import Edition, Till
from app.payouts.models import Payout
from app.sales.models import Sale, TillSession

# Per kind of subject: what it is, what its name needs, and its name. Any other is called by its number.
_KINDS: dict[str, tuple[type[Model], tuple[ORMOption, ...], Callable[[Any], str]]] = {
    "user": (User, (), lambda user: user.full_name),
    "registration": (
        Registration,
        (joinedload(Registration.user),),
        lambda registration: registration.user.full_name,
    ),
    "payout": (
        Payout,
        (joinedload(Payout.registration).joinedload(Registration.user),),
        lambda payout: payout.registration.user.full_name,
    ),
    "edition": (Edition, (), lambda edition: edition.name),
    "list": (ItemList, (joinedload(ItemList.registration),), list_name),
    "item": (Item, (), lambda item: format_code(item.code) if item.code else ""),
    "till": (Till, (), lambda till: till.name),
    "till_session": (TillSession, (joinedload(TillSession.till),), lambda session: session.till.name),
    "sale": (Sale, (joinedload(Sale.till),), lambda sale: f"{sale.till.name}-{sale.seq}"),
}


def subject_names(subjects: Iterable[str]) -> dict[str, str]:
    """`registration:12` → `Odile Marchand`, for those that still exist: one query per kind of subject."""
    ids: dict[str, set[int]] = defaultdict(set)
    for kind, _, number in (subject.partition(":") for subject in subjects):
        if kind in _KINDS and number.isdecimal():
            ids[kind].add(int(number))
    names = {}
    for kind, wanted in ids.items():
        model, needed, called = _KINDS[kind]
        entity: Any = model  # every one of them has an `id`
        for row in db.session.scalars(select(entity).where(entity.id.in_(sorted(wanted))).options(*needed)):
            names[f"{kind}:{row.id}"] = called(row)
    return names
