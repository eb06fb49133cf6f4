"""Telling somebody over a channel: e-mail by SMTP, SMS and voice calls by a provider over HTTP.

Without database and without the application: the watchdog tells by it too.
"""

import smtplib
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from email.utils import make_msgid, parseaddr
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError, TimeoutError

from app.core.clock import utcnow
from app.core.smtp import BadSmtpUrl, open_smtp, plain_message
from app.monitoring.escalation import Channel
from app.monitoring.wire import request_of, sms_text, spoken_text, without_secrets
from config.gateways import Gateway, read_gateway

PATIENCE = urllib3.Timeout(connect=5, read=15)
# Of an answer: enough to find a word in it.
ANSWER_BYTES = 20_000
# Refusals that may be over the next time.
PASSING = frozenset({408, 425, 429})


class NotDelivered(Exception):
    """The message did not leave. `reason` is a French sentence without secrets; `for_good`: trying again
    cannot help."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What the channels need; an empty `smtp_url` or no gateway: that channel is not there."""

    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    sms: Gateway | None = None
    call: Gateway | None = None

    def has(self, channel: Channel) -> bool:
        return bool({Channel.EMAIL: self.smtp_url, Channel.SMS: self.sms, Channel.CALL: self.call}[channel])


def channel_settings(values: Mapping[str, Any], environ: Mapping[str, str]) -> ChannelSettings:
    """From the settings of the application (or the environment itself); secrets of gateways from `environ`.

    Raises BadGateway.
    """

    def gateway(kind: str) -> Gateway | None:
        name = values.get(f"{kind}_GATEWAY", "")
        return read_gateway(name, values.get(f"{kind}_SENDER", ""), environ) if name else None

    return ChannelSettings(
        smtp_url=values.get("SMTP_URL", ""),
        mail_from=values.get("MAIL_FROM", ""),
        sms=gateway("SMS"),
        call=gateway("CALL"),
    )


def deliver(channel: Channel, address: str, subject: str, text: str, settings: ChannelSettings) -> None:
    """Hand a message to whoever carries it; `address` is an e-mail address or a number in E.164.

    An SMS and a call say `text` alone, cut to two parts or without its links. Raises NotDelivered.
    """
    if channel is Channel.EMAIL:
        _send_mail(address, subject, text, settings)
    elif channel is Channel.SMS:
        _hand_over(settings.sms, "SMS", address, sms_text(text))
    else:
        _hand_over(settings.call, "CALL", address, spoken_text(text))


def _send_mail(address: str, subject: str, text: str, settings: ChannelSettings) -> None:
    if not settings.smtp_url:
        raise NotDelivered("Aucun serveur d’envoi n’est indiqué (SMTP_URL).", for_good=True)
    try:
        message = plain_message(settings.mail_from, address, " ".join(subject.split()), text, utcnow())
        message["Message-ID"] = make_msgid(domain=parseaddr(settings.mail_from)[1].rpartition("@")[2])
    except (ValueError, MessageError) as error:
        raise NotDelivered(
            "L’adresse du destinataire ou de l’expéditeur est mal écrite.", for_good=True
        ) from error
    try:
        with open_smtp(settings.smtp_url) as server:
            server.send_message(message)
    except BadSmtpUrl as error:
        raise NotDelivered(str(error), for_good=True) from error
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise NotDelivered(
            f"Le serveur d’envoi refuse cette adresse ({code}).", for_good=code >= 500
        ) from error
    except smtplib.SMTPResponseException as error:
        raise NotDelivered(
            f"Le serveur d’envoi refuse le message ({error.smtp_code}).", for_good=error.smtp_code >= 500
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotDelivered("Le serveur d’envoi ne répond pas.", for_good=False) from error


def _hand_over(gateway: Gateway | None, kind: str, to: str, text: str) -> None:
    if gateway is None:
        raise NotDelivered(f"Aucune passerelle n’est indiquée ({kind}_GATEWAY).", for_good=True)
    request = request_of(gateway, to, text)
    try:
        # A redirection would carry the secrets elsewhere.
        answer = urllib3.request(
            request.method,
            request.url,
            body=request.body,
            headers=request.headers,
            timeout=PATIENCE,
            retries=False,
            redirect=False,
            preload_content=False,
        )
        try:
            said = answer.read(ANSWER_BYTES, decode_content=True).decode(errors="replace")
        finally:
            answer.close()
    except (HTTPError, OSError) as error:
        raise NotDelivered(_unreachable(error), for_good=False) from error
    except ValueError as error:
        raise NotDelivered(
            "La passerelle ne peut pas être appelée : vérifiez ses secrets.", for_good=True
        ) from error
    _check_answer(gateway, to, answer.status, said)


def _unreachable(error: Exception) -> str:
    if isinstance(error, SSLError):
        return "Le certificat de la passerelle est refusé."
    # A refused connection counts among the timeouts there.
    if isinstance(error, TimeoutError) and not isinstance(error, NewConnectionError):
        return "La passerelle ne répond pas à temps."
    return "La passerelle est injoignable."


def _check_answer(gateway: Gateway, to: str, status: int, said: str) -> None:
    words = f" : {without_secrets(said, gateway, to)[:120]}" if said.strip() else ""
    if not 200 <= status < 300:
        passing = status >= 500 or status in PASSING
        raise NotDelivered(f"La passerelle refuse le message ({status}){words}", for_good=not passing)
    if gateway.answer_holds and gateway.answer_holds not in said:
        raise NotDelivered(f"La passerelle ne confirme pas l’envoi{words}", for_good=False)
