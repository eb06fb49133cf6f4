"""The storm as the way to sell in a simulated edition."""

from collections.abc import Callable
from contextlib import ExitStack

from app.cli.simulate.cast import Account
from app.cli.simulate.chaos.ground import Ground
from app.cli.simulate.chaos.stand import Stand
from app.cli.simulate.chaos.storm import Storm
from app.cli.simulate.chaos.verify import compare_with_database
from app.cli.simulate.figures import Line
from app.cli.simulate.scratch import Scratch
from app.cli.simulate.till import Till

MINUTES = 5.0


class Chaos:
    """`scratch`: the server when it is ours to break. `lines`, after `sell`: what it holds against what tills
    wrote."""

    def __init__(
        self,
        scratch: Scratch | None,
        seed: int,
        minutes: float | None,
        steps: int | None,
        tell: Callable[[str], None],
    ) -> None:
        self._scratch, self._seed, self._tell = scratch, seed, tell
        self._steps, self._minutes = steps, minutes or MINUTES
        self.lines: list[Line] = []
        tell(f"Tempête n° {seed} : --seed {seed} la rejoue.")

    def sell(self, tills: list[Till], sellers: list[Account]) -> None:
        """Sell at these tills through the storm, wait until all is calm, compare."""
        ground = self._ground(sellers)
        with ExitStack() as links:
            stands = [Stand(till, seller) for till, seller in zip(tills, sellers, strict=True)]
            for stand in stands:
                links.callback(stand.close)
            storm = Storm(stands, ground, self._seed, self._tell)
            storm.rage(self._steps, self._minutes)
            self._tell(storm.so_far())
            storm.calm_down()
        self.lines = compare_after(storm, ground, self._tell)

    def _ground(self, sellers: list[Account]) -> Ground | None:
        if self._scratch is None:
            return None
        emails = [seller.email for seller in sellers]
        return Ground(self._scratch.server, self._scratch.keep, emails, self._scratch.mariadb)


def compare_after(storm: Storm, ground: Ground | None, tell: Callable[[str], None] = print) -> list[Line]:
    """What the server did and holds, when all is calm again; tells what it wrote of what went wrong."""
    broken = storm.breakdowns
    lines = [Line("Réponses 500 et plus, base vivante", 0, len(broken), counted=True)]
    if broken:
        tell("\n".join([*broken, *(ground.server.web_errors() if ground else [])]))
    if ground:
        with ground.looking():
            lines += compare_with_database([stand.till.journal for stand in storm.stands])
    return lines
