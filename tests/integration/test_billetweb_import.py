"""The two sample exports, imported on both databases with exact counts."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from app.accounts.models import Role, User
from app.core.db import db
from app.core.mail import OutgoingMail
from app.deposits.billetweb import Outcome, read_billetweb
from app.deposits.models import BilletwebUpload, Invitation, ItemList, MemberNumber, Registration
from app.deposits.queries.billetweb import preview_import
from app.deposits.services import registrations
from app.deposits.services.billetweb_import import import_rows, set_mappings
from app.editions.models import Edition, EditionState, ListKind
from app.editions.queries import list_slots
from app.editions.services.creation import NewEdition, create_edition
from app.operations.kept_exports import keep_export, kept_export
from app.operations.models import BackgroundJob, JobState
from app.operations.services import request_job
from jobs.runner import run_job
from tests.factories import UserFactory, open_edition

DATA = Path(__file__).parents[1] / "data"
AUTUMN = "billetweb-automne-2026.xlsx"
ERRORS = "billetweb-with-errors.csv"


@pytest.fixture
def edition(app: Flask) -> Edition:
    return open_edition()


def upload_sample(edition: Edition, name: str) -> BilletwebUpload:
    with (DATA / name).open("rb") as stream:
        upload = keep_export(edition, read_billetweb(stream, name), by_id=None)
    db.session.commit()
    return upload


def preview_of(edition: Edition, upload: BilletwebUpload) -> Any:
    return preview_import(edition, upload, kept_export(upload))


def run_import(edition: Edition, upload: BilletwebUpload) -> BackgroundJob:
    job = request_job("billetweb_import", "Import", edition_id=edition.id, upload_id=upload.id)
    db.session.commit()
    run_job(job.id)
    db.session.expire_all()
    return db.session.get_one(BackgroundJob, job.id)


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.slow
def test_the_autumn_export_registers_everybody_once(edition: Edition) -> None:
    upload = upload_sample(edition, AUTUMN)
    counts = preview_of(edition, upload).counts
    assert counts == {
        Outcome.NEW: 136,
        Outcome.KNOWN: 0,
        Outcome.DUPLICATE: 1,
        Outcome.ALREADY_REGISTERED: 0,
        Outcome.IGNORED: 3,
        Outcome.ERROR: 0,
    }
    job = run_import(edition, upload)
    assert (job.state, job.done_steps, job.total_steps) == (JobState.DONE, 136, 136)
    assert job.result == {
        "created": 136,
        "known": 0,
        "already_registered": 0,
        "duplicates": 1,
        "ignored": 3,
        "errors": [],
    }
    # 121 standard × 2 lists, 8 members × 2 the first time, 7 family × 2.
    assert (count(Registration), count(ItemList), count(MemberNumber)) == (136, 272, 8)
    assert (count(Invitation), count(OutgoingMail)) == (136, 136)
    numbers = db.session.scalars(
        select(ItemList.number).where(ItemList.number < 1000).order_by(ItemList.number)
    ).all()
    assert numbers == list(range(100, 342))
    assert not path_exists(upload)


def path_exists(upload: BilletwebUpload) -> bool:
    return upload.stored is not None


@pytest.mark.slow
def test_importing_the_same_file_again_adds_nothing(edition: Edition) -> None:
    run_import(edition, upload_sample(edition, AUTUMN))
    before = {model: count(model) for model in (User, Registration, ItemList, Invitation, OutgoingMail)}
    job = run_import(edition, upload_sample(edition, AUTUMN))
    assert (job.result["created"], job.result["known"], job.result["already_registered"]) == (0, 0, 136)
    assert {model: count(model) for model in before} == before


def test_the_export_with_errors_locates_each_of_them(edition: Edition) -> None:
    upload = upload_sample(edition, ERRORS)
    preview = preview_of(edition, upload)
    assert preview.unknown_slots == ("Samedi 14h",)
    job = run_import(edition, upload)
    assert (job.result["created"], job.result["ignored"]) == (24, 2)
    assert [(row, column) for row, column, _ in job.result["errors"]] == [
        (5, "Email"),
        (11, "Séance"),
        (17, "Nom"),
        (22, "Téléphone"),
    ]
    assert count(Registration) == 24


def test_a_mapped_slot_and_tariff_are_remembered_for_the_next_file(edition: Edition) -> None:
    first = upload_sample(edition, ERRORS)
    slot = list_slots(edition.id)[3]
    set_mappings(first, {"Samedi 14h": slot.id}, {"Tarif solidaire": "standard"})
    db.session.commit()
    second = upload_sample(edition, ERRORS)
    assert second.slot_mapping == {"Samedi 14h": slot.id}
    assert second.tariff_mapping == {"Tarif solidaire": "standard"}
    preview = preview_of(edition, second)
    assert preview.unknown_slots == ()
    assert preview.counts[Outcome.NEW] == 25


@pytest.mark.slow
def test_somebody_known_keeps_account_and_role(edition: Edition) -> None:
    volunteer = UserFactory(
        email="timothee.lemaire925@example.org", role=Role.VOLUNTEER, last_name="Lemaire", phone=None
    )
    db.session.commit()
    job = run_import(edition, upload_sample(edition, AUTUMN))
    assert (job.result["created"], job.result["known"]) == (135, 1)
    db.session.refresh(volunteer)
    assert (volunteer.role, volunteer.deposits, volunteer.last_name) == (Role.VOLUNTEER, True, "Lemaire")
    assert volunteer.phone == "+33727010798"


def test_a_full_slot_and_a_disabled_account_are_errors_of_their_rows(edition: Edition) -> None:
    slot = next(each for each in list_slots(edition.id) if each.label == "Jeudi 9h30-12h")
    slot.capacity = 2
    UserFactory(email="timothee.lemaire925@example.org", active=False)
    db.session.commit()
    preview = preview_of(edition, upload_sample(edition, AUTUMN))
    columns = [problem.column for row in preview.of(Outcome.ERROR) for problem in row.problems]
    assert columns.count("Email") == 1
    assert columns.count("Séance") == 12
    assert preview.counts[Outcome.NEW] == 136 - 13


@pytest.mark.slow
def test_queries_per_row_stay_few(edition: Edition) -> None:
    statements: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        statements.append(statement.split(None, 2)[0].upper())

    connection = db.session.connection()
    event.listen(connection.engine, "before_cursor_execute", note)
    try:
        run_import(edition, upload_sample(edition, AUTUMN))
    finally:
        event.remove(connection.engine, "before_cursor_execute", note)
    reads = statements.count("SELECT")
    assert reads < 60, f"{reads} reads for 136 rows"


@pytest.mark.slow
def test_members_keep_their_number_and_get_four_lists_the_next_time(edition: Edition) -> None:
    run_import(edition, upload_sample(edition, AUTUMN))
    numbers = dict(db.session.execute(select(MemberNumber.user_id, MemberNumber.number)).all())
    assert sorted(numbers.values()) == list(range(1000, 1008))
    spring = create_edition(NewEdition("Printemps 2027", 27, date(2027, 3, 20), "Gymnase"))
    spring.state = EditionState.OPEN
    db.session.commit()
    run_import(spring, upload_sample(spring, AUTUMN))
    lists = db.session.execute(
        select(Registration.user_id, ItemList.number, ItemList.rank)
        .join(Registration)
        .where(Registration.edition_id == spring.id, Registration.list_kind == ListKind.MEMBER)
    ).all()
    assert len(lists) == 8 * 4
    assert all(numbers[row.user_id] == row.number for row in lists)
    assert {row.rank for row in lists} == {1, 2, 3, 4}


def test_a_row_the_database_refuses_costs_nobody_else_their_place(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = registrations.lowest_free_numbers
    calls: list[int] = []

    def collides_for_the_third_person(*args: Any) -> list[int]:
        calls.append(1)
        return [100, 101] if len(calls) in (3, 5) else honest(*args)

    monkeypatch.setattr(registrations, "lowest_free_numbers", collides_for_the_third_person)
    upload = upload_sample(edition, AUTUMN)
    standard = [row for row in preview_of(edition, upload).to_import if row.kind is ListKind.STANDARD][:3]
    # Written together, the third collides (third call); one by one, the second does (fifth call).
    report = import_rows(edition.id, standard, None)
    db.session.commit()
    assert (report.created, count(Registration), count(ItemList)) == (2, 2, 4)
    assert [problem.row for problem in report.problems] == [standard[1].row.number]
    assert "croisé" in report.problems[0].message
