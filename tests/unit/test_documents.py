"""Slips, recaps and receipts, read back from their PDF."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from app.core.money import format_euros
from app.documents.archives import merge_pdfs, safe_filename, write_zip
from app.documents.deposit_receipt import DepositReceipt, ReceiptList, RefusedItem, deposit_receipt_pdf
from app.documents.html_pdf import DocumentFailed, _our_file
from app.documents.list_recap import ListRecap, RecapItem, list_recap_pdf
from app.documents.payout_slip import Slip, SlipItem, SlipLine, slip_pdf
from app.documents.wording import count_of, format_rate

NOW = datetime(2026, 11, 23, 17, 5, tzinfo=UTC)
SLIP = Slip(
    reference="26-0245",
    edition_name="Bourse d’automne 2026",
    depositor_name="Zoë Łukasiewicz-Ştefănescu",
    list_numbers=(245, 246),
    sold=tuple(SlipItem(f"245-{line:02d}", f"Robe {line}", 61_725) for line in (1, 2)),
    unsold=(SlipItem("246-03", "Puzzle", 350, "don"),),
    gross_cents=123_450,
    commission_bp=2000,
    commission_cents=24_690,
    fees=(SlipLine("Frais de liste (2 × 1,00 €)", 200),),
    adjustments=(SlipLine("article perdu", 800), SlipLine("erreur d’étiquette", -150)),
    net_cents=99_210,
    shortfall_cents=0,
    payment="",
    generated_at=NOW,
)
RECAP = ListRecap(
    edition_name="Bourse d’automne 2026",
    place="salle des fêtes",
    depositor_name="Élodie Dupont",
    list_number=245,
    colour_hex="#FFD700",
    kind="Liste standard",
    items=(
        RecapItem(1, "Vêtements · robe", "Robe à smocks", "6 ans · bleu", 1250),
        RecapItem(2, "Jeux et jouets", "Puzzle", "", 350, donate=True),
    ),
    slot="Mercredi 14h-18h",
    pick_up="lundi 18h30-19h30",
    bring=("pièce d’identité", "enveloppe timbrée"),
    commission_bp=2000,
    validated_at=NOW,
)
RECEIPT = DepositReceipt(
    edition_name="Bourse d’automne 2026",
    place="salle des fêtes",
    depositor_name="Élodie Dupont",
    slot="Mercredi 14h-18h",
    late=True,
    lists=(ReceiptList(245, "#FFD700", 14, 1, 12_350), ReceiptList(246, "#FFD700", 15, 0, 9_900)),
    refused=(RefusedItem("245-04", "Siège-auto", "sécurité"),),
    identity_checked=True,
    envelope_checked=False,
    volunteers=("Camille Martin", "Sacha Petit"),
    signature_path="",
    pick_up="lundi 18h30-19h30",
    deposited_at=NOW,
)


def text_of(pdf):
    """The text of all pages; narrow and no-break spaces read as plain ones."""
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(text.replace("\u202f", " ").replace("\u00a0", " ").split())


@pytest.mark.slow
def test_every_amount_of_a_slip_can_be_read_back():
    text = text_of(slip_pdf(SLIP))
    for cents in (123_450, -24_690, -200, 800, -150, 99_210, 61_725, 350):
        assert format_euros(cents).replace("\u202f", " ").replace("\u00a0", " ") in text
    for words in ("Zoë Łukasiewicz-Ştefănescu", "26-0245", "245, 246", "20 % des ventes", "245-01", "don"):
        assert words in text
    assert "Reçu la somme de 992,10 €" in text
    assert "espèces / chèque n°" in text
    assert "reste" not in text


@pytest.mark.slow
def test_a_paid_slip_says_how():
    text = text_of(slip_pdf(replace(SLIP, payment="Chèque n° 0012345")))
    assert "Paiement : Chèque n° 0012345" in text
    assert "virement" not in text


def test_a_shortfall_is_said_and_nothing_is_received():
    text = text_of(
        slip_pdf(replace(SLIP, sold=(), gross_cents=0, commission_cents=0, net_cents=0, shortfall_cents=200))
    )
    assert "il reste 2,00 € à régler" in text
    assert "Aucun article vendu" in text
    assert "Reçu" not in text
    assert "Signature" not in text


def test_a_recap_lists_what_was_declared_and_how_to_bring_it():
    text = text_of(list_recap_pdf(RECAP))
    for words in ("Élodie Dupont", "245", "Robe à smocks", "2 articles", "16,00 €", "enveloppe timbrée"):
        assert words in text
    assert "don à l’association si invendu" in text
    assert "lundi 18h30-19h30" in text


def test_a_receipt_says_what_was_taken_and_refused():
    text = text_of(deposit_receipt_pdf(RECEIPT))
    for words in (
        "29 1 222,50 €",
        "Siège-auto",
        "sécurité",
        "arrivée en retard",
        "Camille Martin et Sacha Petit",
    ):
        assert words in text
    assert "lundi 23 novembre à 18 h 05" in text
    assert "Signé à l’écran" not in text


@pytest.mark.slow
def test_a_receipt_shows_the_signature_drawn_on_the_screen():
    signed = replace(RECEIPT, signature_path="M10 20 L10 20 L300 180 M40 2 L40 2")
    pdf = deposit_receipt_pdf(signed)
    assert "Signé à l’écran" in text_of(pdf)
    drawn = PdfReader(io.BytesIO(pdf)).pages[0].get_contents().get_data()
    assert b"10 20 m 10 20 l 300 180 l 40 2 m 40 2 l" in drawn


HOSTILE = [
    '<img src="http://192.0.2.1/x.png"><script>alert(1)</script>',
    '<pdf:include src="/etc/passwd" /> & "guillemets" \'',
    "{{ 7*7 }} {% raise %}",
    "Ctrl\x00\x08\x1b fin",
    "x" * 400,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_people_type_is_printed_and_never_understood(name, monkeypatch):
    def no_network(*_, **__):
        raise AssertionError("a document reached for the network")

    monkeypatch.setattr("socket.socket.connect", no_network)
    monkeypatch.setattr("socket.getaddrinfo", no_network)
    item = SlipItem("245-01", name, 100, name)
    text = text_of(
        slip_pdf(replace(SLIP, depositor_name=name, sold=(item,), adjustments=(SlipLine(name, 5),)))
    )
    squeezed = text.replace(" ", "")
    for word in name.translate({0: None, 8: None, 27: None}).split():
        assert word[:60] in squeezed
    assert "root:" not in text


def test_a_slip_of_four_full_lists_goes_over_pages():
    sold = tuple(SlipItem(f"1012-{line:02d}", f"Article n° {line}", 100) for line in range(1, 97))
    pdf = slip_pdf(replace(SLIP, sold=sold))
    assert len(PdfReader(io.BytesIO(pdf)).pages) >= 3
    text = text_of(pdf)
    assert all(item.number in text for item in sold)


def test_fonts_are_embedded():
    fonts = PdfReader(io.BytesIO(slip_pdf(SLIP))).pages[0]["/Resources"]["/Font"]
    names = [font.get_object()["/BaseFont"] for font in fonts.values()]
    assert any("Roboto" in name for name in names)
    assert all(
        "/FontDescriptor" in font.get_object()
        for font in fonts.values()
        if "Roboto" in font.get_object()["/BaseFont"]
    )


@pytest.mark.parametrize(
    "uri", ["http://192.0.2.1/a.ttf", "/etc/passwd", "../../../wsgi.py", "file:///etc/passwd"]
)
def test_templates_may_name_only_our_fonts(uri):
    with pytest.raises(DocumentFailed):
        _our_file(uri, None)


def test_documents_are_merged_in_order(tmp_path):
    slip, recap, merged = (tmp_path / name for name in ("slip.pdf", "recap.pdf", "merged.pdf"))
    slip.write_bytes(slip_pdf(SLIP))
    recap.write_bytes(list_recap_pdf(RECAP))
    merge_pdfs([slip, recap], merged)
    pages = PdfReader(merged).pages
    assert len(pages) == 2
    assert "Bordereau" in pages[0].extract_text()
    assert "Liste standard" in pages[1].extract_text()


def test_a_zip_has_safe_and_unique_names(tmp_path):
    path, out = tmp_path / "a.pdf", io.BytesIO()
    path.write_bytes(b"two")
    write_zip([("245 Élodie.pdf", b"one"), ("245 élodie.pdf", path), ("../../etc/passwd", b"three")], out)
    with zipfile.ZipFile(out) as archive:
        assert archive.namelist() == ["245 Élodie.pdf", "245 élodie (2).pdf", "etc-passwd"]
        assert archive.read("245 élodie (2).pdf") == b"two"
    assert safe_filename(' .. /\x00"') == "document"


def test_words_of_numbers():
    assert [count_of(n, "liste") for n in (0, 1, 2)] == ["0 liste", "1 liste", "2 listes"]
    assert [format_rate(bp) for bp in (2000, 1250, 5)] == ["20\u00a0%", "12,5\u00a0%", "0,05\u00a0%"]
