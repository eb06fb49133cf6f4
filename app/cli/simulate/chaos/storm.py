"""Rounds of selling while everything fails, one after the other; then calm, and everything is there."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from random import Random

from app.cli.simulate.browser import Unexpected
from app.cli.simulate.chaos.ground import Ground
from app.cli.simulate.chaos.plan import Blow, Round, draw_rounds
from app.cli.simulate.chaos.stand import Stand

TELL_EVERY_SECONDS = 20.0
# After the storm a till has this many exchanges to get everything through.
LAST_TRIES = 20


class Storm:
    """`ground` None: the server is somebody else's, only networks, clocks and tills fail."""

    def __init__(
        self, stands: Sequence[Stand], ground: Ground | None, seed: int, tell: Callable[[str], None]
    ) -> None:
        self.stands, self._ground, self._tell = stands, ground, tell
        self._rounds = draw_rounds(seed, len(stands), ground.blows if ground else [])
        self._blows: Counter[str] = Counter()
        self.steps = 0

    @property
    def done(self) -> Counter[str]:
        """How often what happened."""
        return sum((stand.done for stand in self.stands), Counter[str]()) + self._blows

    @property
    def breakdowns(self) -> list[str]:
        """Answers 500 and above that no database's death explains."""
        return [said for stand in self.stands for said in stand.till.breakdowns]

    def rage(self, steps: int | None, minutes: float | None) -> None:
        """So many rounds, or rounds for so many minutes. Raises Unexpected for what no storm explains."""
        end = time.monotonic() + (minutes or 0) * 60
        told = time.monotonic()
        with ThreadPoolExecutor(len(self.stands)) as hall:
            for step in range(steps) if steps else count():
                if not steps and time.monotonic() > end:
                    return
                self._play(next(self._rounds), hall)
                self.steps = step + 1
                if time.monotonic() - told > TELL_EVERY_SECONDS:
                    told = time.monotonic()
                    self._tell(self.so_far())

    def calm_down(self) -> None:
        """Until every till has sent everything and agrees with the server."""
        for stand in self.stands:
            if not any(stand.calm_down() for _ in range(LAST_TRIES)):
                waiting = len(stand.till.journal.waiting)
                raise Unexpected(
                    f"caisse C{stand.till.number} : {waiting} ventes gardées ou un écart, réseau rétabli"
                )
        # What the last till sent may have changed what the first one was told.
        for stand in self.stands:
            stand.till.exchange.turn()

    def so_far(self) -> str:
        happened = ", ".join(f"{name} {times}" for name, times in sorted(self.done.items()))
        waiting = sum(len(stand.till.journal.waiting) for stand in self.stands)
        return f"Étape {self.steps} : {happened} ; {waiting} en attente."

    def _play(self, plan: Round, hall: ThreadPoolExecutor) -> None:
        if plan.rivals:
            self._offer_twice(*plan.rivals, seed=plan.stands[0].seed)
        playing = [
            hall.submit(stand.play, stands_plan)
            for stand, stands_plan in zip(self.stands, plan.stands, strict=True)
        ]
        try:
            if plan.blow and self._ground:
                time.sleep(plan.after)
                self._ground.strike(plan.blow, plan.lasting)
                self._blows[plan.blow] += 1
        finally:
            _wait_for(playing)
        if plan.blow is Blow.DATABASE:
            for stand in self.stands:
                stand.till.breakdowns.clear()

    def _offer_twice(self, first: int, second: int, *, seed: int) -> None:
        """One item at two tills before either knows of the other's sale."""
        one, other = self.stands[first], self.stands[second]
        both = sorted(one.till.exchange.on_sale & other.till.exchange.on_sale)
        if not both:
            return
        random = Random(seed)
        code = random.choice(both)
        one.sell([code], random)
        other.sell([code], random)
        self._blows["article offert deux fois"] += 1


def _wait_for(playing: Iterable[Future[None]]) -> None:
    for each in playing:
        each.result()
