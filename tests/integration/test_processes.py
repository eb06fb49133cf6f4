"""The worker and the scheduler on a real queue."""

import multiprocessing
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from datetime import time as wall_time

import pytest
import time_machine
from flask import Flask
from rq.job import Job, JobStatus
from rq.registry import StartedJobRegistry

from app.cli.support.processes import kill_family
from app.core.clock import utcnow
from app.core.dates import PARIS
from app.core.db import db
from app.core.errors import DomainError
from app.core.mail import MailState, OutgoingMail, queue_mail
from app.operations.models import BackgroundJob, JobState, ScheduledRun
from app.operations.services import request_job
from config.settings import ROOT
from jobs.queue import dispatch, dispatch_mail, queue
from jobs.recovery import deliver_waiting_mail, hand_over_stranded_jobs
from jobs.runner import HANDLERS, Progress
from jobs.schedule import Task, lead, resign, run_due_tasks, run_scheduler
from jobs.worker import forget_abandoned_jobs, run_worker
from tests.support.redis_server import RedisServer
from tests.support.smtp_sink import smtp_sink

HERE = "tests.integration.test_processes"


def count_to_three(job: BackgroundJob, progress: Progress) -> str:
    for step in range(1, 4):
        progress(step, 3)
    return f"{job.params['what']} : 3 sur 3"


def refuse(job: BackgroundJob, progress: Progress) -> str:
    raise DomainError("Aucune liste n’est validée pour ce créneau.")


def break_down(job: BackgroundJob, progress: Progress) -> str:
    raise ZeroDivisionError


def hang(job: BackgroundJob, progress: Progress) -> str:
    time.sleep(60)
    return "never"


