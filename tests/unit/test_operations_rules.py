"""When tasks are due, how mail is tried again, who sees what, and what a message looks like."""

from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from app.accounts.models import Role
from app.core.mail import OutgoingMail
from app.core.smtp import BadSmtpUrl, open_smtp
from app.operations.rules import RETRY_PAUSES, may_read_mail, may_see_job, next_attempt
from app.operations.smtp import build_message
from jobs.schedule import Task

NOW = datetime(2026, 11, 21, 9, 0, 42, tzinfo=UTC)


def test_an_interval_is_due_at_its_round_moments() -> None:
    task = Task("t", "m:f", every=timedelta(minutes=1))
    assert task.last_due(NOW) == datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 11, 21, 1, 59, tzinfo=UTC), datetime(2026, 11, 20, 2, 0, tzinfo=UTC)),
        (datetime(2026, 11, 21, 2, 0, tzinfo=UTC), datetime(2026, 11, 21, 2, 0, tzinfo=UTC)),
        (datetime(2026, 7, 1, 1, 30, tzinfo=UTC), datetime(2026, 7, 1, 1, 0, tzinfo=UTC)),
    ],
)
def test_a_nightly_task_is_due_at_its_hour_in_france(now: datetime, due: datetime) -> None:
    assert Task("t", "m:f", daily_at=time(3, 0)).last_due(now) == due


def test_mail_is_tried_again_ever_more_patiently_then_given_up() -> None:
    pauses = [next_attempt(attempts, NOW) for attempts in range(1, len(RETRY_PAUSES) + 1)]
    assert pauses == sorted(pauses)
    assert next_attempt(1, NOW) == NOW + timedelta(minutes=1)
    assert next_attempt(len(RETRY_PAUSES) + 1, NOW) is None


def test_jobs_are_seen_by_their_owner_and_by_those_who_run_the_sale() -> None:
    assert may_see_job(7, 7, frozenset({Role.VOLUNTEER}))
    assert not may_see_job(7, 8, frozenset({Role.VOLUNTEER, Role.DEPOSITOR}))
    assert not may_see_job(None, 8, frozenset({Role.VOLUNTEER}))
    assert may_see_job(7, 8, frozenset({Role.TREASURER}))


def test_links_to_accounts_are_read_by_administrators_only() -> None:
    manager, admin = frozenset({Role.MANAGER}), frozenset({Role.ADMIN})
    assert may_read_mail("invitation", manager, demo=False)
    assert not may_read_mail("account.reset", manager, demo=False)
    assert may_read_mail("account.reset", manager, demo=True)
    assert may_read_mail("account.reset", admin, demo=False)


def mail(**values: object) -> OutgoingMail:
    fields = {
        "id": 12,
        "kind": "recap",
        "recipient": "camille@example.org",
        "subject": "Récapitulatif de votre liste",
        "body": "Bonjour,\n\nC'est prêt : 12,50 €.\n.\n",
        "created_at": NOW,
    }
    return OutgoingMail(**{**fields, **values})


def test_a_message_keeps_its_accents_and_its_file(tmp_path: Path) -> None:
    file = tmp_path / "3f.pdf"
    file.write_bytes(b"%PDF-1.4")
    built = build_message(mail(attachment_name="Récap été.pdf"), "L’équipe <bourse@example.org>", file)
    read = message_from_bytes(built.as_bytes(), policy=default)
    assert read["From"] == "L’équipe <bourse@example.org>"
    assert read["Subject"] == "Récapitulatif de votre liste"
    body = read.get_body()
    assert body is not None
    assert "12,50 €" in body.get_content()
    (attached,) = read.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("Récap été.pdf", "application/pdf")


def test_each_attempt_bears_the_same_identity() -> None:
    first, second = (build_message(mail(), "bourse@example.org", None) for _ in range(2))
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize(
    "values",
    [
        {"subject": "Bonjour\r\nBcc: everybody@example.org"},
        {"recipient": "camille@example.org\r\nBcc: everybody@example.org"},
        {"recipient": "camille"},
        {"recipient": "a@example.org, b@example.org"},
    ],
)
def test_nothing_gets_into_the_headers(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        build_message(mail(**values), "bourse@example.org", None).as_bytes()


@pytest.mark.parametrize("url", ["mailto:x", "smtp://", "http://mail.example.org", "mail.example.org:25"])
def test_a_server_address_that_cannot_be_used_says_what_to_write(url: str) -> None:
    with pytest.raises(BadSmtpUrl, match="starttls://"):
        open_smtp(url)
