"""What the service promised and what it kept."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from app.core.clock import utcnow
from app.core.dates import to_paris
from app.monitoring.service_levels import OBJECTIVES, PERIOD_LABELS, Standing
from app.monitoring.service_report import HEADER, hour_rows, service_report
from app.web.downloads import send_table
from app.web.editions import edition_of_page
from app.web.htmx import render
from blueprints.operations import bp
from blueprints.operations.alert_tabs import alert_tabs
from blueprints.operations.service_words import STANDINGS, in_minutes, in_percent, in_seconds, of_hours


@bp.get("/editions/<int:edition_id>/service-levels")
def service_levels(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    report = service_report(edition, utcnow())
    return render(
        "operations/service_levels.html",
        tabs=alert_tabs("operations.service_levels"),
        report=report,
        measured=any(period.measured for period in report.periods),
        pages=[
            (f"{to_paris(hour):%H} h", round(1000 * seconds), f"{round(1000 * seconds)}")
            for hour, seconds in report.pages
        ],
        labels=PERIOD_LABELS,
        objectives=OBJECTIVES,
        standings=STANDINGS,
        unknown=Standing.UNKNOWN,
        in_percent=in_percent,
        in_minutes=in_minutes,
        in_seconds=in_seconds,
        of_hours=of_hours,
        export=url_for("operations.service_levels_export", edition_id=edition.id),
    )


@bp.get("/editions/<int:edition_id>/service-levels/export")
def service_levels_export(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    suffix = "xlsx" if request.args.get("format") == "xlsx" else "csv"
    name = f"niveaux-de-service-{edition.number:02d}"
    return send_table(
        suffix, name, "Niveaux de service", HEADER, hour_rows(edition), (16, 24, 10, 8, 14, 18, 10, 20, 20)
    )
