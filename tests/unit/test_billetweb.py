"""Billetweb exports: the two samples with exact counts, messy files, hostile files."""

import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import openpyxl
import pytest

from app.core.errors import DomainError
from app.deposits.billetweb import (
    MAX_BYTES,
    MAX_ROWS,
    BilletwebFile,
    BilletwebRow,
    Outcome,
    Preview,
    classify,
    read_billetweb,
)
from app.editions.rulebook import default_rulebook

DATA = Path(__file__).parents[1] / "data"
BOOK = default_rulebook()
SLOTS = {each.label: number for number, each in enumerate(BOOK.slots)}
TITLES = ["Séance", "Tarif", "Nom", "Prénom", "Email", "Commande", "Billet", "Payé", "Valide"]
TITLES += ["Téléphone", "Adresse", "Code postal", "Ville", "Commentaire", "Remboursé"]
GOOD = {
    "Séance": "Jeudi 17h-21h",
    "Tarif": "Standard – 2 listes",
    "Nom": "MARTIN",
    "Prénom": "Zoé",
    "Email": "zoe.martin@example.org",
    "Commande": "C1",
    "Billet": "B1",
    "Payé": "Oui",
    "Valide": "Oui",
    "Téléphone": "0612345678",
    "Adresse": "1, rue du Pré",
    "Code postal": "31830",
    "Ville": "Plaisance-du-Touch",
    "Commentaire": "",
    "Remboursé": "Non",
}


def line(**changes: object) -> dict[str, object]:
    """A good row; changes by title, `Code_postal` standing for `Code postal`."""
    return GOOD | {title.replace("_", " "): value for title, value in changes.items()}


def csv_file(rows: Iterable[dict], titles: list[str] = TITLES, sep: str = ";", end: str = "\r\n") -> str:
    body = [sep.join(str(row.get(title, "")) for title in titles) for row in rows]
    return end.join([sep.join(titles), *body, ""])


def xlsx_file(rows: Iterable[dict], titles: list[str] = TITLES, above: Iterable[list] = ()) -> bytes:
    book = openpyxl.Workbook()
    for cells in (*above, titles, *([row.get(title) for title in titles] for row in rows)):
        book.active.append(cells)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def read(content: bytes | str, filename: str = "export.csv") -> BilletwebFile:
    return read_billetweb(io.BytesIO(content.encode() if isinstance(content, str) else content), filename)


def read_one(**changes: object) -> BilletwebRow:
    [row] = read(xlsx_file([line(**changes)]), "export.xlsx").rows
    return row


def sample(name: str) -> BilletwebFile:
    with (DATA / name).open("rb") as stream:
        return read_billetweb(stream, name)


def preview(rows: Iterable[BilletwebRow], known: set = frozenset(), registered: set = frozenset()) -> Preview:
    return classify(tuple(rows), known, registered, SLOTS, BOOK.tariff_kinds())


def refusal(content: bytes | str, filename: str = "export.csv") -> str:
    with pytest.raises(DomainError) as refused:
        read(content, filename)
    assert refused.value.field == "file"
    return refused.value.message


def rewritten(change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None) -> bytes:
    """A good workbook with some of its parts changed."""
    saved = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx_file([line()]))) as source,
        zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
        for name, content in (extra or {}).items():
            target.writestr(name, content)
    return saved.getvalue()


# The two samples


@pytest.mark.parametrize("name", ["billetweb-automne-2026.xlsx", "billetweb-with-errors.csv"])
def test_what_is_kept_of_a_file_is_what_was_read(name: str):
    file = sample(name)
    assert BilletwebFile.from_json(file.to_json()) == file
    older = BilletwebFile.from_json('{"filename": "a.csv", "header_row": 1, "rows": []}')
    assert older.events == (), "kept by a version that did not read them"


def test_what_is_kept_of_a_file_is_as_small_as_its_rows_may_be():
    [row] = read(xlsx_file([line(**dict.fromkeys(TITLES, "é" * 9_000))]), "export.xlsx").rows
    assert {each.column for each in row.problems} >= {"Nom", "Commentaire", "Séance", "Tarif"}
    assert len(BilletwebFile("export.xlsx", 1, (row,)).to_json()) < 6_000