@pytest.fixture
def working_app(
    own_app: Flask, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """An application whose queue is real and whose commits its workers see."""
    redis_server.client.flushall()
    own_app.config["REDIS_URL"] = redis_server.url
    for handler in (count_to_three, refuse, break_down, hang):
        monkeypatch.setitem(HANDLERS, handler.__name__, f"{HERE}:{handler.__name__}")
    yield own_app
    redis_server.client.flushall()


def ask_for(kind: str) -> BackgroundJob:
    job = request_job(kind, "Un travail", what="Étiquettes")
    db.session.commit()
    assert dispatch(job)
    return job


def now_of(job: BackgroundJob) -> BackgroundJob:
    db.session.rollback()
    db.session.refresh(job)
    db.session.commit()
    return job


def work(app: Flask) -> None:
    """Let a worker do what waits."""
    db.session.commit()
    run_worker(app, burst=True)


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


@pytest.mark.slow
def test_no_process_carries_the_library_for_workbooks_unasked() -> None:
    code = "import sys, app.factory; from jobs.worker import load_for_jobs; load_for_jobs(); "
    code += "print('openpyxl' in sys.modules, 'jobs.mail' in sys.modules, 'jobs.slips' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "True"]


def test_a_job_is_done_and_tells_how(working_app: Flask) -> None:
    job = ask_for("count_to_three")
    work(working_app)
    done = now_of(job)
    assert (done.state, done.message) == (JobState.DONE, "Étiquettes : 3 sur 3")
    assert (done.done_steps, done.total_steps) == (3, 3)


@pytest.mark.slow
def test_a_refusal_ends_a_job_with_its_sentence(working_app: Flask) -> None:
    job = ask_for("refuse")
    work(working_app)
    assert (now_of(job).state, job.message) == (
        JobState.FAILED,
        "Aucune liste n’est validée pour ce créneau.",
    )


def test_a_defect_ends_a_job_with_a_plain_sentence(working_app: Flask) -> None:
    job = ask_for("break_down")
    work(working_app)
    assert now_of(job).state is JobState.FAILED
    assert "erreur imprévue" in job.message


@pytest.mark.slow
def test_mail_leaves_by_the_worker(working_app: Flask) -> None:
    with smtp_sink() as sink:
        working_app.config["SMTP_URL"] = sink.url
        mail = queue_mail("recap", "camille@example.org", "Récapitulatif", "Bonjour")
        db.session.commit()
        assert dispatch_mail()
        work(working_app)
        assert sink.recipients == ["camille@example.org"]
    db.session.refresh(mail)
    assert mail.state is MailState.SENT
    db.session.rollback()


def test_a_job_whose_worker_was_killed_is_taken_up_again(working_app: Flask) -> None:
    job = ask_for("hang")
    worker = multiprocessing.get_context("fork").Process(target=work_on, args=(working_app,))
    worker.start()
    assert worker.pid is not None
    wait_for(lambda: now_of(job).state is JobState.RUNNING)
    forget_abandoned_jobs()
    assert status(job) is JobStatus.STARTED, "its worker lives: the job is its own"
    kill_family(worker.pid)  # the process that RQ gave the job too, which would go on
    worker.join()
    forget_abandoned_jobs()
    assert status(job) in (JobStatus.SCHEDULED, JobStatus.QUEUED)
    assert len(StartedJobRegistry(queue=queue())) == 0


def work_on(app: Flask) -> None:
    db.session.remove()
    db.engine.dispose(close=False)
    run_worker(app)


def status(job: BackgroundJob) -> JobStatus | None:
    return Job.fetch(f"job-{job.id}", connection=queue().connection).get_status()


def test_a_job_the_queue_lost_is_handed_over_once(working_app: Flask, redis_server: RedisServer) -> None:
    job = ask_for("count_to_three")
    redis_server.client.flushall()
    assert hand_over_stranded_jobs() == "", "it may still be on its way"
    with time_machine.travel(utcnow() + timedelta(minutes=2)):
        assert hand_over_stranded_jobs() == "1 relancés, 0 interrompus"
        assert hand_over_stranded_jobs() == ""
    work(working_app)
    assert now_of(job).state is JobState.DONE


@pytest.mark.slow
def test_a_job_asked_for_while_the_queue_was_down_is_done_later(
    working_app: Flask, redis_server: RedisServer
) -> None:
    redis_server.stop()
    job = request_job("count_to_three", "Un travail", what="Bordereaux")
    db.session.commit()
    assert not dispatch(job)
    redis_server.start()
    with time_machine.travel(utcnow() + timedelta(minutes=2)):
        hand_over_stranded_jobs()
    work(working_app)
    assert now_of(job).message == "Bordereaux : 3 sur 3"


def test_a_job_that_the_queue_gave_up_is_ended(working_app: Flask) -> None:
    job = ask_for("count_to_three")
    Job.fetch(f"job-{job.id}", connection=queue().connection).set_status(JobStatus.FAILED)
    job.state, job.started_at = JobState.RUNNING, utcnow()
    db.session.commit()
    with time_machine.travel(utcnow() + timedelta(minutes=2)):
        assert hand_over_stranded_jobs() == "0 relancés, 1 interrompus"
    assert now_of(job).state is JobState.FAILED


def test_waiting_mail_is_asked_for_and_none_is_not(working_app: Flask) -> None:
    deliver_waiting_mail()
    assert len(queue()) == 0
    queue_mail("recap", "camille@example.org", "Récapitulatif", "Bonjour")
    db.session.commit()
    deliver_waiting_mail()
    assert len(queue()) == 1


CALLS: list[str] = []


def note_call() -> str:
    CALLS.append("called")
    return "fait"


def fail() -> None:
    raise ZeroDivisionError


NIGHTLY = Task("nightly", f"{HERE}:note_call", daily_at=wall_time(3, 0))


def runs() -> dict[str, ScheduledRun]:
    return {run.task: run for run in db.session.query(ScheduledRun)}


def paris(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=PARIS)


def test_a_task_runs_once_at_its_time_and_missed_nights_are_caught_up_once(app: Flask) -> None:
    moments = [(20, 2), (20, 2), (20, 3), (20, 23), (24, 12), (24, 13)]
    ran = [bool(run_due_tasks(paris(day, hour), (NIGHTLY,))) for day, hour in moments]
    assert ran == [True, False, True, False, True, False]
    run = runs()["nightly"]
    assert run.last_due_at == paris(24, 3)
    assert run.outcome == "fait"
    assert run.finished_at is not None


def test_a_task_that_fails_is_written_down_and_stops_no_other(app: Flask) -> None:
    tasks = (Task("bad", f"{HERE}:fail", every=timedelta(minutes=1)), NIGHTLY)
    assert run_due_tasks(paris(20, 12), tasks) == ["bad", "nightly"]
    assert "ZeroDivisionError" in runs()["bad"].outcome
    assert runs()["nightly"].outcome == "fait"


def test_one_scheduler_leads_until_it_resigns_or_dies(queue: RedisServer, app: Flask) -> None:
    assert lead("first")
    assert lead("first")
    assert not lead("second")
    assert 0 < queue.client.ttl("bourse:scheduler") <= 30
    resign("second")
    assert not lead("second")
    resign("first")
    assert lead("second")
    queue.client.delete("bourse:scheduler")
    assert lead("first")


@pytest.mark.slow
def test_the_scheduler_acts_and_outlives_the_queue(working_app: Flask, redis_server: RedisServer) -> None:
    stop = threading.Event()
    redis_server.stop()
    scheduler = threading.Thread(target=run_scheduler, args=(working_app, stop, 0.1))
    scheduler.start()
    try:
        time.sleep(0.3)
        assert scheduler.is_alive()
        redis_server.start()

        def acted() -> bool:
            found = {task for task, run in runs().items() if run.finished_at}
            db.session.rollback()
            db.session.expire_all()
            return found >= {"jobs", "mail", "invitations"}

        wait_for(acted)
        assert not any("échec" in run.outcome for run in runs().values())
        db.session.rollback()
    finally:
        stop.set()
        scheduler.join(10)
    assert not redis_server.client.exists("bourse:scheduler")
    assert db.session.query(OutgoingMail).count() == 0
    db.session.rollback()
