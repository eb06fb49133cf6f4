"""Paper till sheets: printed in advance, filled in when nothing works, typed in by keyboard alone."""

from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.clock import utcnow
from app.core.codes import InvalidCode, make_code, parse_code, parse_short
from app.core.dates import to_paris
from app.core.db import db
from app.core.errors import DomainError, NotFound
from app.core.money import parse_euros
from app.documents.paper_sheet import paper_sheets_pdf
from app.editions.models import Edition
from app.editions.queries import schedule_of
from app.sales.models import PAYMENT_LABELS, TillSession
from app.sales.paper_rules import UNLABELLED, PaperLine, read_method, read_time
from app.sales.queries.paper import PaperItem, item_of_code, paper_session, paper_sessions, typed_in
from app.sales.services.paper import PaperSale, new_uuid, record_paper_sale
from app.web.filters import edition_in_view
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from blueprints.till import bp
from blueprints.till.paper_forms import LineForm

MAX_TEXT = 120
# Enough for a day without computers at one till.
SHEETS = 3


@bp.get("/paper")
def paper() -> ResponseReturnValue:
    """Print sheets, or choose the session whose sheets are typed in."""
    edition = _edition()
    return render("till/paper/home.html", sessions=paper_sessions(edition.id))


@bp.get("/paper/sheets.pdf")
def paper_sheets() -> ResponseReturnValue:
    """Empty sheets for every till."""
    edition = _edition()
    names = [till.name for till in schedule_of(edition.id).tills if not till.training]
    content = paper_sheets_pdf(edition.name, [name for name in names or ["C1"] for _ in range(SHEETS)])
    headers = {"Content-Disposition": 'inline; filename="feuilles-de-caisse.pdf"'}
    return Response(content, mimetype="application/pdf", headers=headers)


@bp.route("/paper/<int:session_id>", methods=["GET", "POST"])
def paper_entry(session_id: int) -> ResponseReturnValue:
    """Type in the lines of a session's sheets, one after the other."""
    edition = _edition()
    session = paper_session(edition.id, session_id)
    form, last = LineForm(), None
    if form.validate_on_submit():
        try:
            line = _read_line(form, edition, session)
            last = record_paper_sale(session, line, form.uuid.data, current_user.id)
            db.session.commit()
        except DomainError as refusal:
            db.session.rollback()
            refuse(form, refusal)
            # Not stored under this name, or the name is another line's: the next try has one of its own.
            form.uuid.data = None
        else:
            if not request.headers.get("HX-Request"):
                return redirect_to(url_for("till.paper_entry", session_id=session.id))
            form = LineForm(formdata=None, time=form.time.data, method=form.method.data)
    status = 422 if form.is_submitted() and last is None else 200
    return _page(form, session, last, status)


@bp.get("/paper/<int:session_id>/item")
def paper_item(session_id: int) -> ResponseReturnValue:
    """What the typed code names, as one types."""
    edition = _edition()
    session = paper_session(edition.id, session_id)
    return render("till/paper/item.html", session=session, **_named(request.args.get("code", ""), edition))


def _named(code: str, edition: Edition) -> dict[str, Any]:
    """What a code names, for the line under the fields; a wrong one is told there."""
    text, item, problem = code.strip(), None, None
    if text and not text.startswith(UNLABELLED):
        try:
            item = item_of_code(edition, _digits(text, edition))
            problem = None if item else "Aucun article ne porte ce code."
        except InvalidCode as refusal:
            problem = refusal.message
    return {"item": item, "problem": problem, "text": text}


def _page(form: LineForm, session: TillSession, last: PaperSale | None, status: int) -> ResponseReturnValue:
    if not form.uuid.data or last is not None:
        form.uuid.data = new_uuid()
    lines = typed_in(session.id)
    return render(
        "till/paper/entry.html",
        "entry",
        status=status,
        form=form,
        session=session,
        last=last,
        lines=lines,
        payment_labels=PAYMENT_LABELS,
        total_cents=sum(line.price_cents for line in lines),
        **_named(form.code.data or "", session.till.edition),
    )


def _read_line(form: LineForm, edition: Edition, session: TillSession) -> PaperLine:
    """The typed line; raises DomainError with its field."""
    text = (form.code.data or "").strip()
    code, description, item = "", "", None
    if text.startswith(UNLABELLED):
        description = text.removeprefix(UNLABELLED).strip()[:MAX_TEXT]
        if not description:
            raise DomainError("Décrivez l’article après le point d’interrogation.", "code")
    else:
        code = _digits(text, edition)
        item = item_of_code(edition, code)
    day = to_paris(session.opened_at).date()
    sold_at = read_time(form.time.data or "", day, utcnow())
    return PaperLine(code, description, _price(form, item), sold_at, read_method(form.method.data or ""))


def _digits(text: str, edition: Edition) -> str:
    short = parse_short(text)
    return make_code(edition.number, *short) if short else parse_code(text, "code").digits


def _price(form: LineForm, item: PaperItem | None) -> int:
    typed = (form.price.data or "").strip()
    if not typed:
        if item is None:
            raise DomainError("Écrivez le prix : cet article n’est pas connu.", "price")
        return item.price_cents
    try:
        return parse_euros(typed)
    except DomainError as refusal:
        raise DomainError(refusal.message, "price") from refusal


def _edition() -> Edition:
    edition = edition_in_view()
    if edition is None:
        raise NotFound("Il n’y a pas encore d’édition.")
    return edition
