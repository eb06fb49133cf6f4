"""`bench import`: a Billetweb export sent and previewed, then registered and invited by the worker; mail is
written, not sent."""

import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from random import Random

from app.accounts.models import Role, User
from app.cli.bench.data import add_ranges, sign_in
from app.cli.bench.jobs import run_job
from app.cli.bench.measures import Measure, Target
from app.cli.bench.scratch import Setting
from app.cli.demo.billetweb_export import Ticket, export_xlsx
from app.cli.demo.people import make_people
from app.cli.simulate.browser import Browser
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError
from app.editions.models import Edition, EditionState
from app.editions.queries import list_slots
from app.editions.services.creation import NewEdition, create_edition
from app.operations.services import request_job

TARIFFS = ("Standard – 2 listes", "Adhérent ALPE – liste 1000")


def measure_import(setting: Setting, rows: int = 500) -> Iterator[Measure]:
    """One edition and its file per run, all in one database: sent to the web server, then imported."""
    with setting.bourse() as bourse:
        prepared = [_prepare(number, rows) for number in range(1, setting.runs + 1)]
        manager = User(
            email="gestion@example.org",
            first_name="Gestion",
            last_name="Bourse",
            role=Role.MANAGER,
            active=True,
            activated_at=utcnow(),
        )
        db.session.add(manager)
        db.session.flush()
        browser = Browser(bourse.url, {"session": sign_in(manager)})
        db.session.commit()
        bourse.start()
        bourse.start_workers()
        previews, runs = [], []
        for edition_id, export in prepared:
            seconds, upload_id = _send(browser, edition_id, export)
            previews.append(seconds)
            request = partial(
                request_job, "billetweb_import", "Import", edition_id=edition_id, upload_id=upload_id
            )
            runs.append(run_job(bourse, request))
        created = [run.job.result["created"] for run in runs]
        if created != [rows] * len(runs):
            raise DomainError(f"L’import devait inscrire {rows} personnes, il en a inscrit {created}.")
        yield Measure("import", f"aperçu de {rows} lignes .xlsx", setting.database, previews)
        yield Measure(
            "import",
            f"{rows} inscriptions",
            setting.database,
            [run.seconds for run in runs],
            max((run.peak_bytes or 0 for run in runs), default=None),
            details={"inscrits par passage": rows},
        )
        yield Measure(
            "import",
            "aperçu et inscriptions",
            setting.database,
            [preview + run.seconds for preview, run in zip(previews, runs, strict=True)],
            target=Target(2.0) if rows == 500 else None,
        )


def _prepare(number: int, rows: int) -> tuple[int, bytes]:
    """The id of an open edition with room for everybody, and its export; the caller commits."""
    edition = create_edition(
        NewEdition(f"Bourse mesurée {number}", number, (utcnow() + timedelta(days=60)).date())
    )
    add_ranges(edition)
    edition.state = EditionState.OPEN
    for slot in list_slots(edition.id):
        slot.capacity = rows
    return edition.id, export_xlsx(_tickets(edition, number, rows))


def _send(browser: Browser, edition_id: int, export: bytes) -> tuple[float, int]:
    """Send an export as the manager does: seconds until its preview is there, and the id of the upload."""
    form = browser.get(f"/editions/{edition_id}/import").seen.form("/import")
    begun = time.perf_counter()
    preview = browser.submit(form, files={"file": ("export.xlsx", export)})
    seconds = time.perf_counter() - begun
    return seconds, int(preview.address.split("/")[-2])


def _tickets(edition: Edition, number: int, rows: int) -> Iterator[Ticket]:
    slots = [slot for slot in list_slots(edition.id) if not slot.residents_only]
    everybody = [slot.label for slot in slots if not slot.members_only]
    members = [slot.label for slot in slots if slot.members_only]
    random = Random(number)
    for index, person in enumerate(make_people(rows, random, prefix=f"edition{number}-")):
        member = index % 5 == 4
        yield Ticket(person, random.choice(members if member else everybody), TARIFFS[member])
