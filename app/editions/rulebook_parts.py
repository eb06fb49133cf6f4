"""What a rulebook is made of. Every rule of the trade with a number or a word in it is one of these fields.

The French names and bounds beside the fields are used to read a rulebook and to say what is wrong in it.
"""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Annotated

from app.editions.rulebook_reading import Named

Key = Annotated[str, Named("code", pattern=r"[a-z0-9]+(-[a-z0-9]+)*", longest=40)]
Label = Annotated[str, Named("libellé", longest=80)]


class Weekday(StrEnum):
    """Days in calendar order."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def iso(self) -> int:
        """1 for Monday to 7 for Sunday, as `date.isoweekday()`."""
        return list(Weekday).index(self) + 1


class Audience(StrEnum):
    """Who wears or uses an item."""

    CHILD = "child"
    ADULT = "adult"


class NumberPolicy(StrEnum):
    """How a depositor gets list numbers: one per list each edition, one for life shared by all their
    lists, or the number of the member they belong to plus an offset (shared as well)."""

    PER_LIST = "per_list"
    FOR_LIFE = "for_life"
    FROM_MEMBER = "from_member"


@dataclass(frozen=True)
class DayHours:
    """Hours of one day, local time; without a start it lasts until `ends`."""

    day: Annotated[Weekday, Named("jour")]
    ends: Annotated[time, Named("heure de fin")]
    starts: Annotated[time | None, Named("heure de début")] = None


@dataclass(frozen=True)
class PriceRule:
    """Prices in cents."""

    min_cents: Annotated[int, Named("prix minimum", 1, 100_000)]
    step_cents: Annotated[int, Named("pas des prix", 1, 10_000)]
    max_cents: Annotated[int, Named("prix maximum", 1, 1_000_000)]


@dataclass(frozen=True)
class ListRule:
    """How much a list holds and how long its texts are (characters)."""

    max_items: Annotated[int, Named("articles par liste", 1, 99)]
    max_clothes: Annotated[int, Named("vêtements par liste", 0, 99)]
    min_items_to_validate: Annotated[int, Named("articles pour valider", 1, 99)]
    max_description_chars: Annotated[int, Named("longueur de la description", 10, 100)]
    max_size_chars: Annotated[int, Named("longueur de la taille", 5, 20)]
    max_brand_chars: Annotated[int, Named("longueur de la marque", 5, 40)]
    max_colour_chars: Annotated[int, Named("longueur de la couleur", 5, 30)]


@dataclass(frozen=True)
class LotRule:
    """Several pieces sold as one item: same size, same brand, small children only."""

    max_pieces: Annotated[int, Named("pièces par lot", 1, 20)]
    max_age_months: Annotated[int, Named("âge maximum d’un lot (mois)", 1, 240)]


@dataclass(frozen=True)
class PriceHint:
    """Usual prices in cents, shown beside the price field; never enforced."""

    low_cents: Annotated[int, Named("prix conseillé bas", 0, 1_000_000)]
    high_cents: Annotated[int, Named("prix conseillé haut", 0, 1_000_000)]


@dataclass(frozen=True)
class ItemType:
    """What an item can be. `audience` limits it to children or adults, `max_size` caps a numeric size."""

    key: Key
    label: Label
    asks_size: Annotated[bool, Named("taille demandée")] = False
    asks_gender: Annotated[bool, Named("genre demandé")] = False
    asks_description: Annotated[bool, Named("description demandée")] = False
    lot_allowed: Annotated[bool, Named("lot accepté")] = False
    audience: Annotated[Audience | None, Named("public")] = None
    max_size: Annotated[int | None, Named("taille maximum", 1, 200)] = None
    max_price_cents: Annotated[int | None, Named("prix maximum", 1, 1_000_000)] = None
    adult_hint: Annotated[PriceHint | None, Named("prix conseillé adulte")] = None
    child_hint: Annotated[PriceHint | None, Named("prix conseillé enfant")] = None


@dataclass(frozen=True)
class Category:
    """A family of types; the order of categories is the order of items in a list."""

    key: Key
    label: Label
    types: Annotated[tuple[ItemType, ...], Named("types", 1, 60)]
    is_clothing: Annotated[bool, Named("compté comme vêtement")] = False


@dataclass(frozen=True)
class TypeLimit:
    """At most `max_items` items of these types, together, in one list."""

    key: Key
    label: Label
    max_items: Annotated[int, Named("maximum par liste", 0, 99)]
    types: Annotated[tuple[str, ...], Named("types", 1, 60)]


@dataclass(frozen=True)
class Gender:
    """For whom the item is."""

    key: Annotated[str, Named("code", pattern=r"[a-z0-9]+(-[a-z0-9]+)*", longest=20)]
    label: Label
    audience: Annotated[Audience, Named("public")]


@dataclass(frozen=True)
class RefusedGood:
    """Something nobody may deposit, found by `words` (phrases) in what the depositor typed.

    `unless` are phrases that make it harmless; `only_in` limits the search to some categories. With
    conditions (`if_…`), it is refused only when one of them is met.
    """

    label: Label
    words: Annotated[tuple[str, ...], Named("mots", 1, 40)]
    unless: Annotated[tuple[str, ...], Named("sauf mots", 0, 40)] = ()
    only_in: Annotated[tuple[str, ...], Named("catégories", 0, 20)] = ()
    if_adult: Annotated[bool, Named("si adulte")] = False
    if_size_above: Annotated[int | None, Named("si taille au-dessus de", 1, 200)] = None
    if_months_above: Annotated[int | None, Named("si âge au-dessus de (mois)", 1, 240)] = None
    reason: Annotated[str | None, Named("raison", longest=200)] = None


@dataclass(frozen=True)
class RefusedGroup:
    """Refused goods that share a reason; `not_in` and `unless` hold for all of them."""

    key: Key
    label: Label
    reason: Annotated[str, Named("raison", longest=200)]
    goods: Annotated[tuple[RefusedGood, ...], Named("articles", 1, 80)]
    not_in: Annotated[tuple[str, ...], Named("catégories exclues", 0, 20)] = ()
    unless: Annotated[tuple[str, ...], Named("sauf mots", 0, 40)] = ()


@dataclass(frozen=True)
class KindRule:
    """Who deposits on which terms. Fees in cents: one paid outside when registering, one taken from the
    payout for each started group of `payout_fee_per_lists` lists."""

    key: Key
    label: Label
    description: Annotated[str, Named("description", longest=200)]
    max_lists_first: Annotated[int, Named("listes la première fois", 1, 20)]
    max_lists_then: Annotated[int, Named("listes ensuite", 1, 20)]
    registration_fee_cents: Annotated[int, Named("frais d’inscription", 0, 10_000)]
    payout_fee_cents: Annotated[int, Named("frais retenus", 0, 10_000)]
    payout_fee_per_lists: Annotated[int, Named("listes par frais retenus", 1, 20)]
    number_policy: Annotated[NumberPolicy, Named("numéros")]
    restitution: Annotated[DayHours, Named("restitution")]
    number_offset: Annotated[int | None, Named("écart avec le numéro de l’adhérent", 1, 9_000)] = None

    @property
    def shares_number(self) -> bool:
        """True when all the lists of a depositor bear one number and lines go on from list to list."""
        return self.number_policy is not NumberPolicy.PER_LIST

    @property
    def max_lists(self) -> int:
        """The most lists a depositor of this kind may ever have in one edition."""
        return max(self.max_lists_first, self.max_lists_then)


@dataclass(frozen=True)
class NumberRange:
    """List numbers `first`..`last` (both included) of one kind, printed on one label colour.

    Above 9000 are no depositor's: spare labels and the made-up items of training tills.
    """

    first: Annotated[int, Named("premier numéro", 1, 9_000)]
    last: Annotated[int, Named("dernier numéro", 1, 9_000)]
    colour_hex: Annotated[str, Named("couleur", pattern=r"#[0-9A-Fa-f]{6}")]
    colour_name: Annotated[str, Named("nom de la couleur", longest=40)]
    kind: Key


@dataclass(frozen=True)
class SlotDefault:
    """A deposit slot to create in a new edition; `label` is what the Billetweb export says.

    Without a capacity it is open; without kinds it is open to all of them.
    """

    label: Label
    hours: Annotated[DayHours, Named("horaires")]
    capacity: Annotated[int | None, Named("places", 1, 1_000)] = None
    residents_only: Annotated[bool, Named("réservé aux habitants")] = False
    kinds: Annotated[tuple[str, ...], Named("types de liste", 0, 10)] = ()


@dataclass(frozen=True)
class Tariff:
    """A Billetweb tariff and the list kind it stands for."""

    label: Label
    kind: Key


@dataclass(frozen=True)
class SalePeriodDefault:
    """A sale period to create in a new edition; a private one is for invited groups."""

    label: Label
    hours: Annotated[DayHours, Named("horaires")]
    private: Annotated[bool, Named("vente privée")] = False


@dataclass(frozen=True)
class Terms:
    """The conditions a depositor accepts; the version is kept with the consent."""

    version: Annotated[str, Named("version", longest=20)]
    text: Annotated[str, Named("texte", longest=10_000)]
