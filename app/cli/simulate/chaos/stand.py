"""A till in the storm: its volunteer, its link to the server, what they do in a round."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from random import Random
from urllib.parse import urlsplit

from app.cli.simulate.cast import Account
from app.cli.simulate.chaos.plan import Gesture, StandPlan
from app.cli.simulate.exchange import LoginOver, Unreachable
from app.cli.simulate.hall import payment
from app.cli.simulate.till import Till
from app.cli.support.proxy import Fault, FaultyProxy

# A real till waits five seconds; here there are many more failures to wait for.
PATIENCE_SECONDS = 4.0
CALM_SECONDS = 30.0
SIZES, WEIGHTS = (1, 2, 3, 5), (5, 3, 2, 1)


class Stand:
    """`done` counts what happened. Until `close()` the till reaches its server by a link that fails."""

    def __init__(self, till: Till, account: Account) -> None:
        self.till, self._account = till, account
        self._direct = till.browser.base_url
        address = urlsplit(self._direct)
        self._link = FaultyProxy(address.port or 80, address.hostname or "")
        self.done: Counter[str] = Counter()
        till.browser.move_to(self._link.url, PATIENCE_SECONDS)

    def close(self) -> None:
        self.till.browser.move_to(self._direct)
        self._link.close()

    def play(self, plan: StandPlan) -> None:
        """Everything of a round; the network is whole again afterwards."""
        random = Random(plan.seed)
        with self._link.broken(plan.fault):
            for gesture in plan.gestures:
                self._do(gesture, plan, random)

    def sell(self, codes: list[str], random: Random) -> None:
        self.till.sell(codes, payment(self.till, codes, random))
        self.done[Gesture.SELL] += 1

    def calm_down(self) -> bool:
        """On a whole network: whether everything is at the server, and both journals agree."""
        self._link.fault = Fault()
        self.till.browser.move_to(self._link.url, CALM_SECONDS)
        # Whoever signed in after the copy that was brought back is not signed in any more.
        self._restart()
        self._talk()
        with suppress(Unreachable, LoginOver):
            return self.till.exchange.compare()
        return False

    def _do(self, gesture: Gesture, plan: StandPlan, random: Random) -> None:
        match gesture:
            case Gesture.SELL:
                self._serve(random)
            case Gesture.VOID:
                self._give_back(random)
            case Gesture.TALK:
                self._talk()
            case Gesture.RESTART:
                self._restart()
            case Gesture.CLOCK:
                self.till.journal.skew = timedelta(minutes=plan.clock)
                self.done[gesture] += 1

    def _serve(self, random: Random) -> None:
        """A customer with something that this till believes to be on sale; with nothing left, one back."""
        offered = sorted(self.till.exchange.on_sale)
        if not offered:
            self._give_back(random)
            return
        size = min(random.choices(SIZES, WEIGHTS)[0], len(offered))
        self.sell(random.sample(offered, size), random)

    def _give_back(self, random: Random) -> None:
        standing = self.till.journal.standing()
        if not standing:
            return
        ticket, codes = random.choice(standing)
        # The way it came: a drawer cannot give what it does not hold.
        method = ticket.payments[-1].method
        self.till.cancel(ticket, codes if random.random() < 0.5 else [random.choice(codes)], method)
        self.done[Gesture.VOID] += 1

    def _talk(self) -> None:
        try:
            self.till.exchange.turn()
            self.done["échange réussi"] += 1
        except Unreachable:
            self.done["échange manqué"] += 1
        except LoginOver:
            self._sign_in_again()

    def _restart(self) -> None:
        self.done[Gesture.RESTART] += 1
        try:
            self.till.restart()
        except Unreachable:
            pass  # it goes on with what it has
        except LoginOver:
            self._sign_in_again()

    def _sign_in_again(self) -> None:
        self.done["nouvelle connexion"] += 1
        with suppress(Unreachable, LoginOver):
            self.till.sign_in_again(self._account.email, self._account.password)
