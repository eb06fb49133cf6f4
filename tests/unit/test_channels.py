"""Telling somebody: the request a provider gets, what an SMS says, and how a refusal is told."""

import json
import socket
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from app.monitoring.channels import ChannelSettings, NotDelivered, channel_settings, deliver
from app.monitoring.escalation import Channel
from app.monitoring.wire import SMS_LENGTH, request_of, sms_text, spoken_text
from config.gateways import BadGateway, read_gateway
from config.settings import SettingsError, load_settings
from tests.support.http_sink import Answer, HttpSink, http_sink
from tests.support.smtp_sink import SmtpSink, smtp_sink

TO = "+33612345678"
TWILIO = {"TWILIO_ACCOUNT_SID": "AC123", "TWILIO_AUTH_TOKEN": "s3cret/+"}
BREVO = read_gateway("brevo-sms", "Bourse", {"BREVO_API_KEY": "key"})
HARD = 'Caisse « C3 » & l’été <b>"?"</b> 100 % \\ {sender} ${TWILIO_AUTH_TOKEN}'


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    with http_sink() as server:
        yield server


@pytest.fixture
def mail() -> Iterator[SmtpSink]:
    with smtp_sink() as server:
        yield server


def write(directory: Path, **values: object) -> str:
    """A file of one gateway; what `values` give replaces the usual."""
    usual = {"url": "http://127.0.0.1:1/send", "fields": {"to": "{to}", "message": "{text}"}}
    path = directory / "gateway.yaml"
    path.write_text(yaml.safe_dump({**usual, **values}))
    return str(path)


def by_sms(directory: Path, environ: dict[str, str] | None = None, **values: object) -> ChannelSettings:
    return channel_settings(
        {"SMS_GATEWAY": write(directory, **values), "SMS_SENDER": "Bourse"}, environ or {}
    )


def refused(settings: ChannelSettings, channel: Channel = Channel.SMS, address: str = TO) -> NotDelivered:
    with pytest.raises(NotDelivered) as told:
        deliver(channel, address, "Alerte", "Bonjour", settings)
    return told.value


def test_the_request_of_twilio_for_an_sms() -> None:
    request = request_of(read_gateway("twilio-sms", "+33700000000", TWILIO), TO, HARD)
    assert (request.method, request.url) == (
        "POST",
        "https://api.twilio.com/2010-04-01/Accounts/AC123/Messages.json",
    )
    assert request.headers["Authorization"] == f"Basic {b64encode(b'AC123:s3cret/+').decode()}"
    assert parse_qs((request.body or b"").decode()) == {"To": [TO], "From": ["+33700000000"], "Body": [HARD]}


def test_the_request_of_twilio_for_a_call_speaks_xml() -> None:
    request = request_of(read_gateway("twilio-call", "+33700000000", TWILIO), TO, "Tom & <Léa>")
    (spoken,) = parse_qs((request.body or b"").decode())["Twiml"]
    assert "Tom &amp; &lt;Léa&gt;</Say>" in spoken


def test_the_request_of_brevo() -> None:
    request = request_of(read_gateway("brevo-sms", "Bourse", {"BREVO_API_KEY": "key"}), TO, HARD)
    assert request.headers["api-key"] == "key"
    assert json.loads(request.body or b"") == {
        "type": "transactional",
        "sender": "Bourse",
        "recipient": "33612345678",
        "content": HARD,
    }


@pytest.mark.slow
@given(st.text())
def test_what_is_filled_in_is_never_read_as_a_placeholder(text: str) -> None:
    request = request_of(BREVO, TO, text)
    assert json.loads(request.body or b"")["content"] == text


