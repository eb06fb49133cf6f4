"""Opening a till with a counted float, closing it with a count."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core import audit
from app.core.clock import utcnow
from app.core.dates import datetime_long
from app.core.db import db
from app.core.errors import DomainError
from app.editions.models import EditionState, Till
from app.editions.services.steps import share_edition
from app.sales.models import PaymentMethod, TillSession
from app.sales.queries import expected_by_method, is_silent_at, open_session_of, working_device
from app.sales.rules import variance


class TillAlreadyOpen(DomainError):
    def __init__(self, till: Till) -> None:
        super().__init__(
            f"La caisse {till.name} est déjà ouverte. Choisissez-en une autre, ou attendez sa fermeture."
        )


class SaleNotUnderWay(DomainError):
    def __init__(self) -> None:
        super().__init__(
            "La vente n’est pas commencée : un gestionnaire doit d’abord passer l’édition en vente."
        )


class UnsentEntries(DomainError):
    """The till said that it still holds sales the server does not have."""

    def __init__(self, till: Till, pending: int) -> None:
        noun = "vente n’est pas envoyée" if pending == 1 else "ventes ne sont pas envoyées"
        super().__init__(
            f"Sur la caisse {till.name}, {pending} {noun}. Revenez à la caisse, appuyez sur "
            "« Synchroniser », puis fermez."
        )


class SilentTill(DomainError):
    """Nobody knows what the till sold since its last word."""

    def __init__(self, till: Till, last_seen_at: datetime | None) -> None:
        since = f"depuis {datetime_long(last_seen_at)}" if last_seen_at else "jusqu’ici"
        super().__init__(
            f"La caisse {till.name} n’a pas donné de nouvelles {since} : elle garde peut-être des ventes. "
            "Remettez-la sur le réseau, attendez « Synchronisé », puis fermez. Si son appareil ne revient "
            "pas, un gestionnaire peut l’abandonner."
        )


class VarianceUnexplained(DomainError):
    """What was counted is not what was expected, and nobody said why."""

    def __init__(self, expected: Mapping[str, int], counted: Mapping[str, int]) -> None:
        super().__init__(
            "Le comptage diffère de ce qui est attendu. Recomptez, ou indiquez la raison de l’écart.",
            "reason",
        )
        self.expected, self.counted = dict(expected), dict(counted)


@dataclass(frozen=True, slots=True)
class Count:
    """What is in the drawer: how many of each note and coin (by cents), card and cheque totals in cents."""

    denominations: Mapping[int, int]
    card_cents: int
    cheque_cents: int

    def by_method(self) -> dict[str, int]:
        cash = sum(value * pieces for value, pieces in self.denominations.items())
        return {
            PaymentMethod.CASH.value: cash,
            PaymentMethod.CARD.value: self.card_cents,
            PaymentMethod.CHEQUE.value: self.cheque_cents,
        }


def open_session(till: Till, volunteer_id: int, opening_float_cents: int) -> TillSession:
    """Begin selling. Raises TillAlreadyOpen, SaleNotUnderWay (a training till opens at any time)."""
    edition = share_edition(till.edition_id)
    if edition.state is not EditionState.SELLING and not till.training:
        raise SaleNotUnderWay
    if open_session_of(till.id) is not None:
        raise TillAlreadyOpen(till)
    session = TillSession(
        edition_id=till.edition_id,
        till_id=till.id,
        open_till_id=till.id,
        volunteer_id=volunteer_id,
        opening_float_cents=opening_float_cents,
    )
    try:
        with db.session.begin_nested():
            db.session.add(session)
    except IntegrityError as error:  # two volunteers at the same moment
        raise TillAlreadyOpen(till) from error
    audit.record(
        "till_session.opened",
        f"till:{till.id}",
        actor_id=volunteer_id,
        session_id=session.id,
        float_cents=opening_float_cents,
    )
    return session


def close_session(session: TillSession, count: Count, reason: str, closed_by_id: int) -> TillSession:
    """End a session with its count.

    Raises UnsentEntries, SilentTill, VarianceUnexplained (with the figures).
    """
    session = db.session.scalars(
        select(TillSession)
        .where(TillSession.id == session.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if session.closed_at is not None:
        raise DomainError("Cette session de caisse est déjà fermée.")
    device = working_device(session)
    if device and device.pending_count:
        raise UnsentEntries(session.till, device.pending_count)
    if device and is_silent_at(session):
        raise SilentTill(session.till, device.last_seen_at)
    expected, counted = expected_by_method(session), count.by_method()
    if variance(expected, counted) and not reason.strip():
        raise VarianceUnexplained(expected, counted)
    session.open_till_id, session.closed_at, session.closed_by_id = None, utcnow(), closed_by_id
    session.counted_denominations = {str(value): pieces for value, pieces in count.denominations.items()}
    session.expected_cents, session.counted_cents = expected, counted
    session.variance_reason = reason.strip() or None
    db.session.flush()
    audit.record(
        "till_session.closed",
        f"till:{session.till_id}",
        actor_id=closed_by_id,
        session_id=session.id,
        expected=expected,
        counted=counted,
        reason=session.variance_reason,
    )
    return session
