"""Files of the static folder: sent before the application, with its headers and its page for the missing."""

import gzip

import pytest
from flask.testing import FlaskClient

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
SCRIPT = "/static/js/till/money.js"
SITE, TOKENS, PRINT = "/static/css/site.css", "/static/css/tokens.css", "/static/css/print.css"
FONT = "/static/vendor/inter-5.3.0/inter-latin-wght-normal.woff2"


def test_a_file_has_the_headers_of_every_answer(client: FlaskClient) -> None:
    answer = client.get(SCRIPT)
    assert answer.mimetype == "text/javascript"
    page = client.get("/sign-in")
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"):
        assert answer.headers[name] == page.headers[name]
    assert "Set-Cookie" not in answer.headers


def test_an_address_with_a_fingerprint_is_kept_for_ever_another_is_asked_about_again(
    client: FlaskClient,
) -> None:
    assert client.get(f"{SCRIPT}?v=123456789abc").headers["Cache-Control"].endswith("immutable")
    first = client.get(SCRIPT)
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get(SCRIPT, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_over_https_browsers_are_told_to_stay_there(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" in client.get(SCRIPT, base_url="https://bourse.example.org").headers
    assert "Strict-Transport-Security" not in client.get(SCRIPT).headers


@pytest.mark.parametrize("path", ["/static/js/nothing.js", "/static/../app/factory.py", "/static/js/"])
def test_what_is_not_there_gets_the_page_of_the_application(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Bourse ALPE" in answer.text


def test_files_are_only_read(client: FlaskClient) -> None:
    assert client.post(SCRIPT).status_code == 405
    assert client.head(SCRIPT).status_code == 200


def test_a_stylesheet_is_sent_with_those_it_imports_in_their_order(client: FlaskClient) -> None:
    whole, first, last = (client.get(path).text for path in (SITE, TOKENS, PRINT))
    assert "@import" not in whole
    assert whole.index(first) < whole.index(last)


@pytest.mark.parametrize("path", [SITE, SCRIPT, "/sign-in"])
def test_text_is_sent_compressed_to_who_takes_it(client: FlaskClient, path: str) -> None:
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 1.5
    if path != "/sign-in":
        assert gzip.decompress(packed.data) == plain.data
        assert packed.headers["ETag"] != plain.headers["ETag"]


def test_pictures_and_fonts_are_sent_as_they_are(client: FlaskClient) -> None:
    font = client.get(FONT, headers={"Accept-Encoding": "gzip"})
    assert (font.status_code, font.mimetype) == (200, "font/woff2")
    assert "Content-Encoding" not in font.headers
