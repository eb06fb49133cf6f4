"""Labels: which lists, in which order, the job on real data, the pages of the manager."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from app.accounts.models import Role, User
from app.core.audit import AuditEntry
from app.core.clock import utcnow
from app.core.codes import make_code
from app.core.db import db
from app.core.errors import DomainError
from app.deposits.models import ItemList, ItemState, LabelStatus, ListState
from app.editions.models import Edition, EditionState, ListKind
from app.labels.queries import LabelScope, label_lists, ready_lists
from app.labels.services import mark_generated, mark_printed
from app.operations.files import path_of
from app.operations.models import BackgroundJob, JobState
from app.operations.services import request_job
from jobs.runner import run_job
from tests.factories import (
    SALE_DAY,
    EditionFactory,
    ItemFactory,
    ItemListFactory,
    RegistrationFactory,
    SlotFactory,
    UserFactory,
    declared_list,
)
from tests.support.queries import counted_queries
from tests.support.scanning import read_codes


@pytest.fixture
def edition(app: Flask) -> Edition:
    return EditionFactory(state=EditionState.FROZEN)


@pytest.fixture
def manager(app: Flask) -> User:
    return UserFactory(role=Role.MANAGER, first_name="Gaspard", last_name="Vidalou")


@pytest.fixture
def office(
    client: FlaskClient, login: Callable[[FlaskClient, User], FlaskClient], manager: User
) -> FlaskClient:
    return login(client, manager)


def validated(edition: Edition, number: int, count: int = 2, **values: object) -> ItemList:
    """A validated list of a depositor of its own, unless `registration` says whose."""
    registration = values.pop("registration", None) or RegistrationFactory(
        edition=edition, slot=values.pop("slot", None)
    )
    before = utcnow() - timedelta(days=1)
    return declared_list(count, number=number, registration=registration, validated_at=before, **values)


def run(edition: Edition, by: User | None = None, **params: object) -> BackgroundJob:
    job = request_job("labels", "Étiquettes", edition_id=edition.id, requested_by_id=by and by.id, **params)
    db.session.commit()
    run_job(job.id)
    db.session.expire_all()
    return db.session.get_one(BackgroundJob, job.id)


def pdf(job: BackgroundJob) -> bytes:
    assert job.file
    return path_of(job.file).read_bytes()


def status(item_list: ItemList) -> LabelStatus:
    db.session.expire_all()
    return db.session.get_one(ItemList, item_list.id).label_status


@pytest.mark.slow
def test_every_code_of_the_job_is_read_from_its_pages_in_order(
    edition: Edition, manager: User, tmp_path: Path
) -> None:
    early = SlotFactory(edition=edition, label="Mercredi matin", starts_at=SALE_DAY - timedelta(days=3))
    late = SlotFactory(edition=edition, label="Jeudi soir", starts_at=SALE_DAY - timedelta(days=2))
    second = validated(edition, 110, 3, slot=late)
    first = [validated(edition, number, 14, slot=early) for number in (345, 412)]
    same_person = validated(edition, 620, 2, registration=first[0].registration)
    job = run(edition, manager)
    assert job.state is JobState.DONE, job.message
    expected = [
        make_code(edition.number, one.number, line)
        for one, count in ((first[0], 14), (same_person, 2), (first[1], 14), (second, 3))
        for line in range(1, count + 1)
    ]
    assert read_codes(pdf(job), tmp_path) == (expected, expected)
    assert (job.result["lists"], job.result["labels"], job.done_steps) == (4, 33, 33)
    assert {status(one) for one in (*first, second, same_person)} == {LabelStatus.GENERATED}
    assert db.session.get_one(ItemList, second.id).labels_generated_by_id == manager.id
    cover = PdfReader(io.BytesIO(pdf(job))).pages[0].extract_text()
    assert "Gaspard Vidalou" in cover
    assert "Toute l" in cover


def test_lists_sharing_a_number_say_the_line_of_their_code(edition: Edition, tmp_path: Path) -> None:
    registration = RegistrationFactory(edition=edition, list_kind=ListKind.MEMBER)
    lists = [
        ItemListFactory(
            registration=registration,
            number=1012,
            rank=rank,
            state=ListState.VALIDATED,
            validated_at=SALE_DAY,
        )
        for rank in (1, 2)
    ]
    for item_list, line in ((lists[0], 1), (lists[1], 25), (lists[1], 26)):
        code = make_code(edition.number, 1012, line)
        ItemFactory(item_list=item_list, position=1, line=line, code=code, state=ItemState.DECLARED)
    job = run(edition)
    codes = [make_code(edition.number, 1012, line) for line in (1, 25, 26)]
    assert read_codes(pdf(job), tmp_path)[0] == codes
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf(job))).pages)
    assert "25/26" in text


def test_a_slot_a_selection_and_what_is_left_are_scopes(edition: Edition) -> None:
    slot = SlotFactory(edition=edition)
    one, two, three = validated(edition, 101, slot=slot), validated(edition, 102), validated(edition, 103)
    two.label_status = LabelStatus.GENERATED
    db.session.flush()

    def numbers(scope: LabelScope) -> list[int | None]:
        return [row.number for row in ready_lists(edition, scope)]

    assert numbers(LabelScope()) == [101, 102, 103]
    assert numbers(LabelScope(slot_id=slot.id)) == [101]
    assert numbers(LabelScope(list_ids=(two.id, three.id))) == [102, 103]
    assert numbers(LabelScope(status=LabelStatus.NOT_GENERATED)) == [101, 103]
    assert status(one) is LabelStatus.NOT_GENERATED


def test_gaps_are_told_and_left_out_of_the_document(edition: Edition) -> None:
    validated(edition, 101)
    draft = validated(edition, 102)
    draft.state = ListState.DRAFT
    uncoded = validated(edition, 103)
    uncoded.items[0].code = None
    nobody = validated(edition, 104)
    nobody.number = None
    ItemListFactory(registration=draft.registration, number=105)  # nothing declared on it
    db.session.flush()
    problems = {row.list_id: row.problems for row in label_lists(edition)}
    assert len(problems) == 4
    assert "non validée" in problems[draft.id][0]
    assert "1 article sans code" in problems[uncoded.id][0]
    assert "Numéro manquant" in problems[nobody.id][0]
    assert run(edition).result["labels"] == 2


def test_a_job_with_nothing_ready_fails_with_a_sentence_and_leaves_no_file(edition: Edition) -> None:
    job = run(edition)
    assert (job.state, job.file) == (JobState.FAILED, None)
    assert "Aucune liste" in job.message


def test_a_list_validated_again_meanwhile_is_not_marked(edition: Edition) -> None:
    item_list = validated(edition, 101)
    item_list.validated_at = utcnow()
    db.session.commit()
    assert mark_generated(edition.id, [item_list.id], None, utcnow() - timedelta(seconds=5)) == 0
    assert status(item_list) is LabelStatus.NOT_GENERATED


def test_only_generated_labels_are_marked_printed(edition: Edition, manager: User) -> None:
    done, fresh = validated(edition, 101), validated(edition, 102)
    mark_generated(edition.id, [done.id], manager.id, utcnow())
    assert mark_printed(edition.id, [done.id, fresh.id], manager.id) == 1
    assert (status(done), status(fresh)) == (LabelStatus.PRINTED, LabelStatus.NOT_GENERATED)
    assert db.session.get_one(ItemList, done.id).labels_printed_by_id == manager.id
    with pytest.raises(DomainError):
        mark_printed(edition.id, [fresh.id], manager.id)


def test_items_handed_back_or_given_up_get_no_label(edition: Edition, tmp_path: Path) -> None:
    item_list = validated(edition, 101, 4)
    item_list.items[0].state = ItemState.REFUSED
    item_list.items[1].position, item_list.items[1].state = 0, ItemState.WITHDRAWN
    db.session.flush()
    codes = [make_code(edition.number, 101, line) for line in (3, 4)]
    assert read_codes(pdf(run(edition)), tmp_path) == (codes, codes)


# --- over HTTP


def test_a_manager_asks_for_a_document_and_marks_it_printed(office: FlaskClient, edition: Edition) -> None:
    slot = SlotFactory(edition=edition, label="Mercredi matin")
    here, elsewhere = validated(edition, 101, slot=slot), validated(edition, 102)
    db.session.commit()
    base = f"/editions/{edition.id}/labels"
    assert office.post(f"{base}/batches", data={"slot_id": slot.id, "cut_marks": "y"}).status_code == 303
    job = db.session.scalars(select(BackgroundJob)).one()
    assert (job.kind, job.params["slot_id"], job.params["cut_marks"]) == ("labels", slot.id, True)
    run_job(job.id)
    page = office.get(base).text
    assert "Télécharger" in page
    assert "Marquer ces listes comme imprimées" in page
    office.post(f"{base}/batches/{job.id}/printed")
    assert (status(here), status(elsewhere)) == (LabelStatus.PRINTED, LabelStatus.NOT_GENERATED)
    office.post(f"{base}/batches", data={"ids": [elsewhere.id]})
    last = db.session.scalars(select(BackgroundJob).order_by(BackgroundJob.created_at.desc()).limit(1)).one()
    assert last.params["list_ids"] == [elsewhere.id]
    run_job(last.id)
    office.post(f"{base}/printed", data={"ids": [elsewhere.id]})
    assert status(elsewhere) is LabelStatus.PRINTED


def test_lists_already_printed_are_made_again_only_when_asked(
    office: FlaskClient, edition: Edition, manager: User
) -> None:
    slot = SlotFactory(edition=edition, label="Mercredi matin")
    printed = [validated(edition, number, slot=slot) for number in (101, 102)]
    waiting = validated(edition, 103, slot=slot)
    mark_generated(edition.id, [one.id for one in printed], manager.id, utcnow())
    mark_printed(edition.id, [one.id for one in printed], manager.id)
    db.session.commit()
    base = f"/editions/{edition.id}/labels"
    page = office.get(base, query_string={"slot": slot.id}).text
    assert "1 liste à imprimer dans ce créneau, 2 étiquettes." in page
    assert "2 listes sont déjà imprimées dans ce créneau" in page
    assert "Refaire aussi les 2 listes déjà imprimées" in page

    def made(**form: object) -> list[int]:
        office.post(f"{base}/batches", data={"slot_id": slot.id, **form})
        newest = select(BackgroundJob).order_by(BackgroundJob.created_at.desc()).limit(1)
        job = db.session.scalars(newest).one()
        run_job(job.id)
        return db.session.get_one(BackgroundJob, job.id).result["list_ids"]

    assert made() == [waiting.id]
    assert [status(one) for one in printed] == [LabelStatus.PRINTED] * 2
    assert made(printed_too="y") == [printed[0].id, printed[1].id, waiting.id]
    assert status(printed[0]) is LabelStatus.GENERATED


def test_where_all_is_printed_only_making_it_again_is_offered(
    office: FlaskClient, edition: Edition, manager: User
) -> None:
    done = validated(edition, 101)
    mark_generated(edition.id, [done.id], manager.id, utcnow())
    mark_printed(edition.id, [done.id], manager.id)
    db.session.commit()
    base = f"/editions/{edition.id}/labels"
    page = office.get(base).text
    assert "Tout générer" not in page
    assert "Refaire la liste déjà imprimée" in page
    assert "Rien à générer ici" in office.post(f"{base}/batches", follow_redirects=True).text
    assert db.session.scalars(select(BackgroundJob)).all() == []


def test_the_page_filters_and_names_what_to_correct(office: FlaskClient, edition: Edition) -> None:
    whole = validated(
        edition, 101, registration=RegistrationFactory(edition=edition, user=UserFactory(last_name="Élan"))
    )
    draft = validated(edition, 102)
    draft.state = ListState.DRAFT
    db.session.commit()
    base = f"/editions/{edition.id}/labels"
    page = office.get(base).text
    assert "À corriger avant d’imprimer : 1 déposant" in page
    assert f"/registrations/{draft.registration_id}" in page
    found = office.get(base, query_string={"q": "elan"}, headers={"HX-Request": "true"}).text
    assert "<html" not in found
    assert f'value="{whole.id}"' in found
    assert "1 liste<" in found
    assert "Aucune liste ne correspond" in office.get(base, query_string={"status": "printed"}).text


def test_nothing_ready_and_strange_values_are_told_calmly(office: FlaskClient, edition: Edition) -> None:
    db.session.commit()
    base = f"/editions/{edition.id}/labels"
    for data in ({}, {"ids": "x"}, {"status": "x"}):
        answer = office.post(f"{base}/batches", data=data, follow_redirects=True)
        assert "Rien à générer ici" in answer.text
    assert office.post(f"{base}/batches", data={"slot_id": 999}).status_code == 404
    assert "générez d’abord" in office.post(f"{base}/printed", follow_redirects=True).text
    assert office.post(f"{base}/batches/none/printed").status_code == 404
    assert office.get(base, query_string={"page": "x", "slot": "x", "status": "x"}).status_code == 200


def test_a_document_of_another_edition_is_not_found_here(office: FlaskClient, edition: Edition) -> None:
    validated(edition, 101)
    other = EditionFactory()
    job = run(edition)
    assert office.post(f"/editions/{other.id}/labels/batches/{job.id}/printed").status_code == 404


def test_a_closed_edition_prints_nothing_more(office: FlaskClient, edition: Edition) -> None:
    validated(edition, 101)
    edition.state = EditionState.CLOSED
    db.session.commit()
    answer = office.post(f"/editions/{edition.id}/labels/batches")
    assert answer.status_code == 422
    assert "clôturée" in answer.text


def test_a_volunteer_prints_no_labels(client: FlaskClient, login, edition: Edition) -> None:
    login(client, UserFactory(role=Role.VOLUNTEER))
    assert client.get(f"/editions/{edition.id}/labels").status_code == 403
    assert client.post(f"/editions/{edition.id}/labels/batches").status_code == 403


def test_one_label_is_printed_again_at_once_and_leaves_a_trace(
    office: FlaskClient, edition: Edition, manager: User, tmp_path: Path
) -> None:
    item = validated(edition, 101, 3).items[1]
    db.session.commit()
    answer = office.post(f"/editions/{edition.id}/items/{item.id}/label")
    assert answer.mimetype == "application/pdf"
    assert read_codes(answer.data, tmp_path) == ([item.code], [item.code])
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "label.reprinted")).one()
    assert (entry.subject, entry.actor_id) == (f"item:{item.id}", manager.id)


def test_an_item_without_a_code_has_no_label(office: FlaskClient, edition: Edition) -> None:
    item = ItemFactory(item_list=ItemListFactory(registration=RegistrationFactory(edition=edition)))
    db.session.commit()
    where = f"/editions/{edition.id}/items/{item.id}/label"
    assert "pas encore de code" in office.post(where, follow_redirects=True).text


@pytest.mark.slow
def test_the_page_and_the_job_ask_few_queries_whatever_the_number_of_items(
    office: FlaskClient, edition: Edition
) -> None:
    for number in range(100, 110):
        validated(edition, number, 2)
    db.session.commit()

    def asked() -> tuple[int, int]:
        db.session.expire_all()
        with counted_queries() as page:
            assert office.get(f"/editions/{edition.id}/labels").status_code == 200
        with counted_queries() as job:
            assert run(edition).state is JobState.DONE
        return len(page), len([each for each in job if not each.startswith("UPDATE background_job")])

    asked()  # the page of a first job
    few = asked()
    for number in range(110, 140):
        validated(edition, number, 12)
    db.session.commit()
    assert asked() == few
