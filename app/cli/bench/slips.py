"""`bench slips`: the payout slips of an edition, drawn one by one and gathered, by the worker."""

from collections.abc import Iterator

from sqlalchemy import select

from app.accounts.models import Role, User
from app.cli.bench.data import ITEMS_EACH, load_edition
from app.cli.bench.jobs import run_job
from app.cli.bench.measures import Measure, Target
from app.cli.bench.scratch import Setting
from app.core.db import db
from app.core.errors import DomainError
from app.operations.files import path_of
from app.operations.services import request_job
from app.payouts.services import compute_payouts


def measure_slips(setting: Setting, payouts: int = 500) -> Iterator[Measure]:
    """Every payout of an edition whose sale is half done; the job draws in two processes of its own."""
    with setting.bourse() as bourse:
        edition = load_edition(payouts * ITEMS_EACH)
        treasurer_id = db.session.scalars(select(User.id).where(User.role == Role.TREASURER)).one()
        compute_payouts(edition, treasurer_id)
        db.session.commit()
        bourse.start_workers()
        edition_id = edition.id
        runs = [
            run_job(bourse, lambda: request_job("slips", "Bordereaux", edition_id=edition_id))
            for _ in range(setting.runs)
        ]
        made = runs[-1].job.result["slips"]
        if made != payouts:
            raise DomainError(f"Le travail devait faire {payouts} bordereaux, il en a fait {made}.")
        assert runs[-1].job.file
        yield Measure(
            "slips",
            f"{payouts} bordereaux, 2 processus",
            setting.database,
            [run.seconds for run in runs],
            max((run.peak_bytes or 0 for run in runs), default=None),
            Target(30.0, peak_bytes=150_000_000) if payouts == 500 else None,
            {"PDF réuni (Mo)": round(path_of(runs[-1].job.file).stat().st_size / 1e6, 1)},
        )
