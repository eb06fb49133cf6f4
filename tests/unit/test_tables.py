"""Exports: what a spreadsheet reads back, and what it must never run."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from app.documents.tables import euros_cell, neutral, stream_csv
from app.documents.xlsx import write_xlsx

HEADER = ["Nom", "Prix", "Quand", "Jour", "Don", "Vide"]
ROW = ["Zoë ; Łuk\n« a »", euros_cell(123450), datetime(2026, 11, 21, 13, 32, tzinfo=UTC), date(2026, 11, 21)]
ROW += [True, None]


def read_csv(rows):
    text = b"".join(stream_csv(HEADER, rows)).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))


def read_xlsx(rows, title="Ventes"):
    out = io.BytesIO()
    write_xlsx(title, HEADER, rows, out, widths=[30, 10])
    out.seek(0)
    return load_workbook(out).worksheets[0]


def test_csv_reads_back_in_french():
    assert read_csv([ROW]) == [
        HEADER,
        ["Zoë ; Łuk\n« a »", "1234,50", "21/11/2026 14:32", "21/11/2026", "oui", ""],
    ]


def test_xlsx_holds_numbers_and_dates():
    sheet = read_xlsx([ROW], title="Ventes [1/2] : " + "x" * 40)
    assert len(sheet.title) == 31
    name, price, moment, day, don, empty = (cell.value for cell in sheet[2])
    assert name == "Zoë ; Łuk\n« a »"
    assert Decimal(str(price)) == Decimal("1234.5")
    assert moment == datetime(2026, 11, 21, 14, 32)
    assert day == datetime(2026, 11, 21)
    assert (don, empty) == ("oui", None)
    assert sheet["A1"].font.bold


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+33612",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "\u00a0=1",
        "\x00=1",
        '=HYPERLINK("http://x")',
    ],
)
def test_a_formula_is_never_run(text):
    for cell in (read_csv([[text]])[1][0], read_xlsx([[text]])["A2"].value):
        assert cell.startswith("'")
    assert read_xlsx([[text]])["A2"].data_type == "s"


def test_ordinary_text_and_negative_amounts_stay_as_they_are():
    assert neutral("Robe 2-3 ans = neuve") == "Robe 2-3 ans = neuve"
    assert read_csv([[euros_cell(-150), -3]])[1] == ["-1,50", "-3"]


def test_rows_are_asked_for_as_the_file_is_written():
    asked = []

    def rows():
        for number in range(1200):
            asked.append(number)
            yield [number]

    pieces = stream_csv(["N"], rows())
    next(pieces)
    assert len(asked) == 500
    assert b"".join(pieces).count(b"\r\n") == 700
