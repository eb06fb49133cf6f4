"""The pages of the Billetweb import: upload, preview, mappings, start, report; and files that are none."""

import io
import re
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from time import process_time

import openpyxl
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import Role, User
from app.core.clock import utcnow
from app.core.db import db
from app.deposits.models import BilletwebUpload, Registration
from app.editions.models import Edition, EditionState
from app.editions.queries import list_slots
from app.editions.services.creation import NewEdition, create_edition
from app.operations.files import path_of
from app.operations.models import BackgroundJob, JobState
from app.operations.services import request_job
from blueprints.backoffice import import_views
from jobs.runner import run_job
from jobs.schedule import TASKS, run_due_tasks
from tests.factories import UserFactory, open_edition

Login = Callable[[FlaskClient, User], FlaskClient]
DATA = Path(__file__).parents[1] / "data"
AUTUMN = "billetweb-automne-2026.xlsx"
ERRORS = "billetweb-with-errors.csv"
GONE = "Ce fichier n’est plus gardé ici : envoyez-le de nouveau."
HOURLY = tuple(task for task in TASKS if task.name == "exports")
TITLES = "Séance;Tarif;Nom;Prénom;Email;Payé;Valide\n"


@pytest.fixture
def edition(app: Flask) -> Edition:
    return open_edition()


@pytest.fixture
def manager(client: FlaskClient, login: Login, edition: Edition) -> FlaskClient:
    return login(client, UserFactory(role=Role.MANAGER))


def send(client: FlaskClient, edition: Edition, content: bytes, name: str, **options):
    data = {"file": (io.BytesIO(content), name)}
    return client.post(f"/editions/{edition.id}/import", data=data, **options)


def files_kept() -> set[Path]:
    return set(path_of("billetweb").glob("*"))


def sample(name: str) -> bytes:
    return (DATA / name).read_bytes()


def test_from_the_upload_to_the_report(manager: FlaskClient, edition: Edition) -> None:
    sent = send(manager, edition, sample(ERRORS), ERRORS)
    assert sent.status_code == 303
    preview = manager.get(sent.location)
    assert preview.status_code == 200
    for shown in ("30 lignes", "marie.dupont@", "Samedi 14h", "« Nom » est vide", "Importer 24 inscriptions"):
        assert shown in preview.text
    start = sent.location.replace("/preview", "/start")
    report = manager.post(start).location
    upload = db.session.scalars(select(BilletwebUpload)).one()
    assert manager.post(start).location == report
    assert db.session.scalar(select(func.count()).select_from(BackgroundJob)) == 1, (
        "a second click adds no job"
    )
    assert "En attente" in manager.get(report).text
    stored = path_of(upload.stored)
    run_job(upload.job_id)
    page = manager.get(report).text
    assert "24 inscriptions ajoutées, 4 lignes en erreur" in page
    assert "marie.dupont@" in page
    assert not stored.exists(), "personal data goes once imported"
    assert manager.get(sent.location).location == report


