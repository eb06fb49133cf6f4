"""Speaking SMTP: the address of the server, and a plain message as it goes over the wire."""

import smtplib
import ssl
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

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


def plain_message(sender: str, recipient: str, subject: str, body: str, at: datetime) -> EmailMessage:
    """A text in UTF-8. `sender` is `Name <address>`.

    Raises ValueError when an address cannot stand in a header; a line break never can.
    """
    if "@" not in recipient:
        raise ValueError("the recipient has no e-mail address")
    name, address = parseaddr(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message
