"""What happens in each round of the storm, drawn from a number: the same number, the same storm."""

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from app.cli.support.proxy import Fault


class Gesture(enum.StrEnum):
    """At one till."""

    SELL = "vente"
    VOID = "annulation"
    TALK = "échange"
    RESTART = "redémarrage"
    CLOCK = "horloge changée"


class Blow(enum.StrEnum):
    """At the server, for all."""

    KILL = "serveur tué"
    FREEZE = "serveur gelé"
    STOP = "serveur arrêté"
    COPY = "sauvegarde"
    RESTORE = "sauvegarde restaurée"
    SIGN_OUT = "connexions expirées"
    DATABASE = "base tuée"


GESTURES = {
    Gesture.SELL: 10,
    Gesture.VOID: 3,
    Gesture.TALK: 5,
    Gesture.RESTART: 1,
    Gesture.CLOCK: 1,
}
GESTURES_A_ROUND = range(3, 9)
# Each failing exchange waits for its answer in vain.
MOST_TALKS = 2
CALM_SHARE, BLOW_SHARE, RIVALS_SHARE = 0.55, 0.35, 0.3
# Minutes a clock is wrong by; a till is not far ahead for long, or everything it sells would be.
CLOCKS = (0, 0, 0, -90, -20, -1, 1, 5)


@dataclass(frozen=True)
class StandPlan:
    """One till in one round; `clock` in minutes, `seed` for what it chooses."""

    gestures: tuple[Gesture, ...]
    fault: Fault
    clock: int
    seed: int


@dataclass(frozen=True)
class Round:
    """`rivals`: two tills that offer one item at once. `after`: seconds until the blow, `lasting` as long."""

    stands: tuple[StandPlan, ...]
    rivals: tuple[int, int] | None
    blow: Blow | None
    after: float
    lasting: float


def draw_rounds(seed: int, stands: int, blows: Sequence[Blow]) -> Iterator[Round]:
    """Without end."""
    random = Random(seed)
    while True:
        yield Round(
            tuple(_draw_stand(random) for _ in range(stands)),
            _pair(random, stands) if random.random() < RIVALS_SHARE else None,
            random.choice(blows) if blows and random.random() < BLOW_SHARE else None,
            random.random(),
            0.2 + random.random() * 3,
        )


def _draw_stand(random: Random) -> StandPlan:
    gestures = random.choices(list(GESTURES), list(GESTURES.values()), k=random.choice(GESTURES_A_ROUND))
    talks = 0
    kept = []
    for gesture in gestures:
        talks += gesture is Gesture.TALK
        if gesture is not Gesture.TALK or talks <= MOST_TALKS:
            kept.append(gesture)
    return StandPlan(tuple(kept), _draw_fault(random), random.choice(CLOCKS), random.getrandbits(32))


def _draw_fault(random: Random) -> Fault:
    if random.random() < CALM_SHARE:
        return Fault()
    silent = random.random() < 0.2
    return random.choice(
        (
            Fault(drop_requests=True, silent=silent),
            Fault(drop_replies=True, silent=silent),
            Fault(drop_replies=True, silent=silent),
            Fault(delay_s=random.random() * 1.5),
            Fault(truncate_at=random.choice((1, 14, 60, 240, 700, 2000)), silent=silent),
        )
    )


def _pair(random: Random, stands: int) -> tuple[int, int]:
    first, second = random.sample(range(stands), 2)
    return first, second
