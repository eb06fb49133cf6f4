"""`bench pages`: the main pages of each role while a hundred people turn them at once.

Each person reads a page for 2.5 to 7.5 seconds, 5 on the average, before opening the next: hurried people,
who come out of step. A hundred of them ask for some twenty pages a second. The client is a process of its own
on the cores of the server, which in the hall it is not.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import select

from app.accounts.models import Role, User
from app.cli.bench.data import load_edition, sign_in
from app.cli.bench.measures import Measure, Target, percentile
from app.cli.bench.memory import PeakMemory
from app.cli.bench.page_client import Answer, Visitor, browse
from app.cli.bench.scratch import Setting
from app.cli.bench.watching import measure_watching
from app.cli.support.server import PrivateServer
from app.core.db import db
from app.deposits.models import Item, ItemList, Registration
from app.editions.models import Till

# Seconds between two pages of one person, on the average: a hundred people open twenty pages a second.
PAUSE = 5.0
# Seconds of browsing in a run; half of it before the first one does not count (templates are compiled).
READING = 30.0
TARGET = Target(0.2, at_p95=True)
# What `--only` chooses from.
PARTS = ("crowd", "dashboard", "metrics")

# How many of a hundred people act in each role.
CROWD = {Role.DEPOSITOR: 70, Role.VOLUNTEER: 15, Role.MANAGER: 8, Role.TREASURER: 5, Role.ADMIN: 2}
# What each role opens: label, endpoint, and which of the ids its address holds.
PAGES = {
    Role.DEPOSITOR: (
        ("ma bourse", "portal.home", ()),
        ("ma liste", "portal.list", ("edition_id", "list_id")),
        ("mes ventes", "portal.sales", ("edition_id",)),
    ),
    Role.VOLUNTEER: (
        ("dépôt : chercher", "deposit.search", ("edition_id",)),
        ("dépôt : un déposant", "deposit.desk", ("edition_id", "registration_id")),
        ("caisses", "till.home", ()),
        ("caisse : vendre", "till.sell", ("till_id",)),
        ("articles", "backoffice.items", ("edition_id",)),
        ("en direct", "reporting.dashboard", ("edition_id",)),
    ),
    Role.MANAGER: (
        ("édition", "backoffice.home", ("edition_id",)),
        ("déposants", "backoffice.registrations", ("edition_id",)),
        ("une inscription", "backoffice.registration", ("edition_id", "registration_id")),
        ("étiquettes", "backoffice.labels", ("edition_id",)),
        ("un article", "backoffice.item", ("edition_id", "item_id")),
        ("travaux", "operations.jobs", ()),
    ),
    Role.TREASURER: (
        ("trésorerie", "treasury.home", ("edition_id",)),
        ("reversements", "treasury.payouts", ("edition_id",)),
        ("un reversement", "treasury.payout", ("edition_id", "registration_id")),
        ("restitution", "treasury.restitution", ("edition_id",)),
    ),
    Role.ADMIN: (
        ("éditions", "backoffice.editions", ()),
        ("utilisateurs", "backoffice.users", ()),
        ("journal", "operations.audit", ()),
    ),
}


@dataclass(frozen=True)
class Place:
    """A depositor and the ids of theirs that addresses hold."""

    user: User
    ids: dict[str, int]


def measure_pages(
    setting: Setting,
    people: int = 100,
    items: int = 10_000,
    reading: float = READING,
    pause: float = PAUSE,
) -> Iterator[Measure]:
    """Times of each page over all runs, then of all pages together; then of what is asked for by itself."""
    parts = setting.only or PARTS
    with setting.bourse() as bourse:
        edition = load_edition(items)
        bourse.start()
        if "crowd" in parts:
            yield from _measure_crowd(setting, bourse, edition.id, people, reading, pause)
        if watching := [part for part in parts if part != "crowd"]:
            yield from measure_watching(setting, bourse, edition, watching, 5 * items)


def _measure_crowd(
    setting: Setting, bourse: PrivateServer, edition_id: int, people: int, reading: float, pause: float
) -> Iterator[Measure]:
    visitors = make_visitors(edition_id, people)
    browse(bourse.port, visitors, reading / 2, pause)
    answers: list[Answer] = []
    with PeakMemory([bourse.web_pid]) as memory:
        for _ in range(setting.runs):
            answers += browse(bourse.port, visitors, reading, pause)
    by_page: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_page[answer.page].append(answer)
    for page in (label for pages in PAGES.values() for label, _, _ in pages):
        if page in by_page:
            yield _measure(setting, page, by_page[page])
    yield Measure(
        "pages",
        f"toutes, {people} personnes",
        setting.database,
        [answer.seconds for answer in answers],
        memory.largest,
        TARGET,
        {
            "pages par seconde": round(len(answers) / reading / setting.runs, 1),
            "pause (s)": pause,
            "client": "sur les mêmes cœurs",
        },
    )


def _measure(setting: Setting, page: str, answers: Sequence[Answer]) -> Measure:
    size = percentile([answer.size for answer in answers], 50)
    times = [answer.seconds for answer in answers]
    return Measure("pages", page, setting.database, times, target=TARGET, details={"Ko": round(size / 1000)})


def make_visitors(edition_id: int, people: int) -> list[Visitor]:
    """People signed in, each role in its share of the crowd, at least one; commits."""
    places = _places(edition_id)
    staff = {user.role: user for user in db.session.scalars(select(User).where(User.role != Role.DEPOSITOR))}
    visitors = []
    for role, share in CROWD.items():
        for number in range(max(1, people * share // 100)):
            place = places[number % len(places)]
            user = place.user if role is Role.DEPOSITOR else staff[role]
            visitors.append(Visitor(_addresses(role, place.ids), f"session={sign_in(user)}"))
    db.session.commit()
    return visitors


def _places(edition_id: int) -> list[Place]:
    till_id = db.session.scalars(select(Till.id).where(Till.edition_id == edition_id, ~Till.training)).first()
    rows = db.session.execute(
        select(User, Registration.id, ItemList.id, Item.id)
        .join(Registration, Registration.user_id == User.id)
        .join(ItemList, ItemList.registration_id == Registration.id)
        .join(Item, Item.list_id == ItemList.id)
        .where(Registration.edition_id == edition_id, ItemList.rank == 1, Item.position == 1)
        .order_by(Registration.id)
    )
    keys = ("registration_id", "list_id", "item_id")
    common = {"edition_id": edition_id, "till_id": till_id or 0}
    return [Place(user, {**common, **dict(zip(keys, ids, strict=True))}) for user, *ids in rows]


def _addresses(role: Role, ids: dict[str, Any]) -> list[tuple[str, str]]:
    with current_app.test_request_context():
        return [
            (label, current_app.url_for(endpoint, **{key: ids[key] for key in keys}))
            for label, endpoint, keys in PAGES[role]
        ]
