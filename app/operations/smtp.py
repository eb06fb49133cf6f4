"""A message of the outbox as it goes over the wire."""

import mimetypes
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

from app.core.mail import OutgoingMail
from app.core.smtp import plain_message


def build_message(mail: OutgoingMail, sender: str, attachment: Path | None) -> EmailMessage:
    """The message as sent, in UTF-8. `sender` is `Name <address>`.

    Raises ValueError when an address cannot stand in a header; a line break never can.
    """
    message = plain_message(sender, mail.recipient, mail.subject, mail.body, mail.created_at)
    domain = parseaddr(sender)[1].rpartition("@")[2]
    # The same at each attempt, so that a message sent twice is seen once.
    message["Message-ID"] = f"<{mail.id}.{mail.created_at:%Y%m%d%H%M%S%f}@{domain}>"
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
