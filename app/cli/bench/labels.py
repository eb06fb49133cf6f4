"""`bench labels`: label documents of some lists and of a whole edition, made by the worker."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select

from app.cli.bench.data import load_edition
from app.cli.bench.jobs import JobRun, run_job
from app.cli.bench.measures import Measure, Target
from app.cli.bench.scratch import Setting
from app.cli.support.server import PrivateServer
from app.core.db import db
from app.deposits.models import Item
from app.operations.files import path_of
from app.operations.services import request_job

PEAK_BYTES = 200_000_000
TARGETS = {300: Target(1.0, peak_bytes=PEAK_BYTES), 10_000: Target(20.0, peak_bytes=PEAK_BYTES)}


def measure_labels(setting: Setting, sizes: Sequence[int] = (300, 10_000)) -> Iterator[Measure]:
    """Each size is a job on the first lists that hold about so many items, in one edition."""
    with setting.bourse() as bourse:
        edition_id = load_edition(max(sizes)).id
        bourse.start_workers()
        for size in sizes:
            list_ids = lists_holding(edition_id, size)
            runs = [make_labels(bourse, edition_id, list_ids) for _ in range(setting.runs)]
            result, stored = runs[-1].job.result, runs[-1].job.file
            assert stored
            yield Measure(
                "labels",
                f"{result['labels']} étiquettes",
                setting.database,
                [run.seconds for run in runs],
                max((run.peak_bytes or 0 for run in runs), default=None),
                TARGETS.get(size),
                {
                    "listes": result["lists"],
                    "document (Mo)": round(path_of(stored).stat().st_size / 1e6, 1),
                },
            )


def make_labels(bourse: PrivateServer, edition_id: int, list_ids: list[int]) -> JobRun:
    """The labels of these lists, made once by the worker."""
    return run_job(
        bourse, lambda: request_job("labels", "Étiquettes", edition_id=edition_id, list_ids=list_ids)
    )


def lists_holding(edition_id: int, items: int) -> list[int]:
    """The first lists that together hold at least so many items, or all of them."""
    counts = db.session.execute(
        select(Item.list_id, func.count())
        .where(Item.edition_id == edition_id)
        .group_by(Item.list_id)
        .order_by(Item.list_id)
    ).all()
    db.session.rollback()
    found, total = [], 0
    for list_id, count in counts:
        if total >= items:
            break
        found.append(list_id)
        total += count
    return found
