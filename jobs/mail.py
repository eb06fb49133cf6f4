"""Sending the mail that waits in the outbox."""

import smtplib
from email.errors import MessageError

import structlog
from flask import current_app

from app.core.db import db, in_transaction
from app.core.mail import OutgoingMail
from app.core.smtp import BadSmtpUrl, open_smtp
from app.operations.delivery import (
    claim_next_mail,
    keep_waiting_mail,
    mark_failed,
    mark_sent,
    note_unreachable,
)
from app.operations.files import path_of
from app.operations.smtp import build_message
from config.privacy import mask

log = structlog.get_logger()
UNREACHABLE = "Le serveur d’envoi ne répond pas. Nouvel essai dans une minute."


def deliver_waiting() -> None:
    """Send whatever is due, oldest first, over one connection; called by the queue, any number at once.

    Without SMTP_URL the messages are kept on the outbox page. When the server cannot be reached they wait
    untouched; the scheduler asks again every minute.
    """
    url = current_app.config["SMTP_URL"]
    if not url:
        in_transaction(keep_waiting_mail)
        return
    mail = in_transaction(claim_next_mail)
    while mail is not None:
        try:
            server = open_smtp(url)
        except (OSError, smtplib.SMTPException, BadSmtpUrl) as error:
            log.error("mail.server_unreachable", error=mask(str(error)))
            _put_back(mail, error)
            return
        with server:
            mail = _send_from(server, mail)


def _send_from(server: smtplib.SMTP, mail: OutgoingMail | None) -> OutgoingMail | None:
    """Send one after the other; returns the message at hand when the connection broke and another is due."""
    while mail is not None:
        try:
            _send(server, mail)
        except smtplib.SMTPServerDisconnected as error:
            _fail(mail, error, for_good=False)
            return in_transaction(claim_next_mail)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            _fail(mail, error, for_good=code >= 500)
        except smtplib.SMTPResponseException as error:
            _fail(mail, error, for_good=error.smtp_code >= 500)
        except (ValueError, MessageError, FileNotFoundError, smtplib.SMTPNotSupportedError) as error:
            _fail(mail, error, for_good=True)
        except (OSError, smtplib.SMTPException) as error:
            _fail(mail, error, for_good=False)
            return in_transaction(claim_next_mail)
        mail = in_transaction(claim_next_mail)
    return None


def _send(server: smtplib.SMTP, mail: OutgoingMail) -> None:
    attachment = path_of(mail.attachment) if mail.attachment else None
    server.send_message(build_message(mail, current_app.config["MAIL_FROM"], attachment))
    mail_id = mail.id
    in_transaction(lambda: mark_sent(db.session.get_one(OutgoingMail, mail_id)))
    log.info("mail.sent", action=f"mail.{mail.kind}", mail=mail_id)


def _fail(mail: OutgoingMail, error: Exception, *, for_good: bool) -> None:
    mail_id, reason = mail.id, f"{type(error).__name__} : {error}"
    # Servers repeat the address that they refuse.
    log.warning("mail.failed", mail=mail_id, error=mask(reason), for_good=for_good)
    in_transaction(lambda: mark_failed(db.session.get_one(OutgoingMail, mail_id), reason, for_good=for_good))


def _put_back(mail: OutgoingMail, error: Exception) -> None:
    """The attempt did not take place: it does not count."""
    mail_id = mail.id
    reason = str(error) if isinstance(error, BadSmtpUrl) else UNREACHABLE

    def put_back() -> None:
        waiting = db.session.get_one(OutgoingMail, mail_id)
        waiting.attempts, waiting.next_attempt_at = waiting.attempts - 1, None
        db.session.flush()
        note_unreachable(reason)

    in_transaction(put_back)
