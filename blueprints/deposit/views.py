"""Finding the depositor who stands in front of the desk."""

import re
from datetime import date

from flask import request, url_for
from flask.typing import ResponseReturnValue

from app.core.clock import utcnow
from app.core.dates import to_paris
from app.deposits.queries.check_in import (
    SHOWN,
    DepositDay,
    arrivals_of_day,
    deposit_days,
    find_arrivals,
    find_by_code,
)
from app.web.editions import edition_of_page
from app.web.htmx import redirect_to, render
from blueprints.deposit import bp
from blueprints.deposit.arrivals import show_arrival, show_slots

NO_SLOT = "sans-creneau"
# What only a scanner, or a patient hand, types: the ten digits of a label.
LABEL = re.compile(r"(?:\d\s*){10}")


@bp.get("")
def search(edition_id: int) -> ResponseReturnValue:
    """Today's slots, or the people found; a scanned label leads straight to its depositor."""
    edition, now = edition_of_page(edition_id), utcnow()
    text = request.args.get("q", "").strip()
    scanned = find_by_code(edition.id, text) if text else None
    if scanned is not None:
        return redirect_to(url_for("deposit.desk", edition_id=edition.id, registration_id=scanned))
    days = deposit_days(edition.id)
    chosen = request.args.get("day", "")
    day = None if chosen == NO_SLOT else _day(chosen) or _day_to_show(days, to_paris(now).date())
    found = (
        [show_arrival(edition.rulebook, one, now) for one in find_arrivals(edition.id, text)] if text else []
    )
    slots = [] if text else show_slots(edition.rulebook, arrivals_of_day(edition.id, day), now)
    return render(
        "deposit/search.html",
        "results",
        edition=edition,
        text=text,
        is_label=bool(LABEL.fullmatch(text)),
        found=found,
        more=len(found) == SHOWN,
        days=days,
        day=day,
        no_slot=NO_SLOT,
        slots=slots,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _day_to_show(days: list[DepositDay], today: date) -> date | None:
    """Today when somebody is expected, else the next day, else the last one."""
    expecting = [each.day for each in days if each.day and each.expected]
    dated = expecting or [each.day for each in days if each.day]
    ahead = [day for day in dated if day >= today]
    return ahead[0] if ahead else dated[-1] if dated else None
