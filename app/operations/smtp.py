"""Speaking SMTP: the address of the server, and a message as it goes over the wire."""

import mimetypes
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.core.mail import OutgoingMail

TIMEOUT_SECONDS = 20
DEFAULT_PORTS = {"smtp": 25, "starttls": 587, "smtps": 465}


class BadSmtpUrl(ValueError):
    """SMTP_URL cannot be used; the message says what to write."""


def open_smtp(url: str) -> smtplib.SMTP:
    """A connection, signed in when the address holds a user.

    `smtp://host:25` speaks in clear (a server on the same machine), `starttls://user:pass@host:587` and
    `smtps://user:pass@host:465` are encrypted and check the certificate. Raises BadSmtpUrl, OSError and
    smtplib.SMTPException.
    """
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise BadSmtpUrl("SMTP_URL doit ressembler à starttls://utilisateur:motdepasse@serveur:587.")
    host, port = parts.hostname, parts.port or DEFAULT_PORTS[parts.scheme]
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    try:
        if parts.scheme == "starttls":
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def build_message(mail: OutgoingMail, sender: str, attachment: Path | None) -> EmailMessage:
    """The message as sent, in UTF-8. `sender` is `Name <address>`.

    Raises ValueError when an address cannot stand in a header; a line break never can.
    """
    if "@" not in mail.recipient:
        raise ValueError("the recipient has no e-mail address")
    name, address = parseaddr(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(addr_spec=mail.recipient)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    # The same at each attempt, so that a message sent twice is seen once.
    message["Message-ID"] = f"<{mail.id}.{mail.created_at:%Y%m%d%H%M%S%f}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    if attachment is not None:
        kind, _ = mimetypes.guess_type(attachment.name)
        main, _, sub = (kind or "application/octet-stream").partition("/")
        message.add_attachment(
            attachment.read_bytes(),
            maintype=main,
            subtype=sub,
            filename=mail.attachment_name or attachment.name,
        )
    return message
