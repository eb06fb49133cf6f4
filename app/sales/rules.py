"""Who owns an item sold twice, and what is odd about a paid sale. Pure: no database, no clock.

A paid sale is always stored (3-till.md, 5): nothing here refuses one. What is wrong is told by flags.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.deposits.models import ItemState
from app.sales.entries import Entry, EntryPayment, SaleEntry, VoidEntry
from app.sales.models import PaymentMethod

# 1-product.md: a sale is voidable by its volunteer for five minutes.
VOID_WINDOW = timedelta(minutes=5)
# A till measures the server's time to within a round trip: less than this is no clock that is ahead.
CLOCK_TOLERANCE = timedelta(seconds=5)
# A till pings every five seconds, a hidden page every minute: after this, its last word proves nothing.
SILENCE = timedelta(minutes=2)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, order=True, slots=True)
class Claim:
    """A paid line not voided. Their order decides who owns the item, whatever order they arrived in."""

    sold_at: datetime
    till_number: int
    seq: int
    sale_uuid: str
    line_id: int


def owner_of(claims: Iterable[Claim]) -> Claim | None:
    """The winner of an item: min(corrected time, till, seq, uuid); None when nobody claims it."""
    return min(claims, default=None)


def settled_time(at: datetime, received_at: datetime) -> datetime:
    """The corrected time of an entry, never above its reception (3-till.md, 8)."""
    return min(at, received_at)


def is_silent(last_seen_at: datetime | None, now: datetime) -> bool:
    """Whether nobody knows what a till holds: what it sold since its last word is told nowhere."""
    return last_seen_at is None or now - last_seen_at > SILENCE


def hour_of(moment: datetime) -> datetime:
    """The beginning of its hour; French hours are whole hours away from UTC."""
    return moment.replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Flag:
    """Something a manager should look at: a stable code, and the French sentence for the screen."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What the server knew of an item when the sale of it arrived. `price_cents` in cents."""

    price_cents: int
    state: ItemState


@dataclass(frozen=True, slots=True)
class Period:
    """A time of sale; `private` ones (schools) are marked for statistics."""

    starts_at: datetime
    ends_at: datetime
    private: bool


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """The session an entry names; `closed_at` None while it is open."""

    opened_at: datetime
    closed_at: datetime | None


def period_at(moment: datetime, periods: Iterable[Period]) -> Period | None:
    return next((period for period in periods if period.starts_at <= moment < period.ends_at), None)


def sale_flags(entry: SaleEntry, items: Mapping[str, ItemFacts], edition_number: int) -> list[Flag]:
    """What is odd in the lines and the money of a sale."""
    return _money_flags(entry) + _line_flags(entry, items, edition_number)


def time_flags(
    entry: Entry, received_at: datetime, session: SessionFacts | None, periods: Sequence[Period]
) -> list[Flag]:
    """What is odd in the moment and the session of an entry, a sale or a void."""
    flags = []
    if entry.jumped:
        flags.append(Flag("clock_jump", "L’horloge de la caisse avait sauté."))
    if entry.at > received_at + CLOCK_TOLERANCE:
        flags.append(
            Flag("clock_ahead", "L’horloge de la caisse avançait : l’heure de réception est retenue.")
        )
    if session is None:
        flags.append(Flag("unknown_session", "La session de caisse de cette vente est inconnue."))
    elif session.closed_at is not None:
        flags.append(Flag("session_closed", "Reçue après la clôture de sa session de caisse."))
    if period_at(settled_time(entry.at, received_at), periods) is None:
        flags.append(Flag("outside_period", "Faite en dehors des périodes de vente."))
    return flags


def void_flags(entry: VoidEntry, sold_at: datetime, line_prices: Mapping[str, int | None]) -> list[Flag]:
    """What is odd in a void; `line_prices`: cents of the sale's lines by `line_name`, None once void."""
    flags = []
    if entry.at - sold_at > VOID_WINDOW:
        flags.append(Flag("late_void", "Annulée plus de cinq minutes après la vente."))
    for name in entry.line_names:
        if name not in line_prices:
            flags.append(Flag("not_in_sale", f"L’article {name} n’est pas dans cette vente."))
        elif line_prices[name] is None:
            flags.append(Flag("already_void", f"L’article {name} était déjà annulé."))
    worth = sum(line_prices.get(name) or 0 for name in entry.line_names)
    if sum(refund.amount_cents for refund in entry.refunds) != worth or entry.total_cents != worth:
        flags.append(Flag("refund_mismatch", "La somme rendue n’est pas le prix des articles annulés."))
    return flags


def _money_flags(entry: SaleEntry) -> list[Flag]:
    flags = []
    if sum(line.price_cents for line in entry.lines) != entry.total_cents:
        flags.append(Flag("total_mismatch", "Le total n’est pas la somme des articles."))
    if sum(payment.amount_cents for payment in entry.payments) != entry.total_cents:
        flags.append(Flag("payment_mismatch", "Les paiements ne font pas le total."))
    if any(_short(payment) for payment in entry.payments):
        flags.append(Flag("tendered_short", "La somme donnée en espèces est inférieure au montant."))
    return flags


def _short(payment: EntryPayment) -> bool:
    return (
        payment.method is PaymentMethod.CASH
        and payment.tendered_cents is not None
        and payment.tendered_cents < payment.amount_cents
    )


def _line_flags(entry: SaleEntry, items: Mapping[str, ItemFacts], edition_number: int) -> list[Flag]:
    flags = []
    for line in entry.lines:
        if not line.code:
            flags.append(Flag("unlabelled", f"« {line.text} », sans étiquette : à identifier."))
            continue
        item = items.get(line.code)
        if item is None:
            foreign = line.code[:2] != f"{edition_number:02d}"
            code, words = ("foreign_code", "d’une autre édition") if foreign else ("unknown_code", "inconnu")
            flags.append(Flag(code, f"Article {line.code} {words}."))
            continue
        if item.price_cents != line.price_cents:
            flags.append(
                Flag("price_mismatch", f"Article {line.code} vendu à un autre prix que l’étiquette.")
            )
        if item.state not in (ItemState.ON_SALE, ItemState.SOLD):
            flags.append(Flag("not_on_sale", f"Article {line.code} vendu alors qu’il n’était pas en vente."))
    return flags


def expected_cash(opening_float_cents: int, cash_taken_cents: int) -> int:
    """What the drawer should hold: the float plus cash taken minus cash given back, in cents."""
    return opening_float_cents + cash_taken_cents


def variance(expected: Mapping[str, int], counted: Mapping[str, int]) -> dict[str, int]:
    """Counted minus expected per payment method, in cents; methods that agree are left out."""
    methods = expected.keys() | counted.keys()
    gaps = {method: counted.get(method, 0) - expected.get(method, 0) for method in methods}
    return {method: gap for method, gap in gaps.items() if gap}
