"""What the watchdog makes of the answers it gets: when to raise the alarm, whom to tell, when it is over.

Pure: each function returns the watch as it is afterwards. The alarm is P1 (seed §6.2, `alerte_systeme_down`);
its escalation counts from the last good answer, but for the first step, which is taken with the alarm itself.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.monitoring.escalation import Channel, Contact, OnCallRole, Step, recipients
from app.monitoring.on_call_copy import OnCall

# Hours that were not handed in yet are kept this long.
KEPT = timedelta(days=30)
# So many attempts over a phone, then a mail as well.
MAIL_AFTER = 3
# So many attempts to tell that it is over, then it is old news.
LAST_ATTEMPT = 120


@dataclass(frozen=True, slots=True)
class Message:
    """For one person over one channel. `instead`: the address to write to when the phone fails."""

    role: OnCallRole
    name: str
    channel: Channel
    address: str
    subject: str
    text: str
    instead: str = ""
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Outage:
    """`began`: the last good answer, or the first failure. `told`: the messages that were delivered."""

    began: datetime
    alarmed_at: datetime
    steps_done: int = 0
    acknowledged_at: datetime | None = None
    told: tuple[Message, ...] = ()
    anybody: bool = False


@dataclass(frozen=True, slots=True)
class HourCount:
    probes: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Watch:
    """All that outlives a restart. `silent_since`: no good answer since then; `answering_since`: nothing else
    since then, during an outage. `hours`: by the beginning of the hour, UTC."""

    last_probe: datetime | None = None
    last_good: datetime | None = None
    silent_since: datetime | None = None
    answering_since: datetime | None = None
    outage: Outage | None = None
    waiting: tuple[Message, ...] = ()
    hours: Mapping[datetime, HourCount] = field(default_factory=dict)


def note_probe(watch: Watch, good: bool, now: datetime, after: timedelta) -> Watch:
    """One answer, good or not. When nobody probed for longer than `after`, silence counts from now on: a
    computer that slept says nothing of what it did not see."""
    noted = replace(watch, last_probe=now, hours=_count(watch.hours, good, now))
    if good:
        return replace(noted, last_good=now, silent_since=None, answering_since=watch.answering_since or now)
    slept = watch.last_probe is None or now - watch.last_probe > after
    since = now if slept else watch.silent_since or watch.last_good or now
    return replace(noted, silent_since=since, answering_since=None)


def must_alarm(watch: Watch, now: datetime, after: timedelta) -> bool:
    """Whether there was no good answer for `after`, and it was not seen before."""
    return watch.outage is None and watch.silent_since is not None and now - watch.silent_since >= after


def raise_alarm(watch: Watch, now: datetime) -> Watch:
    assert watch.silent_since is not None
    return replace(watch, outage=Outage(began=watch.silent_since, alarmed_at=now))


def is_over(watch: Watch, now: datetime) -> bool:
    """Two good answers in a row end an outage: one may be luck."""
    return watch.outage is not None and watch.answering_since is not None and watch.answering_since < now


def next_step(outage: Outage, steps: Sequence[Step], now: datetime) -> Step | None:
    """The step to take now, if any; none once somebody took charge. While nobody at all could be told, the
    next step does not wait for its time."""
    if outage.acknowledged_at or outage.steps_done >= len(steps):
        return None
    step = steps[outage.steps_done]
    due = outage.steps_done == 0 or not outage.anybody or outage.began + step.after <= now
    return step if due else None


def take_step(
    watch: Watch,
    step: Step,
    on_call: OnCall,
    now: datetime,
    has: Callable[[Channel], bool],
    write: Callable[[Channel], tuple[str, str]],
) -> Watch:
    """The messages of a step join those that wait. `has`: which channels are there; `write`: subject and text
    for one."""
    assert watch.outage is not None
    messages = tuple(
        Message(
            contact.role, contact.name, channel, address, *write(channel), _instead(contact, channel, has)
        )
        for contact, channel, address in _whom(step, on_call, now, has)
    )
    outage = replace(
        watch.outage,
        steps_done=watch.outage.steps_done + 1,
        anybody=watch.outage.anybody or bool(messages),
    )
    return replace(watch, outage=outage, waiting=(*watch.waiting, *messages))


def _whom(
    step: Step, on_call: OnCall, now: datetime, has: Callable[[Channel], bool]
) -> list[tuple[Contact, Channel, str]]:
    """Over the channels that are there; somebody left without any gets a mail."""
    wanted = recipients(step, on_call.contacts, on_call.sale, now)
    there = [(contact, channel) for contact, channel in wanted if has(channel)]
    left = dict.fromkeys(contact for contact, _ in wanted if contact not in {each for each, _ in there})
    mails = [(contact, Channel.EMAIL) for contact in left if contact.email and has(Channel.EMAIL)]
    return [(contact, channel, _address(contact, channel)) for contact, channel in [*there, *mails]]


def _address(contact: Contact, channel: Channel) -> str:
    return contact.email if channel is Channel.EMAIL else contact.phone


def _instead(contact: Contact, channel: Channel, has: Callable[[Channel], bool]) -> str:
    return contact.email if channel is not Channel.EMAIL and has(Channel.EMAIL) else ""


def note_delivered(watch: Watch, message: Message) -> Watch:
    """It left."""
    outage = watch.outage and replace(watch.outage, told=(*watch.outage.told, message))
    return replace(watch, outage=outage, waiting=_without(watch.waiting, message))


def note_failed(watch: Watch, message: Message, *, for_good: bool) -> Watch:
    """It did not leave: it waits for the next time unless that cannot help, and a mail goes when a phone
    cannot be reached."""
    rest = _without(watch.waiting, message)
    for_good = for_good or (watch.outage is None and message.attempts + 1 >= LAST_ATTEMPT)
    again = () if for_good else (replace(message, attempts=message.attempts + 1),)
    mail: tuple[Message, ...] = ()
    if message.instead and (for_good or message.attempts + 1 == MAIL_AFTER):
        mail = (replace(message, channel=Channel.EMAIL, address=message.instead, instead="", attempts=0),)
    written = {(each.address, each.subject) for each in (*rest, *_told(watch))}
    return replace(
        watch,
        waiting=(*rest, *again, *(each for each in mail if (each.address, each.subject) not in written)),
    )


def acknowledge(watch: Watch, now: datetime) -> Watch:
    """Somebody takes charge: nobody else is told, but for the end."""
    if watch.outage is None or watch.outage.acknowledged_at:
        return watch
    return replace(watch, outage=replace(watch.outage, acknowledged_at=now), waiting=())


def end_outage(watch: Watch, subject: str, text: str) -> Watch:
    """What still waited is no longer true; those who were told learn that it is over, once each, and not by
    a call when they were also written to."""
    told = _told(watch)
    written = {message.name for message in told if message.channel is not Channel.CALL}
    last = {
        (message.channel, message.address): replace(
            message, subject=subject, text=text, instead="", attempts=0
        )
        for message in told
        if message.channel is not Channel.CALL or message.name not in written
    }
    return replace(watch, outage=None, waiting=tuple(last.values()))


def hand_in(hours: Mapping[datetime, HourCount], now: datetime) -> dict[datetime, HourCount]:
    """What is left once all hours were handed in: the one that is not over yet."""
    return {hour: count for hour, count in hours.items() if hour == _hour(now)}


def _told(watch: Watch) -> tuple[Message, ...]:
    return watch.outage.told if watch.outage else ()


def _without(messages: Iterable[Message], one: Message) -> tuple[Message, ...]:
    return tuple(message for message in messages if message is not one)


def _count(hours: Mapping[datetime, HourCount], good: bool, now: datetime) -> dict[datetime, HourCount]:
    kept = {hour: count for hour, count in hours.items() if now - hour < KEPT}
    before = kept.get(_hour(now), HourCount())
    kept[_hour(now)] = HourCount(before.probes + 1, before.failed + (not good))
    return kept


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
