"""Who may do what, tried on every route; and what protects every page."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from werkzeug.routing import Rule

from app.accounts.models import Role, User
from app.core.audit import AuditEntry, record, verify
from app.core.db import ReadOnlyRequest, db
from app.web.access import ENDPOINT_ROLES
from tests.factories import TillFactory, UserFactory

Login = Callable[[FlaskClient, User], FlaskClient]
D, V, M, T, A = Role.DEPOSITOR, Role.VOLUNTEER, Role.MANAGER, Role.TREASURER, Role.ADMIN

# Where each kind of page stands in the matrix of 6-quality: nobody outside may be let in. Written here a
# second time on purpose: the table of the application must not be changed by mistake.
AT_MOST = {
    "portal": {D},
    "deposit": {V, M, T, A},
    "till": {V, M, T, A},
    "till.unidentified": {M, A},
    "reporting": {V, M, T, A},
    "backoffice": {V, M, T, A},
    "treasury": {M, T, A},
    # Goods given back or given away, not money.
    "treasury.restitution": {V, M, T, A},
    "treasury.hand_over": {V, M, T, A},
    "operations": {V, M, T, A},
    "operations.outbox": {M, A},
    "operations.mail": {M, A},
    "operations.service_levels": {M, A},
    "operations.audit": {A},
    "backoffice.user": {A},
    "backoffice.edition_new": {A},
    "backoffice.edition_create": {A},
    "backoffice.import": {M, A},
    "backoffice.invitation": {M, A},
    "backoffice.registration": {M, A},
    "backoffice.label": {M, A},
    "backoffice.sale": {M, A},
}
VARIABLE = re.compile(r"<(?:(?P<kind>\w+)(?:\((?P<options>[^)]*)\))?:)?\w+>")
SAMPLES = {"int": "999999", "uuid": "3f2b8c1e-0000-4000-8000-000000000000"}


def sample(variable: re.Match[str]) -> str:
    """Something of the right shape that does not exist."""
    if variable["kind"] == "any":
        return variable["options"].split(",")[0].strip()
    return SAMPLES.get(variable["kind"], "nothing")


def routes(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """Every (rule, method, address), variables filled with things that do not exist."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, VARIABLE.sub(sample, rule.rule)


def closed_routes(app: Flask) -> Iterator[tuple[Rule, str, str, frozenset[Role]]]:
    """The routes that ask who one is."""
    for rule, method, address in routes(app):
        if roles := ENDPOINT_ROLES.get(rule.endpoint):
            yield rule, method, address, roles


def test_every_route_is_in_the_table_and_the_table_holds_nothing_else(app: Flask) -> None:
    assert set(app.view_functions) - set(ENDPOINT_ROLES) == set()
    assert set(ENDPOINT_ROLES) - set(app.view_functions) == set()


def test_a_route_outside_the_table_is_closed_to_all(client: FlaskClient, app: Flask, login: Login) -> None:
    endpoint, roles = "auth.account", ENDPOINT_ROLES.pop("auth.account")
    try:
        assert login(client, UserFactory(role=A)).get("/account").status_code == 403
    finally:
        ENDPOINT_ROLES[endpoint] = roles


def test_the_table_keeps_to_the_matrix(app: Flask) -> None:
    for endpoint, roles in ENDPOINT_ROLES.items():
        if prefix := max((p for p in AT_MOST if endpoint.startswith(p)), key=len, default=None):
            assert roles <= AT_MOST[prefix], f"{endpoint} lets in {set(roles) - AT_MOST[prefix]}"


def test_only_treasury_and_administration_change_the_money(app: Flask) -> None:
    for rule, method, _, roles in closed_routes(app):
        goods = rule.endpoint.startswith(("treasury.restitution", "treasury.hand_over", "treasury.donate"))
        if rule.endpoint.startswith("treasury.") and method != "GET" and not goods:
            assert roles <= {T, A}, rule.endpoint


def test_strangers_are_sent_to_the_sign_in_page(client: FlaskClient, app: Flask) -> None:
    for rule, method, address, _ in closed_routes(app):
        answer = client.open(address, method=method)
        assert answer.status_code == 302, f"{method} {rule}"
        assert answer.headers["Location"].startswith("/sign-in"), f"{method} {rule}"


def test_a_number_longer_than_any_key_is_not_found(client: FlaskClient, login: Login, app: Flask) -> None:
    login(client, UserFactory(role=Role.ADMIN))
    assert client.get(f"/editions/{2**31}").status_code == 404
    assert client.get(f"/till/{10**20}").status_code == 404


