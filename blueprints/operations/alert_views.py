"""Alerts: those open, what was told of each, and taking charge, on the page or from a message's link."""

from datetime import timedelta
from typing import Any

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError
from app.monitoring.acknowledgement import read_token
from app.monitoring.models import Alert, AlertState, EventKind, NoticeState
from app.monitoring.queries import coming_silences, get_alert, notices_of, open_alerts, past_alerts
from app.monitoring.services.alerts import acknowledge, declare_silence, end_silence
from app.monitoring.services.rules import level_facts, runbook_place
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from blueprints.operations import bp
from blueprints.operations.alert_forms import SilenceForm
from blueprints.operations.alert_tabs import alert_tabs

STATES = {
    AlertState.OPEN: ("à prendre en charge", "danger", "bell"),
    AlertState.ACKNOWLEDGED: ("prise en charge", "warning", "user-check"),
    AlertState.RESOLVED: ("résolue", "success", "check"),
}
EVENT_LOOKS = {
    EventKind.OPENED: ("danger", "bell"),
    EventKind.SILENCED: ("neutral", "wrench"),
    EventKind.NOTIFIED: ("info", "send"),
    EventKind.NOT_DELIVERED: ("warning", "triangle-alert"),
    EventKind.ACKNOWLEDGED: ("info", "user-check"),
    EventKind.RESOLVED: ("success", "check"),
}
NOTICE_STATES = {
    NoticeState.QUEUED: ("en attente", "info", "clock"),
    NoticeState.SENT: ("parti", "success", "check"),
    NoticeState.FAILED: ("échec", "danger", "octagon-alert"),
}
LEVEL_TONES = {"P1": "danger", "P2": "warning", "P3": "info", "P4": "neutral"}


@bp.get("/alerts")
def alerts() -> ResponseReturnValue:
    return _page(SilenceForm())


@bp.get("/alerts/<int:alert_id>")
def alert(alert_id: int) -> ResponseReturnValue:
    found = get_alert(alert_id)
    return render(
        "operations/alert.html",
        alert=found,
        notices=notices_of(found),
        looks=EVENT_LOOKS,
        notice_states=NOTICE_STATES,
        **_words(),
    )


@bp.post("/alerts/<int:alert_id>/acknowledgement")
def alert_acknowledgement(alert_id: int) -> ResponseReturnValue:
    taken = acknowledge(get_alert(alert_id), current_user.full_name, utcnow(), current_user.id)
    db.session.commit()
    if taken:
        flash("Vous vous en occupez : personne d’autre n’est prévenu.", "success")
    return redirect_to(url_for("operations.alert", alert_id=alert_id))


@bp.route("/alerts/taken/<token>", methods=["GET", "POST"])
def alert_taken(token: str) -> ResponseReturnValue:
    """From the link of a message, without signing in: what it is about, then one button."""
    bearer = read_token(token)
    found = [get_alert(alert_id) for alert_id in bearer.alert_ids]
    taken: list[Alert] = []
    if request.method == "POST":
        taken = [each for each in found if acknowledge(each, bearer.name, utcnow())]
        db.session.commit()
    waiting = [each for each in found if each.state is AlertState.OPEN]
    return render(
        "operations/alert_taken.html", bearer=bearer, alerts=found, waiting=waiting, taken=taken, **_words()
    )


@bp.post("/alerts/silences")
def alert_silences() -> ResponseReturnValue:
    """Declare a maintenance from now on."""
    form, now = SilenceForm(), utcnow()
    if not form.validate_on_submit():
        return _page(form, status=422)
    try:
        until = now + timedelta(minutes=int(form.minutes.data))
        declare_silence(now, until, form.reason.data or "", now, current_user.id)
    except DomainError as refusal:
        refuse(form, refusal)
        return _page(form, status=422)
    db.session.commit()
    flash("Maintenance déclarée : les alertes se voient ici, personne n’est prévenu.", "success")
    return redirect_to(url_for("operations.alerts"))


@bp.post("/alerts/silences/<int:silence_id>/end")
def alert_silence_end(silence_id: int) -> ResponseReturnValue:
    end_silence(silence_id, utcnow(), current_user.id)
    db.session.commit()
    flash("La maintenance est terminée : les alertes sont de nouveau envoyées.", "success")
    return redirect_to(url_for("operations.alerts"))


def _page(form: SilenceForm, status: int = 200) -> ResponseReturnValue:
    return render(
        "operations/alerts.html",
        status=status,
        tabs=alert_tabs("operations.alerts"),
        open_alerts=open_alerts(),
        silences=coming_silences(utcnow()),
        past=past_alerts(request.args.get("page", 1, type=int)),
        form=form,
        url_for_page=lambda page: url_for("operations.alerts", page=page),
        **_words(),
    )


def _words() -> dict[str, Any]:
    """How levels and states are told, and where the guide tells what to do."""
    return {
        "levels": level_facts(),
        "level_tones": LEVEL_TONES,
        "states": STATES,
        "runbook_place": runbook_place,
    }
