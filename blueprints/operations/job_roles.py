"""Who may ask for a job again: whoever may ask for it in the first place."""

from flask_login import current_user

from app.operations.models import BackgroundJob
from app.web.access import may_use
from blueprints.operations import bp

# Kind of job → the endpoint whose roles are its own.
ENDPOINT_OF_KIND = {
    "labels": "backoffice.labels_generate",
    "spare_labels": "backoffice.label_spares_create",
    "billetweb_import": "backoffice.registration_import_start",
    "slips": "treasury.make_slips",
    # Comes of itself when a depositor validates a list: it is a message, sent again like the others.
    "list_recap": "operations.mail_retry",
}


@bp.app_template_global()
def may_ask_again(job: BackgroundJob) -> bool:
    """Whether the person at work may; a kind without its endpoint is for nobody."""
    return may_use(ENDPOINT_OF_KIND.get(job.kind, ""), current_user.roles)