def test_strangers_in_the_middle_of_a_page_are_sent_there_too(client: FlaskClient, app: Flask) -> None:
    answer = client.get("/account", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in?next=/account")
    assert client.get("/account", headers={"Accept": "application/json"}).status_code == 401


@pytest.mark.slow
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("backend", ["sqlite"])
def test_every_route_lets_in_its_roles_and_nobody_else(
    client: FlaskClient, app: Flask, login: Login, role: Role
) -> None:
    """Those let in meet things that do not exist: any answer but a refusal of the role or a defect."""
    user = UserFactory(role=role)
    login(client, user)
    for rule, method, address, roles in closed_routes(app):
        answer = client.open(address, method=method)
        if role in roles:
            assert answer.status_code not in (401, 403), f"{method} {rule} refuses {role}"
            assert answer.status_code < 500, f"{method} {rule} breaks for {role}"
        else:
            assert answer.status_code == 403, f"{method} {rule} lets {role} in"


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_volunteer_who_sells_reaches_both_sides_and_no_more(
    client: FlaskClient, app: Flask, login: Login
) -> None:
    login(client, UserFactory(role=V, deposits=True))
    for rule, method, address, roles in closed_routes(app):
        refused = client.open(address, method=method).status_code == 403
        assert refused is not bool(roles & {V, D}), f"{method} {rule}"


def test_tills_prove_who_they_are_by_their_key(client: FlaskClient, app: Flask) -> None:
    for rule, method, address in routes(app):
        if rule.endpoint.startswith("sync."):
            assert client.open(address, method=method, json={}).status_code in (400, 401, 403), (
                f"{method} {rule}"
            )


@pytest.mark.slow
def test_forms_without_their_token_are_refused(client: FlaskClient, app: Flask, login: Login) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    login(client, UserFactory(role=A))
    for rule, method, address in routes(app):
        if method != "GET" and not rule.endpoint.startswith(("sync.", "watchdog_")):
            answer = client.open(address, method=method, data={"email": "a@example.org"})
            assert answer.status_code == 400, f"{method} {rule}"


def test_pages_are_guarded_by_their_headers(client: FlaskClient, app: Flask) -> None:
    headers = client.get("/sign-in").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers
    secure = client.get("/sign-in", base_url="https://localhost")
    assert "max-age=31536000" in secure.headers["Strict-Transport-Security"]


def test_only_the_selling_page_may_compile_the_camera_reader(
    client: FlaskClient, app: Flask, login: Login
) -> None:
    till = TillFactory()
    login(client, UserFactory(role=V))

    def policy(address: str) -> str:
        return client.get(address).headers["Content-Security-Policy"]

    for address in (f"/till/{till.id}", "/till/shell"):
        assert "script-src 'self' 'wasm-unsafe-eval'" in policy(address)
        assert "'unsafe" not in policy(address)
    assert "wasm" not in policy("/till/")


def test_refusals_have_the_headers_too(client: FlaskClient, app: Flask) -> None:
    assert "Content-Security-Policy" in client.get("/nowhere").headers


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(client: FlaskClient, app: Flask) -> None:
    app.config["SESSION_COOKIE_SECURE"] = True
    cookie = client.get("/sign-in", base_url="https://localhost").headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Secure"} <= set(cookie.split("; "))


def test_pages_hold_no_code_of_their_own(client: FlaskClient, app: Flask, login: Login) -> None:
    login(client, UserFactory(role=A))
    for address in ("/sign-in", "/account", "/users", "/jobs", "/outbox", "/audit"):
        page = client.get(address).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), address
        assert not re.search(r"\s(?:on\w+|style)=", page), address


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_never_writes(app: Flask, method: str) -> None:
    user = UserFactory()
    db.session.commit()
    with app.test_request_context("/sign-in", method=method):
        app.preprocess_request()
        person = db.session.get_one(User, user.id)
        person.first_name = "Autre"
        with pytest.raises(ReadOnlyRequest):
            db.session.flush()
        db.session.rollback()
        with pytest.raises(ReadOnlyRequest):
            db.session.execute(update(User).values(first_name="Autre"))
        app.do_teardown_request()
    db.session.rollback()


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET action = 'other'", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_change_the_audit_log(app: Flask, statement: str) -> None:
    record("test.done", "x:1")
    db.session.commit()
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(statement))
    db.session.rollback()
    assert verify().broken_at is None


def test_the_chain_is_whole_while_nobody_touches_it(app: Flask) -> None:
    assert (verify().entries, verify().broken_at) == (0, None)
    for number in range(3):
        record("test.done", f"x:{number}", actor_id=number, amount_cents=150, reason="tache d’été")
    db.session.commit()
    assert (verify().entries, verify().broken_at) == (3, None)


@pytest.mark.parametrize(
    ("trigger", "statement", "broken_at"),
    [
        ("update", "UPDATE audit_entry SET details = '{}' WHERE seq = 2", 2),
        ("update", "UPDATE audit_entry SET actor_id = 9 WHERE seq = 3", 3),
        ("delete", "DELETE FROM audit_entry WHERE seq = 1", 1),
        ("delete", "DELETE FROM audit_entry WHERE seq = 3", 3),
    ],
)
def test_a_changed_or_missing_line_shows(
    own_app: Flask, trigger: str, statement: str, broken_at: int
) -> None:
    """Whoever owns the database can drop its triggers; the chain still tells."""
    for number in range(3):
        record("test.done", f"x:{number}", reason="tache")
    db.session.commit()
    db.session.execute(text(f"DROP TRIGGER audit_entry_no_{trigger}"))
    db.session.execute(text(statement))
    db.session.commit()
    assert verify().broken_at == broken_at
    db.session.rollback()


def test_the_log_says_who_and_what(app: Flask) -> None:
    record("payout.paid", "payout:4", actor_id=7, amount_cents=12_50)
    db.session.commit()
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.actor_id, entry.action, entry.subject) == (7, "payout.paid", "payout:4")
    assert entry.details == '{"amount_cents": 1250}'