def test_a_file_is_read_once_and_not_within_a_transaction(
    manager: FlaskClient, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, open_ones = import_views.read_billetweb, []

    def watched(*args):
        open_ones.append(db.session.registry().in_transaction())
        return read(*args)

    monkeypatch.setattr(import_views, "read_billetweb", watched)
    sent = send(manager, edition, sample(ERRORS), ERRORS)
    assert "30 lignes" in manager.get(sent.location).text
    assert manager.post(sent.location.replace("/preview", "/start")).status_code == 303
    assert open_ones == [False]


def test_mappings_change_the_preview(manager: FlaskClient, edition: Edition) -> None:
    preview = send(manager, edition, sample(ERRORS), ERRORS).location
    slot = list_slots(edition.id)[3]
    first = re.search(r"(Séance|Tarif) « ([^»]+) »", manager.get(preview).text)
    assert first
    assert first[2] == "Samedi 14h", "what is not understood comes first"
    assert "À choisir" in manager.get(preview).text
    mapping = preview.replace("/preview", "/mapping")
    assert manager.post(mapping, data={"slot:Samedi 14h": str(slot.id)}).status_code == 303
    assert "Importer 25 inscriptions" in manager.get(preview).text
    assert "À choisir" not in manager.get(preview).text
    for wrong in ({"slot:Samedi 14h": "9999"}, {"slot:Samedi 14h": "x"}, {"tariff:Standard": "gratuit"}):
        assert manager.post(mapping, data=wrong).status_code == 422
    assert "Importer 25 inscriptions" in manager.get(preview).text


def test_the_preview_names_the_events_of_the_file(manager: FlaskClient, edition: Edition) -> None:
    preview = send(manager, edition, sample(ERRORS), ERRORS).location
    assert "30 lignes de l’événement « Bourse Automne 2026 »" in manager.get(preview).text
    rows = [f"{name};Mercredi 14h-18h;Standard;Petit;Léa;a@example.org;Oui;Oui\n" for name in ("=A1", "Loto")]
    mixed = f"Événement;{TITLES}" + "".join(rows)
    page = manager.get(send(manager, edition, mixed.encode(), "a.csv").location).text
    assert "Ce fichier mêle 2 événements : « =A1 », « Loto »." in page
    assert "formule" not in page, "the name of the event is shown, nothing more"


def test_a_file_sent_again_says_that_there_is_nothing_left_to_do(
    manager: FlaskClient, edition: Edition
) -> None:
    row = "Jeudi 17h-21h;Standard – 2 listes;Lefèvre;Zoé;zoe@example.org;Oui;Oui\n"
    once = send(manager, edition, (TITLES + row).encode(), "a.csv").location
    assert manager.post(once.replace("/preview", "/start")).status_code == 303
    run_job(db.session.scalars(select(BilletwebUpload.job_id)).one())
    again = manager.get(send(manager, edition, (TITLES + row).encode(), "a.csv").location).text
    assert "ces personnes sont déjà inscrites" in again
    assert "Importer 1" not in again


def workbook(rows: int) -> bytes:
    """Written by openpyxl but for its rows, which take it ten seconds when they are many."""
    book, written, out = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    book.active.append(TITLES.strip().split(";"))
    book.save(written)
    cells = ["Jeudi 17h-21h", "Standard – 2 listes", "N", "P", "p%d@example.org", "Oui", "Oui"]
    row = "<row>" + "".join(f'<c t="inlineStr"><is><t>{each}</t></is></c>' for each in cells) + "</row>"
    stuffing = "".join(row % number for number in range(rows)).encode()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            part = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace(b"</sheetData>", stuffing + b"</sheetData>")
            archive.writestr(name, part)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return out.getvalue()


# What takes long to make is made when its test begins.
BAD = {
    "empty": (b"", "a.csv", "est vide"),
    "blank": (b" \n \n", "a.csv", "est vide"),
    "titles only": (TITLES.encode(), "a.csv", "aucune inscription"),
    "other columns": (b"a;b;c\n1;2;3\n", "a.csv", "Colonnes introuvables"),
    "a picture": (b"\x89PNG\r\n\x1a\n....", "a.csv", "une image"),
    "a pdf named xlsx": (b"%PDF-1.7", "a.xlsx", "pas un classeur Excel lisible"),
    "a workbook named csv": (sample(AUTUMN), "a.csv", "un classeur Excel"),
    "old excel": (b"\xd0\xcf\x11\xe0" + b"0" * 600, "a.xlsx", "ancien format"),
    "macros": (b"PK", "a.xlsm", "macros"),
    "another kind": (b"hello", "a.docx", ".xlsx ou .csv"),
    "no extension": (b"hello", "liste", ".xlsx ou .csv"),
    "a bomb": (bomb, "a.xlsx", "trop grand une fois ouvert"),
    "100 000 lines": (
        TITLES.encode() + b"J;S;N;P;a@example.org;Oui;Oui\n" * 100_000,
        "a.csv",
        "plus de 500 inscriptions",
    ),
    "100 000 rows": (lambda: workbook(100_000), "a.xlsx", "trop grand une fois ouvert"),
    "too big": (TITLES.encode() + b" " * (5 * 1024 * 1024), "a.csv", "dépasse 5 Mo"),
}


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("case", BAD)
def test_a_file_that_cannot_be_imported_says_why_at_once(
    manager: FlaskClient, edition: Edition, case: str
) -> None:
    content, name, sentence = BAD[case]
    if callable(content):
        content = content()
    begun = process_time()
    answer = send(manager, edition, content, name)
    assert process_time() - begun < 5
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'id="file-error"' in answer.text
    assert db.session.scalar(select(func.count()).select_from(BilletwebUpload)) == 0


@pytest.mark.parametrize("backend", ["sqlite"])
def test_no_file_at_all_plain_and_htmx(manager: FlaskClient, edition: Edition) -> None:
    address = f"/editions/{edition.id}/import"
    assert "Choisissez le fichier" in manager.post(address, data={}).text
    answer = manager.post(address, data={}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "<html" not in answer.text
    sent = send(manager, edition, sample(ERRORS), ERRORS, headers={"HX-Request": "true"})
    assert (sent.status_code, "/preview" in sent.headers["HX-Redirect"]) == (204, True)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_request_beyond_all_measure_is_refused(manager: FlaskClient, edition: Edition) -> None:
    answer = send(manager, edition, b"0" * (7 * 1024 * 1024), "a.csv")
    assert answer.status_code == 413


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_a_csv_of_any_encoding_is_read_rightly(manager: FlaskClient, edition: Edition, encoding: str) -> None:
    text = TITLES + "Jeudi 17h-21h;Standard – 2 listes;Lefèvre;Zoé;ZOE@Example.org;Oui;Oui\n"
    preview = manager.get(send(manager, edition, text.encode(encoding), "a.csv").location)
    for shown in ("Lefèvre", "Zoé", "zoe@example.org", "Importer 1 inscription"):
        assert shown in preview.text


def test_formulas_are_errors_of_their_rows(manager: FlaskClient, edition: Edition) -> None:
    text = TITLES + 'Jeudi 17h-21h;Standard – 2 listes;"=HYPERLINK(""x"")";Zoé;zoe@example.org;Oui;Oui\n'
    preview = manager.get(send(manager, edition, text.encode(), "a.csv").location)
    assert "La cellule contient une formule" in preview.text


@pytest.mark.parametrize("state", [EditionState.DRAFT, EditionState.SELLING, EditionState.CLOSED])
def test_an_edition_that_takes_no_registrations_takes_no_file(
    manager: FlaskClient, edition: Edition, state: EditionState
) -> None:
    edition.state = state
    db.session.commit()
    assert 'type="file"' not in manager.get(f"/editions/{edition.id}/import").text.split("disabled")[0]
    before = files_kept()
    assert send(manager, edition, sample(ERRORS), ERRORS).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 0
    assert files_kept() == before


def test_files_nobody_imported_are_thrown_away(manager: FlaskClient, edition: Edition) -> None:
    preview = send(manager, edition, sample(ERRORS), ERRORS).location
    assert run_due_tasks(utcnow(), HOURLY) == ["exports"]
    assert manager.get(preview).status_code == 200
    with time_machine.travel(utcnow() + timedelta(days=1, hours=1)):
        assert run_due_tasks(utcnow(), HOURLY) == ["exports"]
    assert files_kept() == set()
    assert GONE in manager.get(preview).text


def spoil_name(upload: BilletwebUpload) -> None:
    upload.stored = upload.stored.replace(".json", ".xlsx")
    path_of(upload.stored).write_bytes(sample(AUTUMN))


def spoil_rows(upload: BilletwebUpload) -> None:
    path = path_of(upload.stored)
    path.write_text(path.read_text().replace('"ticket"', '"billet"'))


def lose(upload: BilletwebUpload) -> None:
    path_of(upload.stored).unlink()


@pytest.mark.parametrize("spoil", [spoil_name, spoil_rows, lose])
def test_rows_that_are_gone_or_of_another_version_are_asked_for_again(
    manager: FlaskClient, edition: Edition, spoil: Callable[[BilletwebUpload], None]
) -> None:
    preview = send(manager, edition, sample(ERRORS), ERRORS).location
    upload = db.session.scalars(select(BilletwebUpload)).one()
    spoil(upload)
    job = request_job("billetweb_import", "Import", edition_id=edition.id, upload_id=upload.id)
    db.session.commit()
    assert GONE in manager.get(preview).text
    run_job(job.id)
    db.session.expire_all()
    assert (job.state, job.message) == (JobState.FAILED, GONE)


@pytest.mark.slow
def test_of_two_clicks_at_once_one_starts_the_import(
    own_app: Flask, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition, both = open_edition(), threading.Barrier(2)
    clients = [login(own_app.test_client(), UserFactory(role=Role.MANAGER)) for _ in range(2)]
    start = send(clients[0], edition, sample(ERRORS), ERRORS).location.replace("/preview", "/start")

    def meet(upload: BilletwebUpload) -> None:
        with suppress(threading.BrokenBarrierError):
            both.wait(1)

    monkeypatch.setattr(import_views, "kept_path", meet)
    db.session.rollback()
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda client: client.post(start).status_code, clients))
    assert answers == [303, 303]
    assert db.session.scalar(select(func.count()).select_from(BackgroundJob)) == 1
    db.session.rollback()


def test_another_editions_upload_is_not_found(manager: FlaskClient, edition: Edition) -> None:
    send(manager, edition, sample(ERRORS), ERRORS)
    upload = db.session.scalars(select(BilletwebUpload)).one()
    other = create_edition(NewEdition("Printemps", 27, date(2027, 3, 20)))
    db.session.commit()
    for page in ("preview", "report"):
        assert manager.get(f"/editions/{other.id}/import/{upload.id}/{page}").status_code == 404
    for act in ("mapping", "start"):
        assert manager.post(f"/editions/{other.id}/import/{upload.id}/{act}").status_code == 404
