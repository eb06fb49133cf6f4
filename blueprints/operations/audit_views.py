"""The audit log, for administrators."""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from flask import request, url_for
from flask.typing import ResponseReturnValue

from app.core.audit import verify
from app.core.dates import from_paris
from app.operations.audit_queries import known_actions, list_audit
from app.web.htmx import render
from blueprints.operations import bp
from blueprints.operations.audit_words import action_in_french, details_in_french, subject_in_french


@bp.get("/audit")
def audit() -> ResponseReturnValue:
    wanted = {name: request.args.get(name, "").strip() for name in ("action", "q", "since", "until")}
    until = _day(wanted["until"])
    found = list_audit(
        wanted["action"],
        wanted["q"],
        _midnight(_day(wanted["since"])),
        _midnight(until + timedelta(days=1)) if until else None,
        request.args.get("page", 1, type=int),
    )
    actions = sorted(((action, action_in_french(action)) for action in known_actions()), key=lambda a: a[1])
    return render(
        "operations/audit.html",
        "results",
        found=found,
        wanted=wanted,
        action_choices=[("", "Toutes"), *actions],
        action_in_french=action_in_french,
        subject_in_french=subject_in_french,
        details_in_french=details_in_french,
        url_for_page=lambda page: f"{url_for('operations.audit')}?{urlencode({**wanted, 'page': page})}",
    )


@bp.get("/audit/verification")
def audit_verify() -> ResponseReturnValue:
    """Walk the whole chain now."""
    return render("operations/audit_verification.html", "verification", check=verify())


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None


def _midnight(day: date | None) -> datetime | None:
    """When this day begins in France; None without a day."""
    return from_paris(datetime.combine(day, time())) if day else None