def test_the_sample_export_has_136_people_one_duplicate_and_three_ignored():
    found = preview(sample("billetweb-automne-2026.xlsx").rows)
    assert {outcome.value: count for outcome, count in found.counts.items() if count} == {
        "new": 136,
        "duplicate": 1,
        "ignored": 3,
    }
    assert [(each.row.number, each.problems[0].column) for each in found.of(Outcome.IGNORED)] == [
        (9, "Payé"),
        (21, "Valide"),
        (35, "Payé"),
    ]
    [twice] = found.of(Outcome.DUPLICATE)
    assert twice.row.number == 52
    assert "Emmanuelle LE GALL, ligne 14" in twice.problems[0].message
    assert found.unknown_slots == found.unmapped_tariffs == ()
    kinds = [each.kind for each in found.to_import]
    assert (kinds.count("standard"), kinds.count("1000"), kinds.count("2000")) == (121, 8, 7)


def test_what_the_sample_export_spoils_is_repaired():
    by_number = {each.number: each for each in sample("billetweb-automne-2026.xlsx").rows}
    assert by_number[63].email == "sebastien.allard308@example.org"
    assert by_number[72].phone == "+33746439725"
    assert by_number[74].postcode == "31830"
    assert by_number[2].order == "C70000"
    assert by_number[2].ticket == "B100000"


def test_the_sample_with_errors_locates_each_of_them():
    found = preview(sample("billetweb-with-errors.csv").rows)
    assert {outcome.value: count for outcome, count in found.counts.items() if count} == {
        "new": 24,
        "ignored": 2,
        "error": 4,
    }
    located = [(each.row, each.column) for row in found.of(Outcome.ERROR) for each in row.problems]
    assert located == [(5, "Email"), (11, "Séance"), (17, "Nom"), (22, "Téléphone")]
    assert found.unknown_slots == ("Samedi 14h",)


def test_importing_the_sample_again_finds_everybody_registered():
    rows = sample("billetweb-automne-2026.xlsx").rows
    emails = {each.row.email for each in preview(rows).to_import}
    again = preview(rows, known=emails, registered=emails)
    assert again.to_import == ()
    assert again.counts[Outcome.ALREADY_REGISTERED] == 136


# Classes of rows


def test_each_class_of_row():
    rows = read(
        csv_file(
            [
                line(Email="new@example.org"),
                line(Email="known@example.org"),
                line(Email="there@example.org"),
                line(Email="NEW@example.org "),
                line(Email="late@example.org", Payé="Non"),
                line(Email="back@example.org", Remboursé="Oui"),
                line(Email="bad@", Valide="Non"),
                line(Email="bad@"),
                line(Email="x@example.org", Tarif="Prix libre"),
            ]
        )
    ).rows
    found = preview(rows, known={"known@example.org", "there@example.org"}, registered={"there@example.org"})
    assert [each.outcome.value for each in found.rows] == [
        "new",
        "known",
        "already_registered",
        "duplicate",
        "ignored",
        "ignored",
        "ignored",
        "error",
        "error",
    ]
    assert "ligne 2" in found.rows[3].problems[0].message
    assert "n’ajoute rien" in found.rows[3].problems[0].message
    assert found.unmapped_tariffs == ("Prix libre",)
    assert [each.row.number for each in found.to_import] == [2, 3]


def test_a_row_with_an_error_does_not_take_the_place_of_the_next():
    rows = read(csv_file([line(Séance="Dimanche"), line()])).rows
    assert [each.outcome for each in preview(rows).rows] == [Outcome.ERROR, Outcome.NEW]


def test_slot_and_tariff_are_compared_without_dashes_capitals_or_spaces():
    rows = read(csv_file([line(Séance="JEUDI 17H\u00a0- 21h", Tarif="standard - 2  listes")])).rows
    assert preview(rows).counts[Outcome.NEW] == 1


def test_a_mapped_tariff_is_no_error_any_more():
    rows = read(csv_file([line(Tarif="Prix libre")])).rows
    mapped = classify(rows, set(), set(), SLOTS, {"Prix libre": "standard"})
    assert mapped.rows[0].kind == "standard"


# Cells


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (612345678, "+33612345678"),
        (612345678.0, "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("06\u00a012 34 56 78", "+33612345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        (33612345678, "+33612345678"),
        ("0033612345678", "+33612345678"),
        ('="0612345678"', "+33612345678"),
        ("+32 470 12 34 56", "+32470123456"),
        ("", ""),
        (None, ""),
    ],
)
def test_phones(typed, kept):
    row = read_one(Téléphone=typed)
    assert row.phone == kept
    assert row.problems == ()


@pytest.mark.parametrize(
    ("typed", "kept"), [(1000, "01000"), ("09100", "09100"), (31830.0, "31830"), ("B-1000", "B-1000")]
)
def test_postcodes_keep_their_zero(typed, kept):
    assert read_one(Code_postal=typed).postcode == kept


