"""The server under the storm, when it is ours: killed, frozen, stopped, put back to an older copy."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import select

from app.accounts.models import User
from app.accounts.sessions import close_all_sessions
from app.cli.simulate.chaos.plan import Blow
from app.cli.support.copies import BringBack
from app.cli.support.mariadb import MariaDbServer
from app.cli.support.server import PrivateServer
from app.core.db import db
from app.sales.services.reconciliation import start_epoch

# Older copies are not brought back any more: tills would send everything again and again.
COPIES_KEPT = 3


class Ground:
    """`keep` copies the server's database; `sellers` e-mails of those at the tills; `database` can die."""

    def __init__(
        self,
        server: PrivateServer,
        keep: Callable[[], BringBack],
        sellers: Sequence[str],
        database: MariaDbServer | None = None,
    ) -> None:
        self.server = server
        self._keep, self._database, self._sellers = keep, database, sellers
        self._copies = [keep()]

    @property
    def blows(self) -> list[Blow]:
        return [blow for blow in Blow if self._database or blow is not Blow.DATABASE]

    def strike(self, blow: Blow, lasting: float) -> None:
        """Do it; the server answers again afterwards."""
        match blow:
            case Blow.KILL:
                self.server.kill()
                time.sleep(lasting)
                self.server.start()
            case Blow.STOP:
                self.server.stop()
                self.server.start()
            case Blow.FREEZE:
                self.server.freeze()
                time.sleep(lasting)
                self.server.thaw()
            case Blow.COPY:
                self._copies = [*self._copies, self._keep()][-COPIES_KEPT:]
            case Blow.RESTORE:
                self._restore(self._copies[int(lasting * 100) % len(self._copies)])
            case Blow.SIGN_OUT:
                self._sign_out()
            case Blow.DATABASE:
                assert self._database
                self._database.kill()
                time.sleep(lasting)
                self._database.start()

    @contextmanager
    def looking(self) -> Iterator[None]:
        """An application on the server's database, which is let go of at once afterwards."""
        with self.server.app.app_context():
            try:
                yield
            finally:
                db.session.remove()
                db.engine.dispose()

    def _restore(self, bring_back: BringBack) -> None:
        self.server.kill()
        bring_back()
        with self.looking():
            start_epoch("simulate")
            db.session.commit()
        self.server.start()

    def _sign_out(self) -> None:
        """Every volunteer at a till, everywhere."""
        with self.looking():
            for user_id in list(db.session.scalars(select(User.id).where(User.email.in_(self._sellers)))):
                close_all_sessions(user_id)
            db.session.commit()
