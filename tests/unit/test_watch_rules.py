"""When the watchdog raises the alarm, whom it tells, and what it forgets."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from app.monitoring.escalation import Availability, Channel, Contact, Level, OnCallRole, SaleDays, read_levels
from app.monitoring.on_call_copy import BadOnCallList, OnCall, on_call_as_json, read_on_call
from app.monitoring.watch_files import AlreadyWatching, WatchFiles, watch_as_json, watch_from_json
from app.monitoring.watch_rules import (
    LAST_ATTEMPT,
    MAIL_AFTER,
    HourCount,
    Message,
    Outage,
    Watch,
    acknowledge,
    end_outage,
    hand_in,
    is_over,
    must_alarm,
    next_step,
    note_delivered,
    note_failed,
    note_probe,
    raise_alarm,
    take_step,
)
from app.monitoring.watch_words import alarm_words, back_words, duration_words, rule_of
from config.settings import ROOT

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
AFTER = timedelta(minutes=2)
ALERTS = yaml.safe_load((ROOT / "config" / "alerts.yaml").read_text())
STEPS = read_levels(ALERTS)[Level.P1].steps
ALL = frozenset(Channel)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def person(role: OnCallRole, name: str, phone: str = "+33600000000", email: str = "") -> Contact:
    return Contact(role, name, phone, email, Availability.ALWAYS)


TEAM = OnCall(
    (
        person(OnCallRole.TECHNICAL, "Théo", email="theo@example.org"),
        person(OnCallRole.TECHNICAL_BACKUP, "Bea", "+33600000001"),
        person(OnCallRole.MANAGER, "Mina", "+33600000002", "mina@example.org"),
        person(OnCallRole.ADMINISTRATOR, "Ada", "", "ada@example.org"),
    )
)


def probed(answers: Iterable[tuple[float, bool]], watch: Watch | None = None) -> Watch:
    """A watch after answers (minute, good)."""
    for minute, good in answers:
        watch = note_probe(watch or Watch(), good, at(minute), AFTER)
    assert watch
    return watch


def escalated(
    watch: Watch, minute: float, on_call: OnCall = TEAM, channels: frozenset[Channel] = ALL
) -> Watch:
    """Every step that is to be taken at that minute is taken."""
    while watch.outage and (step := next_step(watch.outage, STEPS, at(minute))):
        has = channels.__contains__
        watch = take_step(watch, step, on_call, at(minute), has, lambda channel: ("S", channel))
    return watch


def all_delivered(watch: Watch) -> Watch:
    for message in watch.waiting:
        watch = note_delivered(watch, message)
    return watch


def told(watch: Watch) -> list[tuple[str, Channel]]:
    return [(message.name, message.channel) for message in watch.waiting]


def down() -> Watch:
    """Good at noon, then nothing; the alarm is raised two minutes later."""
    watch = probed([(0, True), (0.5, False), (1, False), (1.5, False), (2, False)])
    return raise_alarm(watch, at(2))


def test_two_minutes_without_a_good_answer_are_an_alarm() -> None:
    watch = probed([(0, True), (0.5, False), (1, False), (1.5, False)])
    assert not must_alarm(watch, at(1.5), AFTER)
    watch = probed([(2, False)], watch)
    assert must_alarm(watch, at(2), AFTER)
    raised = raise_alarm(watch, at(2))
    assert raised.outage
    assert raised.outage.began == NOON
    assert not must_alarm(raised, at(3), AFTER), "it is raised once"


def test_one_good_answer_in_between_begins_anew() -> None:
    watch = probed([(0, True), (0.5, False), (1, False), (1.5, True), (2, False), (3, False)])
    assert not must_alarm(watch, at(3), AFTER)
    assert must_alarm(probed([(3.5, False)], watch), at(3.5), AFTER)


def test_what_a_sleeping_computer_did_not_see_does_not_count() -> None:
    watch = probed([(0, True), (600, False)])
    assert not must_alarm(watch, at(600), AFTER)
    assert must_alarm(probed([(601, False), (602, False)], watch), at(602), AFTER)
    first = probed([(0, False)])
    assert first.silent_since == NOON


def test_the_first_message_leaves_with_the_alarm_the_others_count_from_the_outage() -> None:
    watch = escalated(down(), 2)
    assert told(watch) == [("Théo", Channel.SMS), ("Théo", Channel.CALL)]
    for minute, name in ((14.9, None), (15, "Bea"), (29.9, None), (30, "Mina"), (59.9, None), (60, "Ada")):
        watch = escalated(all_delivered(watch), minute)
        assert {who for who, _ in told(watch)} == ({name} if name else set()), minute
    assert told(watch) == [("Ada", Channel.EMAIL)]
    assert escalated(all_delivered(watch), 600).waiting == ()


def test_a_watchdog_that_was_away_catches_up() -> None:
    watch = escalated(down(), 40)
    assert [name for name, _ in told(watch)] == ["Théo", "Théo", "Bea", "Bea", "Mina", "Mina", "Mina"]


def test_nobody_in_the_first_role_does_not_mean_silence() -> None:
    rest = OnCall(TEAM.contacts[2:])
    assert {name for name, _ in told(escalated(down(), 2, rest))} == {"Mina"}


def test_without_a_phone_channel_a_mail_goes() -> None:
    watch = escalated(down(), 2, channels=frozenset({Channel.EMAIL}))
    assert [(m.channel, m.address) for m in watch.waiting] == [(Channel.EMAIL, "theo@example.org")]
    assert escalated(down(), 2, OnCall(TEAM.contacts[1:2]), frozenset({Channel.EMAIL})).waiting == ()


def test_the_days_of_the_sale_decide_who_is_there() -> None:
    around = Contact(OnCallRole.TECHNICAL, "Sam", "+33600000009", "", Availability.AROUND_SALE)
    days = SaleDays(date(2026, 11, 20), date(2026, 11, 22))
    there = OnCall((around, TEAM.contacts[0]), days)
    assert {name for name, _ in told(escalated(down(), 2, there))} == {"Sam", "Théo"}
    later = OnCall(there.contacts, SaleDays(date(2027, 3, 1), date(2027, 3, 3)))
    assert {name for name, _ in told(escalated(down(), 2, later))} == {"Théo"}


def test_who_takes_charge_stops_the_escalation() -> None:
    watch = acknowledge(escalated(down(), 2), at(5))
    assert escalated(watch, 600).waiting == ()
    assert watch.waiting == ()


def test_a_message_that_did_not_leave_waits() -> None:
    watch = escalated(down(), 2)
    sms, call = watch.waiting
    watch = note_failed(watch, sms, for_good=False)
    assert [(m.channel, m.attempts) for m in watch.waiting] == [(Channel.CALL, 0), (Channel.SMS, 1)]
    watch = note_delivered(watch, call)
    assert [(m.channel, m.attempts) for m in watch.waiting] == [(Channel.SMS, 1)]


def test_a_phone_that_cannot_be_reached_gets_a_mail_once() -> None:
    watch = escalated(down(), 2)
    for message in watch.waiting:
        watch = note_failed(watch, message, for_good=True)
    assert [(m.channel, m.address) for m in watch.waiting] == [(Channel.EMAIL, "theo@example.org")]


def test_a_gateway_that_stays_silent_gets_help_by_mail_and_goes_on() -> None:
    watch = escalated(down(), 2, channels=frozenset({Channel.SMS, Channel.EMAIL}))
    for _ in range(MAIL_AFTER):
        watch = note_failed(watch, watch.waiting[0], for_good=False)
    assert [(m.channel, m.attempts) for m in watch.waiting] == [(Channel.SMS, MAIL_AFTER), (Channel.EMAIL, 0)]


def test_two_good_answers_end_it() -> None:
    watch = probed([(5, True)], down())
    assert not is_over(watch, at(5))
    assert not is_over(probed([(5.5, False)], watch), at(5.5))
    over = probed([(5.5, True)], watch)
    assert is_over(over, at(5.5))
    assert over.answering_since == at(5)


def test_those_who_were_told_learn_the_end_and_nobody_else() -> None:
    watch = all_delivered(escalated(down(), 2))
    watch = escalated(watch, 15)
    over = end_outage(watch, "Rétabli", "Tout va bien.")
    assert over.outage is None
    assert [(m.name, m.channel, m.text) for m in over.waiting] == [("Théo", Channel.SMS, "Tout va bien.")]


def test_who_was_only_called_is_called_again() -> None:
    watch = all_delivered(escalated(down(), 2, channels=frozenset({Channel.CALL})))
    assert [m.channel for m in end_outage(watch, "", "").waiting] == [Channel.CALL]


def test_old_news_is_given_up() -> None:
    watch = end_outage(all_delivered(escalated(down(), 2)), "", "")
    for _ in range(LAST_ATTEMPT - 1):
        watch = note_failed(watch, watch.waiting[0], for_good=False)
    assert len(watch.waiting) == 1
    assert note_failed(watch, watch.waiting[0], for_good=False).waiting == ()


def test_hours_are_counted_and_handed_in() -> None:
    watch = probed([(0, True), (59, False), (60, True)])
    assert watch.hours == {at(0): HourCount(2, 1), at(60): HourCount(1, 0)}
    assert hand_in(watch.hours, at(61)) == {at(60): HourCount(1, 0)}
    late = probed([(60 * 24 * 31, True)], watch)
    assert len(late.hours) == 1


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    watch = escalated(all_delivered(escalated(down(), 2)), 15)
    watch = note_failed(watch, watch.waiting[0], for_good=False)
    files = WatchFiles(tmp_path)
    files.save(watch)
    assert files.load() == watch
    files.save_on_call(TEAM)
    assert files.load_on_call() == TEAM
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    assert watch_from_json(watch_as_json(Watch())) == Watch()


def test_a_state_that_cannot_be_read_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"outage": 3')
    assert WatchFiles(tmp_path).load() == Watch()
    assert (tmp_path / "state.unreadable").exists()


def test_an_acknowledgement_holds_for_its_outage_alone(tmp_path: Path) -> None:
    files = WatchFiles(tmp_path)
    one, another = Outage(at(0), at(2)), Outage(at(60), at(62))
    assert not files.is_acknowledged(one)
    files.acknowledge(one)
    assert files.is_acknowledged(one)
    assert not files.is_acknowledged(another)


def test_two_watchdogs_do_not_work_in_one_directory(tmp_path: Path) -> None:
    with WatchFiles(tmp_path).alone(), pytest.raises(AlreadyWatching), WatchFiles(tmp_path).alone():
        pass


def test_the_list_travels_as_json() -> None:
    full = OnCall(TEAM.contacts, SaleDays(date(2026, 11, 20), date(2026, 11, 22)))
    assert read_on_call(on_call_as_json(full)) == full
    assert read_on_call(on_call_as_json(OnCall())) == OnCall()


def test_a_list_written_by_hand() -> None:
    written = """
        contacts:
          - {role: technical, name: Théo, phone: "+33 6 12 34 56 78"}
        sale: {first: 2026-11-20, last: 2026-11-22}
    """
    read = read_on_call(yaml.safe_load(written))
    assert read.contacts[0] == Contact(OnCallRole.TECHNICAL, "Théo", "+33612345678", "", Availability.ALWAYS)
    assert read.sale == SaleDays(date(2026, 11, 20), date(2026, 11, 22))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "rubrique « contacts »"),
        ({"contacts": {}}, "rubrique « contacts »"),
        ({"contacts": ["Théo"]}, "Contact 1 : il faut role"),
        ({"contacts": [{"role": "cook", "name": "x", "phone": "+33612345678"}]}, "Contact 1 : il faut role"),
        ({"contacts": [{"role": "technical", "name": "x", "phone": "0612345678"}]}, "+33612345678"),
        ({"contacts": [{"role": "technical", "name": "x", "email": "x"}]}, "e-mail est mal écrite"),
        ({"contacts": [{"role": "technical", "name": "x"}]}, "donnez phone ou email"),
        ({"contacts": [], "sale": {"first": "demain"}}, "2026-11-20"),
    ],
)
def test_a_list_that_cannot_be_used_says_why(data: object, said: str) -> None:
    with pytest.raises(BadOnCallList) as problem:
        read_on_call(data)
    assert said in str(problem.value)


def test_an_alarm_says_since_when_and_what_to_decide() -> None:
    rule, manager = rule_of(ALERTS), STEPS[2]
    words = [
        alarm_words(rule, "https://b.example.org", manager, NOON, "réponse 503", channel)[1].replace(
            "\u00a0", " "
        )
        for channel in (Channel.SMS, Channel.CALL, Channel.EMAIL)
    ]
    for said in words:
        assert said.startswith("CRITIQUE : application non accessible depuis 13 h 00 (réponse 503).")
        assert "Décidez" in said
        assert "RUN-006" in said
    assert ["watchdog ack" in said for said in words] == [True, False, True]


def test_the_end_says_how_long() -> None:
    assert back_words(NOON, at(12))[1].replace("\u00a0", " ") == (
        "RÉTABLI : application accessible à 13 h 12, après 12 min d’interruption (20/11/2026 13:00)."
    )
    assert [duration_words(timedelta(minutes=m)) for m in (0.2, 59, 185, 1500, 3000)] == [
        "moins d’une minute",
        "59 min",
        "3 h 05",
        "1 jour 1 h",
        "2 jours 2 h",
    ]


def test_a_message_is_not_sent_for_the_like_of_it() -> None:
    one = Message(OnCallRole.TECHNICAL, "Théo", Channel.SMS, "+33600000000", "S", "T")
    twin = Message(OnCallRole.TECHNICAL, "Théo", Channel.SMS, "+33600000000", "S", "T")
    assert note_delivered(Watch(waiting=(one, twin)), one).waiting == (twin,)
