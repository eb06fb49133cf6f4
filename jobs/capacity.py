"""Each minute: is anything nearly full?"""

from app.core.db import db
from app.monitoring.capacity import tell_capacity
from app.monitoring.machine import machine_figures
from app.operations.models import ScheduledRun

TASK = "capacity"


def watch_capacity() -> str:
    """What is nearly full, in one line, which the next run reads: told once, also after a restart."""
    run = db.session.get(ScheduledRun, TASK)
    told = frozenset(run.outcome.split()) if run else frozenset()
    high = tell_capacity(machine_figures(), told)
    db.session.rollback()
    return " ".join(sorted(high))
