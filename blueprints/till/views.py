"""Choosing, opening and closing a till; the selling page itself works in the browser (static/js/till)."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError, NotAllowed
from app.reporting.queries import out_of_reach
from app.sales.models import PAYMENT_LABELS, TillSession
from app.sales.queries import (
    get_till,
    is_silent_at,
    journals_differ,
    latest_orders,
    open_session_of,
    seller_at,
    till_states,
    unsent_at,
)
from app.sales.rules import variance
from app.sales.services.sessions import UnsentEntries, VarianceUnexplained, close_session, open_session
from app.web.access import may_use
from app.web.filters import edition_in_view
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from blueprints.help.views import page_kept_at_tills
from blueprints.pwa.shell import shell as kept_shell
from blueprints.pwa.shell import till_shell
from blueprints.till import bp
from blueprints.till.forms import CloseForm, OpenForm


@bp.get("/")
def home() -> ResponseReturnValue:
    """The tills of the edition: who has them, how they are doing, and which one to take."""
    edition = edition_in_view()
    states = till_states(edition.id) if edition else []
    return render(
        "till/home.html",
        "tills",
        edition=edition,
        tills=states,
        out_of_reach=out_of_reach(states, utcnow()),
        may_close=_may_close,
        orders=latest_orders(edition.id) if edition else {},
        may_import=may_use("till.imports", current_user.roles),
    )


@bp.route("/<int:till_id>/session", methods=["GET", "POST"])
def open(till_id: int) -> ResponseReturnValue:
    """Open a till with a counted float, then sell."""
    till = get_till(till_id)
    form = OpenForm()
    session = open_session_of(till.id)
    if session is not None and current_user.id in (session.volunteer_id, seller_at(session).id):
        return redirect_to(url_for("till.sell", till_id=till.id))
    if form.validate_on_submit():
        try:
            open_session(till, current_user.id, form.opening_float.cents)
        except DomainError as refusal:
            db.session.rollback()
            refuse(form, refusal)
        else:
            db.session.commit()
            return redirect_to(url_for("till.sell", till_id=till.id))
    status = 422 if form.is_submitted() else 200
    return render("till/open.html", "form", status=status, till=till, form=form, session=session)


@bp.get("/<int:till_id>")
def sell(till_id: int) -> ResponseReturnValue:
    """The selling page. The same for every till and everybody: the browser fills it."""
    get_till(till_id)
    return till_shell()


@bp.get("/shell")
def shell() -> ResponseReturnValue:
    """The same page for the service worker, which must never be answered with a sign-in page."""
    return till_shell()


@bp.get("/guide")
def guide() -> ResponseReturnValue:
    """The volunteer's part of the guide, at an address the till's service worker keeps for offline days."""
    return page_kept_at_tills().html


@bp.route("/<int:till_id>/closure", methods=["GET", "POST"])
def close(till_id: int) -> ResponseReturnValue:
    """Count the drawer and close; a difference is shown first, and needs a reason.

    Only for who sells at it and who may see all cash counts: others get 403.
    """
    till = get_till(till_id)
    session = open_session_of(till.id)
    if session is None:
        return redirect_to(url_for("till.home"))
    if not _may_close(session.volunteer_id) and seller_at(session).id != current_user.id:
        raise _NotYoursToClose(session)
    form, gaps, waiting = CloseForm(), None, False
    if form.validate_on_submit():
        try:
            close_session(session, form.count(), form.reason.data or "", current_user.id)
        except VarianceUnexplained as refusal:
            db.session.rollback()
            refuse(form, refusal)
            gaps = _gaps(refusal)
            form.reason.flags.required = True
        except DomainError as refusal:
            db.session.rollback()
            refuse(form, refusal)
            waiting = isinstance(refusal, UnsentEntries)
        else:
            db.session.commit()
            flash(f"La caisse {till.name} est fermée. Portez le tiroir au trésorier. Merci !", "success")
            return redirect_to(url_for("till.home"))
    status = 422 if form.is_submitted() else 200
    may_release = may_use("till.release", current_user.roles) and (
        unsent_at(session) > 0 or is_silent_at(session)
    )
    return render(
        "till/close.html",
        "form",
        status=status,
        till=till,
        session=session,
        form=form,
        gaps=gaps,
        waiting=waiting,
        may_release=may_release,
        version=kept_shell().version,
        differs=journals_differ(session),
    )


class _NotYoursToClose(NotAllowed):
    def __init__(self, session: TillSession) -> None:
        super().__init__(
            f"La caisse {session.till.name} est ouverte par {session.volunteer.full_name}. Seule cette "
            "personne peut la compter et la fermer, ou un gestionnaire ou un trésorier de la bourse."
        )


def _may_close(volunteer_id: int) -> bool:
    """Counting shows what the drawer should hold: for its own volunteer, and readers of the treasury."""
    return volunteer_id == current_user.id or may_use("treasury.home", current_user.roles)


def _gaps(refusal: VarianceUnexplained) -> list[tuple[str, int, int, int]]:
    """Per payment method: its name, expected, counted and difference in cents."""
    differences = variance(refusal.expected, refusal.counted)
    return [
        (label, refusal.expected[method], refusal.counted[method], differences.get(method, 0))
        for method, label in PAYMENT_LABELS.items()
    ]
