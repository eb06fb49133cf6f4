"""Labels printed, printed once more, kept in reserve, and their troubles; import from here."""

from app.labels.services.incidents import report_incident
from app.labels.services.printing import mark_generated, mark_printed, record_reprint
from app.labels.services.spares import bind_spare, create_spares, release_spare

__all__ = [
    "bind_spare",
    "create_spares",
    "mark_generated",
    "mark_printed",
    "record_reprint",
    "release_spare",
    "report_incident",
]