def test_a_gateway_of_ones_own_by_the_end_of_its_address(sink: HttpSink, tmp_path: Path) -> None:
    settings = by_sms(
        tmp_path,
        {"PASS": "a&b"},
        method="GET",
        url=f"{sink.url}/send?v=1",
        format="query",
        fields={"to": "{to}", "m": "{text}", "key": "${PASS}"},
    )
    deliver(Channel.SMS, TO, "Alerte", "Tout & tout", settings)
    (request,) = sink.requests
    assert (request.method, request.path) == ("GET", "/send")
    assert request.query == {"v": ["1"], "to": [TO], "m": ["Tout & tout"], "key": ["a&b"]}


def test_a_call_says_the_text_without_its_link(sink: HttpSink, tmp_path: Path) -> None:
    settings = channel_settings({"CALL_GATEWAY": write(tmp_path, url=sink.url)}, {})
    deliver(Channel.CALL, TO, "", "Application arrêtée. https://bourse.example.org/a/b", settings)
    assert json.loads(sink.requests[0].body)["message"] == "Application arrêtée."


@pytest.mark.parametrize(
    ("answer", "for_good"),
    [
        (Answer(400), True),
        (Answer(401), True),
        (Answer(302, headers=(("Location", "http://127.0.0.1:1/elsewhere"),)), True),
        (Answer(429), False),
        (Answer(500), False),
        (Answer(200, "status: KO"), False),
    ],
)
def test_an_answer_that_is_no_yes(sink: HttpSink, tmp_path: Path, answer: Answer, for_good: bool) -> None:
    sink.answers = [answer]
    told = refused(by_sms(tmp_path, url=sink.url, answer_holds="OK: "))
    assert told.for_good is for_good
    assert len(sink.requests) == 1


def test_an_answer_must_hold_its_word(sink: HttpSink, tmp_path: Path) -> None:
    sink.answers = [Answer(200, "OK: 1 message")]
    deliver(Channel.SMS, TO, "", "Bonjour", by_sms(tmp_path, url=sink.url, answer_holds="OK: "))


def test_a_refusal_repeats_no_secret(sink: HttpSink, tmp_path: Path) -> None:
    sink.answers = [Answer(403, "key s3cret/+ or s3cret%2F%2B is wrong for +33612345678")]
    settings = by_sms(tmp_path, {"KEY": "s3cret/+"}, url=sink.url, headers={"x-key": "${KEY}"})
    told = refused(settings)
    assert told.reason == "La passerelle refuse le message (403) : key … or … is wrong for …"
    assert "s3cret" not in repr(settings)


def test_a_gateway_that_is_not_there_may_come_back(tmp_path: Path) -> None:
    told = refused(by_sms(tmp_path))
    assert (told.reason, told.for_good) == ("La passerelle est injoignable.", False)


def test_a_secret_that_breaks_a_header_is_a_setting_to_mend(tmp_path: Path, sink: HttpSink) -> None:
    told = refused(by_sms(tmp_path, {"KEY": "a\r\nb: c"}, url=sink.url, headers={"x-key": "${KEY}"}))
    assert told.for_good
    assert sink.requests == []


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.CALL, Channel.EMAIL])
def test_a_channel_that_is_not_set_up(channel: Channel) -> None:
    settings = ChannelSettings()
    assert not settings.has(channel)
    assert refused(settings, channel, "a@example.org").for_good


def test_a_mail_leaves(mail: SmtpSink) -> None:
    settings = channel_settings({"SMTP_URL": mail.url, "MAIL_FROM": "Bourse <b@example.org>"}, {})
    deliver(Channel.EMAIL, "lea@example.org", "Alerte\nen cours", "L’application ne répond plus.", settings)
    assert mail.recipients == ["lea@example.org"]
    assert mail.messages[0]["Subject"] == "Alerte en cours"
    assert mail.messages[0].get_content().strip() == "L’application ne répond plus."
    assert mail.messages[0]["Message-ID"].endswith("@example.org>")


@pytest.mark.parametrize(("code", "for_good"), [("550 unknown", True), ("450 later", False)])
def test_a_mail_that_is_refused(mail: SmtpSink, code: str, for_good: bool) -> None:
    mail.refusals["lea@example.org"] = code
    settings = ChannelSettings(smtp_url=mail.url, mail_from="b@example.org")
    told = refused(settings, Channel.EMAIL, "lea@example.org")
    assert told.for_good is for_good
    assert code[:3] in told.reason


