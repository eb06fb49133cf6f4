"""How much a depositor is owed, and when that may change. Pure, integer cents."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import Conflict, DomainError
from app.core.money import format_euros, share_half_up
from app.payouts.models import PAYOUT_STATE_LABELS, PayoutState

# From these a payout may be approved, and its payment recorded.
APPROVABLE = (PayoutState.COMPUTED, PayoutState.SLIP_READY)
PAYABLE = (PayoutState.APPROVED, PayoutState.ABSENT)


@dataclass(frozen=True)
class PayoutAmounts:
    """All in cents. `net` is never negative; what it would lack to reach zero is `shortfall`, so that
    gross − commission − fees + adjustments = net − shortfall."""

    gross: int
    commission: int
    fees: int
    adjustments: int
    net: int
    shortfall: int


@dataclass(frozen=True)
class Figures:
    """What a payout says, or what it would say now: items sold and amounts."""

    sold_count: int
    amounts: PayoutAmounts


def compute_payout(
    gross_cents: int, commission_bp: int, fees_cents: int, adjustments: Sequence[int] = ()
) -> PayoutAmounts:
    """The payout of one depositor: gross sales, less the commission (basis points of the gross, rounded
    half-up to the cent once, on the total), less the fees, plus signed adjustments; floored at zero.

    ValueError when an amount that cannot be negative is, or when the rate is above 100 %.
    """
    if gross_cents < 0 or fees_cents < 0 or not 0 <= commission_bp <= 10_000:
        raise ValueError("gross and fees are not negative, the rate is between 0 and 10000 basis points")
    commission = share_half_up(gross_cents, commission_bp)
    adjusted = sum(adjustments)
    balance = gross_cents - commission - fees_cents + adjusted
    return PayoutAmounts(
        gross=gross_cents,
        commission=commission,
        fees=fees_cents,
        adjustments=adjusted,
        net=max(0, balance),
        shortfall=max(0, -balance),
    )


def may_recompute(state: PayoutState, stored: PayoutAmounts, current: PayoutAmounts) -> bool:
    """A paid payout takes new figures only when they end in the very sum that was paid (a correction
    explains the rest); before payment it always may."""
    return state is not PayoutState.PAID or (stored.net, stored.shortfall) == (current.net, current.shortfall)


def is_final(state: PayoutState | None, net_cents: int, stale: bool) -> bool:
    """Nothing is left to do: paid, or approved with nothing to hand over; and the figures still hold."""
    if stale:
        return False
    return state is PayoutState.PAID or (state is PayoutState.APPROVED and net_cents == 0)


def slip_holds(state: PayoutState | None, stale: bool) -> bool:
    """A slip holds while its figures are those of the moment; that of a paid payout says what was paid."""
    return state is PayoutState.PAID or not stale


def check_slip(state: PayoutState | None, stale: bool) -> None:
    """Raise SlipOutdated unless the slip still holds."""
    if not slip_holds(state, stale):
        raise SlipOutdated


class SlipOutdated(DomainError):
    """A slip that was made before the sales or the corrections changed is not handed out."""

    def __init__(self) -> None:
        super().__init__(
            "Ce bordereau n’est plus juste : des ventes ou des corrections ont changé depuis. "
            "Recalculez, puis refaites-le."
        )


class PayoutNotComputed(DomainError):
    """The act needs figures that do not exist yet."""

    def __init__(self) -> None:
        super().__init__("Ce reversement n’est pas encore calculé : calculez-le d’abord.")


class PayoutIsStale(DomainError):
    """The sales or corrections changed since it was computed."""

    def __init__(self, old_cents: int, new_cents: int) -> None:
        super().__init__(
            "Les ventes ou les corrections ont changé depuis le calcul : "
            f"{format_euros(old_cents)} deviendraient {format_euros(new_cents)}. Recalculez d’abord."
        )


class PaidPayoutDiffers(DomainError):
    """A paid payout whose figures changed is never corrected silently."""

    def __init__(self, paid_cents: int, new_cents: int) -> None:
        super().__init__(
            f"{format_euros(paid_cents)} ont été payés alors que {format_euros(new_cents)} sont dus. "
            "Annulez le paiement, recalculez, approuvez, puis enregistrez-le de nouveau."
        )


class WrongPayoutState(Conflict):
    """Somebody did something else with it meanwhile, or an earlier step is missing."""

    def __init__(self, state: PayoutState, wanted: str) -> None:
        super().__init__(
            f"Ce reversement est dans l’état « {PAYOUT_STATE_LABELS[state]} » : {wanted}. "
            "Rien n’a été changé ; rechargez la page pour voir où il en est."
        )


class NothingToPay(DomainError):
    """A net of zero is settled by its approval."""

    def __init__(self) -> None:
        super().__init__("Il n’y a rien à verser : l’approbation suffit.")


class ChequeNumberMissing(DomainError):
    """A cheque is recorded with its number, by which it is found again on the bank's statement."""

    def __init__(self) -> None:
        super().__init__("Indiquez le numéro du chèque.", "cheque_number")


class NotAChequeNumber(DomainError):
    """What was typed is not what is printed on a cheque."""

    def __init__(self) -> None:
        super().__init__(
            "Un numéro de chèque n’a que des chiffres : les premiers de la ligne au bas du chèque.",
            "cheque_number",
        )


class ChequeAlreadyUsed(DomainError):
    """One cheque pays one depositor: the same number twice is a slip of the hand."""

    def __init__(self, number: str, name: str) -> None:
        super().__init__(f"Le chèque n° {number} est déjà noté pour {name} : vérifiez.", "cheque_number")


def check_cheque_number(typed: str) -> str:
    """The digits of a cheque's number, blanks left out. Raises ChequeNumberMissing, NotAChequeNumber."""
    number = "".join(typed.split())
    if not number:
        raise ChequeNumberMissing
    if not (number.isascii() and number.isdigit()):
        raise NotAChequeNumber
    return number
