"""Slips drawn in the background, one by one, merged and zipped."""

import io
import zipfile

import pytest
from pypdf import PdfReader

from app.accounts.models import Role
from app.core.db import db
from app.deposits.models import ITEM_STATE_LABELS, ItemState
from app.editions.models import EditionState, ListKind
from app.operations.files import path_of
from app.operations.models import BackgroundJob, JobState
from app.operations.services import request_job
from app.payouts import services
from app.payouts.models import PayoutMethod, PayoutState
from app.payouts.queries import get_ledger_row
from jobs import slips
from jobs.runner import run_job
from tests.factories import EditionFactory, TillFactory, UserFactory, list_on_sale
from tests.support.sales import sell

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


@pytest.fixture
def edition(app):
    return EditionFactory(state=EditionState.SETTLING, name="Bourse d’automne")


@pytest.fixture
def treasurer(app):
    return UserFactory(role=Role.TREASURER)


def depositor(edition, till, number, sold=1):
    item_list = list_on_sale(
        2, number=number, registration__edition=edition, registration__list_kind=ListKind.MEMBER
    )
    sell(till, item_list.items[:sold])
    for item in item_list.items[sold:]:
        item.state = ItemState.UNSOLD
    db.session.flush()
    return item_list.registration_id


def draw(edition, registration_ids=None) -> BackgroundJob:
    job = request_job("slips", "Bordereaux", edition_id=edition.id, registration_ids=registration_ids)
    db.session.commit()
    run_job(job.id)
    db.session.refresh(job)
    return job


def text_of(stored: str) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(path_of(stored)).pages)


@pytest.mark.slow
def test_every_depositor_gets_a_slip_and_all_are_gathered(edition, treasurer):
    till = TillFactory(edition=edition, number=1)
    first, second = depositor(edition, till, 1201), depositor(edition, till, 1202)
    services.compute_payouts(edition, treasurer.id)
    job = draw(edition)
    assert (job.state, job.message, job.done_steps, job.total_steps) == (
        JobState.DONE,
        "2 bordereaux.",
        2,
        2,
    )
    row = get_ledger_row(edition, first)
    assert row.state is PayoutState.SLIP_READY
    text = text_of(row.slip_file)
    assert "1201-01" in text
    assert "Frais de dépôt (1 liste)" in text
    assert row.stored.amounts.net == 450 - 90 - 100
    assert "2,60" in text
    assert len(PdfReader(path_of(job.file)).pages) >= 2
    with zipfile.ZipFile(io.BytesIO(path_of(job.result["zip"]).read_bytes())) as archive:
        assert len(archive.namelist()) == 2
        assert archive.namelist()[0].startswith("Bordereau 120")
    assert get_ledger_row(edition, second).slip_file != row.slip_file


def test_a_slip_tells_what_became_of_an_article_when_it_is_more_than_unsold(edition, treasurer):
    registration_id = depositor(edition, TillFactory(edition=edition, number=1), 1201)
    other = list_on_sale(1, number=1202, registration__edition=edition).items[0]
    other.item_list.registration_id, other.state = registration_id, ItemState.DONATED
    services.compute_payouts(edition, treasurer.id)
    draw(edition)
    text = text_of(get_ledger_row(edition, registration_id).slip_file)
    assert "1202-01" in text
    assert f"— {ITEM_STATE_LABELS[ItemState.DONATED]}" in text
    assert f"— {ITEM_STATE_LABELS[ItemState.UNSOLD]}" not in text


def test_a_slip_made_again_replaces_the_old_file(edition, treasurer):
    registration_id = depositor(edition, TillFactory(edition=edition, number=1), 1201)
    services.compute_payouts(edition, treasurer.id)
    draw(edition, [registration_id])
    old = get_ledger_row(edition, registration_id).slip_file
    draw(edition, [registration_id])
    assert get_ledger_row(edition, registration_id).slip_file != old
    assert not path_of(old).exists()


def test_stale_and_uncomputed_payouts_get_none(edition, treasurer):
    till = TillFactory(edition=edition, number=1)
    with_slip = depositor(edition, till, 1201)
    services.compute_payouts(edition, treasurer.id)
    stale = depositor(edition, till, 1202)
    services.compute_payouts(edition, treasurer.id)
    services.approve(edition, treasurer.id, [with_slip])
    items = list_on_sale(1, number=1203, registration__edition=edition).items
    items[0].item_list.registration_id = stale
    sell(till, items)
    job = draw(edition)
    assert job.message == "1 bordereau. 1 à recalculer n’en ont pas."
    assert get_ledger_row(edition, with_slip).state is PayoutState.APPROVED
    assert get_ledger_row(edition, stale).slip_file is None


def test_nothing_to_draw_is_said(edition, treasurer):
    depositor(edition, TillFactory(edition=edition, number=1), 1201)
    job = draw(edition)
    assert job.state is JobState.FAILED
    assert "calculez-les" in job.message


def test_a_slip_of_figures_computed_again_meanwhile_is_dropped(edition, treasurer):
    registration_id = depositor(edition, TillFactory(edition=edition, number=1), 1201)
    services.compute_payouts(edition, treasurer.id)
    row = get_ledger_row(edition, registration_id)
    services.add_adjustment(edition, registration_id, 50, "Oubli", treasurer.id)
    assert not services.store_slip(edition.id, row.payout_id, row.computed_at, row.paid_at, "slips/late.pdf")
    assert get_ledger_row(edition, registration_id).slip_file is None


def test_a_slip_that_names_a_payment_undone_meanwhile_is_dropped(edition, treasurer):
    registration_id = depositor(edition, TillFactory(edition=edition, number=1), 1201)
    services.compute_payouts(edition, treasurer.id)
    services.approve(edition, treasurer.id)
    services.record_payment(edition, registration_id, PayoutMethod.CHEQUE, treasurer.id, "123456")
    row = get_ledger_row(edition, registration_id)
    services.undo_payment(edition, registration_id, treasurer.id, "Chèque perdu")
    assert not services.store_slip(edition.id, row.payout_id, row.computed_at, row.paid_at, "slips/late.pdf")
    assert services.store_slip(edition.id, row.payout_id, row.computed_at, None, "slips/unpaid.pdf")


@pytest.mark.servers
def test_many_slips_are_drawn_by_processes_of_their_own(edition, treasurer, monkeypatch):
    monkeypatch.setattr(slips, "WORTH_A_POOL", 2)
    till = TillFactory(edition=edition, number=1)
    for number in (1201, 1202, 1203):
        depositor(edition, till, number)
    services.compute_payouts(edition, treasurer.id)
    assert draw(edition).message == "3 bordereaux."


def test_nothing_is_locked_while_slips_are_drawn(edition, treasurer, monkeypatch):
    depositor(edition, TillFactory(edition=edition, number=1), 1201)
    services.compute_payouts(edition, treasurer.id)
    drawing = []

    def slip_pdf(slip) -> bytes:
        drawing.append(db.session().in_transaction())
        return real(slip)

    real = slips.slip_pdf
    monkeypatch.setattr(slips, "slip_pdf", slip_pdf)
    draw(edition)
    assert drawing == [False]
