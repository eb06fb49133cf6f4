"""Files of the static folder: sent before the application, with its headers and its page for the missing."""

import pytest
from flask.testing import FlaskClient

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
SCRIPT = "/static/js/till/money.js"


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