def test_texts_are_trimmed_and_kept_as_typed():
    row = read_one(Nom="\u00a0LE  GALL\u200b ", Prénom="Anne-Lise\n", Ville="L\u2019Isle\tJourdain")
    assert (row.last_name, row.first_name, row.city) == ("LE GALL", "Anne-Lise", "L\u2019Isle Jourdain")


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"Nom": ""}, "Nom"),
        ({"Prénom": "\u00a0"}, "Prénom"),
        ({"Email": ""}, "Email"),
        ({"Email": "a@b"}, "Email"),
        ({"Email": "a b@example.org"}, "Email"),
        ({"Téléphone": "12"}, "Téléphone"),
        ({"Téléphone": "à rappeler"}, "Téléphone"),
        ({"Nom": "X" * 81}, "Nom"),
        ({"Adresse": "X" * 201}, "Adresse"),
        ({"Nom": "=1+1"}, "Nom"),
        ({"Email": '=HYPERLINK("http://x")'}, "Email"),
        ({"Payé": '=IF(1,"Oui","Non")'}, "Payé"),
        ({"Séance": ""}, "Séance"),
        ({"Tarif": ""}, "Tarif"),
    ],
)
def test_wrong_cells_are_errors_of_their_column(changes, column):
    [row] = preview([read_one(**changes)]).rows
    assert row.outcome is Outcome.ERROR
    assert [(each.row, each.column) for each in row.problems] == [(2, column)]


# Messy files that are read rightly


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("sep", [";", ",", "\t"])
def test_encodings_and_separators(encoding, sep):
    rows = [line(Prénom="Éloïse", Adresse="1 rue du Pré")]
    [row] = read(csv_file(rows, sep=sep).encode(encoding)).rows
    assert (row.first_name, row.slot_label) == ("Éloïse", "Jeudi 17h-21h")
    assert row.tariff_label == "Standard – 2 listes"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end):
    assert len(read(csv_file([line(), line()], end=end)).rows) == 2


def test_quoted_cells_hold_separators_quotes_and_new_lines():
    rows = [line(Commentaire='"Bonjour ; ""merci""\r\nà bientôt"'), line(Email="b@example.org")]
    first, second = read(csv_file(rows)).rows
    assert first.comment == 'Bonjour ; "merci" à bientôt'
    assert second.number == 3


def test_columns_are_found_by_title_in_any_order():
    titles = ["Newsletter", " E-MAIL ", "prenom", "NOM", "Nom acheteur", "payé", "valide", "tarif", "seance"]
    text = (
        csv_file([], titles)
        + "Oui;z@example.org;Zoé;MARTIN;AUTRE;oui;OUI;Standard – 2 listes;Jeudi 17h-21h\n"
    )
    [row] = read(text).rows
    assert (row.last_name, row.email, row.phone, row.is_paid) == ("MARTIN", "z@example.org", "", True)
    assert preview([row]).counts[Outcome.NEW] == 1


def test_titles_above_the_header_are_skipped_and_rows_keep_their_number():
    content = xlsx_file([line()], above=[["Bourse Automne 2026"], [], ["Exporté le 2 septembre"]])
    book = openpyxl.load_workbook(io.BytesIO(content))
    book.active.merge_cells("A1:H1")
    saved = io.BytesIO()
    book.save(saved)
    file = read(saved.getvalue(), "export.XLSX")
    assert file.header_row == 4
    assert [each.number for each in file.rows] == [5]


def test_blank_and_total_rows_are_not_registrations():
    text = csv_file([line()]) + ";;;;;;;;\r\n\r\n" + ";;;;;;Total : 1\r\n"
    assert len(read(text).rows) == 1


@pytest.mark.slow
def test_exactly_500_rows_are_read():
    rows = [line(Email=f"p{n}@example.org") for n in range(MAX_ROWS)]
    assert len(read(csv_file(rows)).rows) == MAX_ROWS
    assert len(read(xlsx_file(rows), "export.xlsx").rows) == MAX_ROWS


# Files that are refused


@pytest.mark.parametrize("name", ["export.csv", "export.xlsx"])
@pytest.mark.parametrize("content", [b"", b"  \r\n "])
def test_an_empty_file(name, content):
    assert "vide" in refusal(content, name)


def test_files_with_nothing_in_them():
    assert "vide" in refusal(b"\xef\xbb\xbf")
    assert "vide" in refusal(xlsx_file([], titles=[]), "export.xlsx")
    assert "aucune inscription" in refusal(csv_file([]))


