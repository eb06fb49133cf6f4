"""The outbox: every message the application wrote, and whether it left."""

from flask import current_app, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.db import db
from app.core.mail import MailState, OutgoingMail
from app.operations.delivery import get_mail, send_again, send_failed_again
from app.operations.queries import list_mails
from app.operations.rules import may_read_mail
from app.web.htmx import redirect_to, render
from blueprints.operations import bp
from jobs.queue import dispatch_mail

STATES = {
    MailState.QUEUED: ("en attente", "info", "clock"),
    MailState.SENT: ("envoyé", "success", "check"),
    MailState.KEPT: ("gardé ici", "neutral", "inbox"),
    MailState.FAILED: ("échec", "danger", "octagon-alert"),
}
STATE_CHOICES = [("", "Tous"), *((state.value, words[0].capitalize()) for state, words in STATES.items())]


@bp.get("/outbox")
def outbox() -> ResponseReturnValue:
    text, state = request.args.get("q", "").strip(), request.args.get("state", "")
    chosen = MailState(state) if state in set(MailState) else None
    return render(
        "operations/outbox.html",
        "results",
        found=list_mails(text, chosen, request.args.get("page", 1, type=int)),
        text=text,
        state=state,
        states=STATES,
        state_choices=STATE_CHOICES,
        sends=bool(current_app.config["SMTP_URL"]),
        url_for_page=lambda page: url_for("operations.outbox", q=text, state=state, page=page),
    )


@bp.get("/outbox/<int:mail_id>")
def mail(mail_id: int) -> ResponseReturnValue:
    found = get_mail(mail_id)
    return render(
        "operations/mail.html",
        mail=found,
        states=STATES,
        readable=may_read_mail(found.kind, current_user.roles, current_app.config["DEMO"]),
        can_send=_can_send(found),
    )


@bp.post("/outbox/<int:mail_id>/retry")
def mail_retry(mail_id: int) -> ResponseReturnValue:
    send_again(get_mail(mail_id))
    db.session.commit()
    dispatch_mail()
    flash("Le message repart.", "success")
    return redirect_to(url_for("operations.mail", mail_id=mail_id))


@bp.post("/outbox/retry")
def outbox_retry() -> ResponseReturnValue:
    count = send_failed_again()
    db.session.commit()
    dispatch_mail()
    flash(f"{count} message{'s' if count > 1 else ''} de nouveau en attente.", "success")
    return redirect_to(url_for("operations.outbox"))


def _can_send(mail: OutgoingMail) -> bool:
    return bool(current_app.config["SMTP_URL"]) and mail.state in (MailState.FAILED, MailState.KEPT)
