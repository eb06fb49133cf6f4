"""Mail that leaves over SMTP, waits, is refused, or is kept."""

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app.core.clock import utcnow
from app.core.db import db
from app.core.mail import MailState, OutgoingMail, queue_mail
from app.operations.delivery import claim_next_mail
from app.operations.files import new_file
from app.operations.rules import RETRY_PAUSES, SENDING_LEASE
from jobs.mail import deliver_waiting
from tests.support.smtp_sink import SmtpSink, smtp_sink


@pytest.fixture
def sink(app: Flask) -> Iterator[SmtpSink]:
    with smtp_sink() as server:
        app.config["SMTP_URL"] = server.url
        yield server


def write(recipient: str = "camille@example.org", body: str = "Bonjour,\n\nÀ bientôt", **values: str) -> int:
    mail = queue_mail("recap", recipient, "Récapitulatif d’été", body, **values)
    db.session.commit()
    return mail.id


def states() -> list[tuple[MailState, int]]:
    db.session.expire_all()
    mails = db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id))
    return [(mail.state, mail.attempts) for mail in mails]


def test_what_waits_leaves_in_order_over_one_connection(app: Flask, sink: SmtpSink) -> None:
    for name in ("un", "deux", "trois"):
        write(f"{name}@example.org")
    deliver_waiting()
    assert sink.recipients == ["un@example.org", "deux@example.org", "trois@example.org"]
    assert sink.connections == 1
    assert sink.messages[0]["Subject"] == "Récapitulatif d’été"
    assert sink.messages[0].get_content().strip().endswith("À bientôt")
    assert states() == [(MailState.SENT, 1)] * 3
    deliver_waiting()
    assert len(sink.messages) == 3


def test_a_file_goes_along(app: Flask, sink: SmtpSink) -> None:
    stored, path = new_file("recaps", ".pdf")
    path.write_bytes(b"%PDF-1.4 recap")
    write(attachment=stored, attachment_name="récapitulatif.pdf")
    deliver_waiting()
    (attached,) = sink.messages[0].iter_attachments()
    assert attached.get_filename() == "récapitulatif.pdf"
    assert attached.get_content() == b"%PDF-1.4 recap"


def test_secrets_of_links_are_forgotten_once_they_left(app: Flask, sink: SmtpSink) -> None:
    token = "abcdefghijklmnopqrstuvwxyz-0123456789_ABCDE"
    mail_id = write(body=f"Ouvrez https://bourse.example.org/reset-password/{token}\n\nMerci")
    deliver_waiting()
    assert token in sink.messages[0].get_content()
    db.session.expire_all()
    body = db.session.get_one(OutgoingMail, mail_id).body
    assert token not in body
    assert body == "Ouvrez https://bourse.example.org/reset-password/…\n\nMerci"


def test_without_a_server_everything_is_kept_on_its_page(app: Flask) -> None:
    write()
    deliver_waiting()
    assert states() == [(MailState.KEPT, 0)]


@pytest.mark.slow
def test_a_server_that_does_not_answer_costs_no_attempt(app: Flask) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        app.config["SMTP_URL"] = f"smtp://127.0.0.1:{closed.getsockname()[1]}"
        write()
        write()
        deliver_waiting()
    assert states() == [(MailState.QUEUED, 0)] * 2
    errors = db.session.scalars(select(OutgoingMail.error)).all()
    assert all("ne répond pas" in (error or "") for error in errors)
    with smtp_sink() as server:
        app.config["SMTP_URL"] = server.url
        deliver_waiting()
    assert states() == [(MailState.SENT, 1)] * 2


def test_an_address_refused_for_good_fails_and_the_others_leave(app: Flask, sink: SmtpSink) -> None:
    sink.refusals["nobody@example.org"] = "550 no such person"
    write("nobody@example.org")
    write("camille@example.org")
    deliver_waiting()
    assert states() == [(MailState.FAILED, 1), (MailState.SENT, 1)]
    assert "no such person" in (db.session.scalars(select(OutgoingMail.error).limit(1)).one() or "")


def test_a_refusal_for_now_is_tried_again_then_given_up(app: Flask, sink: SmtpSink) -> None:
    sink.refusals["slow@example.org"] = "451 later please"
    write("slow@example.org")
    with time_machine.travel(utcnow(), tick=False) as clock:
        for number, pause in enumerate(RETRY_PAUSES, start=1):
            deliver_waiting()
            assert states() == [(MailState.QUEUED, number)]
            deliver_waiting()
            assert states() == [(MailState.QUEUED, number)], "too early"
            clock.shift(pause)
        deliver_waiting()
    assert states() == [(MailState.FAILED, len(RETRY_PAUSES) + 1)]


def test_a_connection_that_breaks_is_opened_again(app: Flask, sink: SmtpSink) -> None:
    sink.hang_up_after = 1
    for name in ("un", "deux", "trois"):
        write(f"{name}@example.org")
    deliver_waiting()
    assert sink.connections >= 2
    sent = [state for state, _ in states()]
    assert sent.count(MailState.SENT) == 2
    with time_machine.travel(utcnow() + timedelta(minutes=2)):
        deliver_waiting()
    assert states()[1] == (MailState.SENT, 2)


@pytest.mark.parametrize("recipient", ["not an address", "a@example.org\r\nBcc: b@example.org", ""])
def test_what_is_no_address_fails_at_once(app: Flask, sink: SmtpSink, recipient: str) -> None:
    write(recipient)
    deliver_waiting()
    assert states() == [(MailState.FAILED, 1)]
    assert sink.messages == []


def test_a_subject_never_brings_headers_along(app: Flask, sink: SmtpSink) -> None:
    queue_mail("recap", "a@example.org", "Bonjour\r\nBcc: b@example.org", "Texte\r\n.\r\nQUIT")
    db.session.commit()
    deliver_waiting()
    assert sink.recipients == ["a@example.org"]
    assert sink.messages[0]["Subject"] == "Bonjour Bcc: b@example.org"
    assert sink.messages[0]["Bcc"] is None
    assert "QUIT" in sink.messages[0].get_content()


def test_a_missing_file_is_said_and_stops_nothing(app: Flask, sink: SmtpSink) -> None:
    write(attachment="recaps/gone.pdf")
    write()
    deliver_waiting()
    assert states() == [(MailState.FAILED, 1), (MailState.SENT, 1)]


def test_two_senders_never_hold_the_same_message(app: Flask) -> None:
    write()
    with time_machine.travel(utcnow(), tick=False) as clock:
        assert claim_next_mail() is not None
        db.session.commit()
        assert claim_next_mail() is None
        clock.shift(SENDING_LEASE)
        again = claim_next_mail()
        assert again is not None, "its sender died: due again after the lease"
        assert again.attempts == 2