def test_a_mail_server_that_is_not_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"smtp://user:s3cret@127.0.0.1:{free.getsockname()[1]}"
    told = refused(ChannelSettings(smtp_url=url, mail_from="b@example.org"), Channel.EMAIL, "lea@example.org")
    assert (told.reason, told.for_good) == ("Le serveur d’envoi ne répond pas.", False)


def test_an_sms_keeps_its_link_and_its_alphabet() -> None:
    link = "https://bourse.example.org/alerts/" + "x" * 43
    said = sms_text(f"CRITIQUE : « l’application »\nne répond plus… {'très longue phrase ' * 30} {link}")
    assert len(said) <= SMS_LENGTH
    assert said.startswith('CRITIQUE : "l\'application" ne répond plus... ')
    assert said.endswith(f"très... {link}")


def test_a_short_sms_is_left_as_it_is() -> None:
    assert sms_text("Tout va bien.") == "Tout va bien."
    assert sms_text("Être là à Noël") == "Etre là à Noel"


@given(st.text(), st.sampled_from(["", " https://bourse.example.org/a"]))
def test_an_sms_is_never_longer_than_two_parts(text: str, link: str) -> None:
    said = sms_text(text + link)
    assert len(said) <= SMS_LENGTH
    assert said.endswith(link.strip())


def test_nobody_is_read_a_link() -> None:
    assert spoken_text("Voyez https://bourse.example.org/x puis  appelez.") == "Voyez puis appelez."


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"url": "gateway.example.org"}, "url doit ressembler"),
        ({"format": "xml"}, "format vaut « xml » : écrivez json, form ou query."),
        ({"method": "SEND"}, "method vaut « SEND »"),
        ({"fields": {"to": "{to}"}}, "aucun champ ne contient {text}"),
        ({"fields": {"m": "{text}"}}, "{to} manque"),
        ({"fields": {"to": "{to}", "m": "{texte}"}}, "{texte} n’est pas connu"),
        ({"headers": {"x": "{text}"}}, "{text} ne peut être que dans fields"),
        ({"headers": {"x": "${MISSING}"}}, "a besoin de MISSING"),
        ({"basic_auth": "user"}, "basic_auth attend"),
        ({"body": "{text}"}, "contient « body »"),
        ({"fields": "{text}"}, "fields doit être"),
    ],
)
def test_a_gateway_that_cannot_be_used_says_why(tmp_path: Path, values: dict[str, object], said: str) -> None:
    with pytest.raises(BadGateway) as told:
        read_gateway(write(tmp_path, **values), "Bourse", {})
    assert said in str(told.value)


def test_a_gateway_that_shows_a_sender_needs_one() -> None:
    with pytest.raises(BadGateway, match="SMS_SENDER"):
        read_gateway("brevo-sms", "", {"BREVO_API_KEY": "key"})


def test_the_application_does_not_start_on_a_wrong_gateway() -> None:
    usual = {"SECRET_KEY": "x" * 32, "DEBUG": "1"}
    with pytest.raises(
        SettingsError, match=r"^CALL_GATEWAY : « pigeon » n’est ni un fichier ni l’un de : tw"
    ):
        load_settings({**usual, "CALL_GATEWAY": "pigeon"})
    with pytest.raises(SettingsError, match=r"^SMS_GATEWAY : « brevo-sms » a besoin de BREVO_API_KEY"):
        load_settings({**usual, "SMS_GATEWAY": "brevo-sms"})
    set_up = {"SMS_GATEWAY": "brevo-sms", "SMS_SENDER": "Bourse", "BREVO_API_KEY": "key"}
    assert load_settings({**usual, **set_up}).SMS_GATEWAY == "brevo-sms"