def test_a_file_without_the_useful_columns_names_them():
    titles = [each for each in TITLES if each not in ("Email", "Payé")]
    assert "Colonnes introuvables : Email, Payé." in refusal(csv_file([line()], titles))
    assert "Colonnes introuvables : Séance, Tarif" in refusal("n’importe quoi\n" * 1000)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (xlsx_file([line()]), "export.csv", "c’est un classeur Excel"),
        (csv_file([line()]), "export.xlsx", "pas un classeur Excel lisible"),
        (b"%PDF-1.7 ...", "export.csv", "c’est un PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "export.xlsx", "pas un classeur"),
        (b"\xd0\xcf\x11\xe0" + bytes(500), "export.xlsx", "mot de passe"),
        (b"\xd0\xcf\x11\xe0" + bytes(500), "export.csv", "document protégé"),
        (b"abc\0\0\0def" * 10, "export.csv", "pas un texte lisible"),
        (csv_file([line()]), "export.xls", ".xlsx ou .csv"),
        (csv_file([line()]), "export", ".xlsx ou .csv"),
        (xlsx_file([line()]), "export.xlsm", "macros"),
        (xlsx_file([line()])[:3000], "export.xlsx", "pas un classeur"),
    ],
)
def test_a_file_that_is_not_what_it_says(content, name, words):
    assert words in refusal(content, name)


def test_another_archive_is_not_a_workbook():
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "pas un classeur" in refusal(saved.getvalue(), "export.xlsx")


def test_macros_are_refused_whatever_the_name():
    assert "macros" in refusal(rewritten(lambda _, part: part, {"xl/vbaProject.bin": b"x"}), "export.xlsx")


def test_a_quote_that_is_never_closed():
    text = csv_file([line(), line(Commentaire='"oups'), line()])
    assert "La ligne 3 est mal formée" in refusal(text)


def test_damaged_parts_inside_a_workbook():
    broken = rewritten(lambda name, part: part[: len(part) // 2] if "sheet1" in name else part)
    assert "pas un classeur" in refusal(broken, "export.xlsx")


def test_entities_are_not_expanded():
    bomb = b'<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "' + b"&a;" * 1000 + b'">]>'

    def with_entities(name: str, part: bytes) -> bytes:
        return part.replace(b"<worksheet", bomb + b"<worksheet", 1) if "sheet1" in name else part

    assert "pas un classeur" in refusal(rewritten(with_entities), "export.xlsx")


# Bounded work


def within(seconds: float, megabytes: float, work: Callable[[], str]) -> str:
    tracemalloc.start()
    began = time.process_time()
    try:
        message = work()
        assert time.process_time() - began < seconds
        assert tracemalloc.get_traced_memory()[1] < megabytes * 1e6
    finally:
        tracemalloc.stop()
    return message


def test_a_file_too_big_is_not_even_read_whole():
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= MAX_BYTES + 1
            self.given += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(DomainError, match="5 Mo"):
        read_billetweb(stream, "export.csv")
    assert stream.given == MAX_BYTES + 1


def test_100_000_rows_of_csv():
    text = csv_file([]) + "Jeudi;S;N;P;e@x.org;;;Oui;Oui\n" * 100_000
    assert "plus de 500 inscriptions" in within(10, 80, lambda: refusal(text))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "end", "stuffing"),
    [
        ("sheet1", b"</sheetData>", b"<row>" + b'<c t="inlineStr"><is><t>Oui</t></is></c>' * 9 + b"</row>"),
        ("styles", b"</cellXfs>", b"<xf/>"),
    ],
)
def test_a_part_too_long_to_read_is_measured_first(part, end, stuffing):
    def long(name: str, content: bytes) -> bytes:
        return content.replace(end, stuffing * 100_000 + end) if part in name else content

    content = rewritten(long)
    assert len(content) < MAX_BYTES
    assert "trop grand" in within(10, 80, lambda: refusal(content, "export.xlsx"))


@pytest.mark.slow
def test_too_many_small_rows_of_workbook():
    content = xlsx_file([line(Email=f"p{n}@example.org") for n in range(MAX_ROWS + 1)])
    assert "plus de 500 inscriptions" in within(20, 80, lambda: refusal(content, "export.xlsx"))


@pytest.mark.slow
def test_a_million_blank_rows_of_workbook():
    def sparse(name: str, part: bytes) -> bytes:
        last = b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'
        return part.replace(b"</sheetData>", last) if "sheet1" in name else part

    assert "lignes vides" in within(20, 80, lambda: refusal(rewritten(sparse), "export.xlsx"))


@pytest.mark.slow
def test_a_zip_bomb_is_measured_before_it_is_opened():
    bomb = rewritten(lambda _, part: part, {"xl/sharedStrings2.xml": bytes(200_000_000)})
    assert len(bomb) < MAX_BYTES
    assert "trop grand" in within(5, 20, lambda: refusal(bomb, "export.xlsx"))
