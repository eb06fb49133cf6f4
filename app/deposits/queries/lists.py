"""What a depositor reads: registrations, lists with their items, what may be taken over."""

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from app.core.db import db
from app.core.errors import NotFound
from app.deposits.item_rules import ItemFacts
from app.deposits.models import Item, ItemList, ItemState, Registration
from app.editions.models import Edition, EditionState, ListKind, PickupTime

# The edition that matters most to a depositor first: money and goods to fetch, then the next to prepare.
_ORDER = (
    EditionState.SELLING,
    EditionState.SETTLING,
    EditionState.FROZEN,
    EditionState.OPEN,
    EditionState.DRAFT,
    EditionState.CLOSED,
    EditionState.ARCHIVED,
)
_RANK = case({state.value: rank for rank, state in enumerate(_ORDER)}, value=Edition.state)
# These two are put together once: every page of a depositor asks them.
_OF_PERSON = (
    select(Registration)
    .join(Registration.edition)
    .options(contains_eager(Registration.edition))
    .where(Registration.user_id == bindparam("user_id"))
    .order_by(_RANK, Edition.sale_starts_at.desc())
)
_OWN = (
    select(Registration)
    .options(
        joinedload(Registration.edition),
        joinedload(Registration.slot),
        selectinload(Registration.lists).selectinload(ItemList.items),
    )
    .where(Registration.user_id == bindparam("user_id"), Registration.edition_id == bindparam("edition_id"))
)
# Still in the hands of the depositor, or back in them.
_UNSOLD = (ItemState.UNSOLD, ItemState.RETURNED)


def registrations_of(user_id: int) -> list[Registration]:
    """All registrations of a person with their edition, the one to look at first, then newest first."""
    return list(db.session.scalars(_OF_PERSON, {"user_id": user_id}))


def get_own_registration(user_id: int, edition_id: int) -> Registration:
    """This person's registration in an edition, with slot, lists and items loaded; raises NotFound."""
    registration = db.session.scalars(_OWN, {"user_id": user_id, "edition_id": edition_id}).one_or_none()
    if registration is None:
        raise NotFound("Vous n’êtes pas inscrit à cette édition.")
    for item_list in registration.lists:  # loaded from this side only, or each would ask for it again
        set_committed_value(item_list, "registration", registration)
    return registration


def get_own_list(user_id: int, edition_id: int, list_id: int) -> ItemList:
    """One of this person's lists, its registration's other lists and all items loaded.

    Raises NotFound when the list is unknown or somebody else's: the two cannot be told apart.
    """
    registration = get_own_registration(user_id, edition_id)
    for item_list in registration.lists:
        if item_list.id == list_id:
            return item_list
    raise NotFound("Cette liste n’existe pas.")


def live_items(item_list: ItemList) -> list[Item]:
    """The items of a list in order, without those given up after their label was made (position 0)."""
    return [item for item in item_list.items if item.position > 0]


def facts_of(item: Item) -> ItemFacts:
    """An item as the rules see it."""
    return ItemFacts(
        category=item.category,
        type=item.type,
        gender=item.gender,
        size=item.size,
        brand=item.brand,
        colour=item.colour,
        description=item.description,
        price_cents=item.price_cents,
        pieces=item.pieces,
        max_age_months=item.max_age_months,
        conforms=item.conforms,
        donate_if_unsold=item.donate_if_unsold,
    )


def takeover_candidates(user_id: int, edition: Edition) -> list[Item]:
    """What this person did not sell in their edition before this one, and has not taken over yet, in the
    order of the former lists."""
    former = (
        select(Edition.id)
        .join(Registration, Registration.edition_id == Edition.id)
        .where(Registration.user_id == user_id, Edition.sale_starts_at < edition.sale_starts_at)
        .order_by(Edition.sale_starts_at.desc())
        .limit(1)
    ).scalar_subquery()
    copy = aliased(Item)
    statement = (
        select(Item)
        .join(ItemList, ItemList.id == Item.list_id)
        .join(Registration, Registration.id == ItemList.registration_id)
        .where(
            Registration.user_id == user_id,
            Item.edition_id == former,
            Item.state.in_(_UNSOLD),
            ~select(copy.id).where(copy.taken_over_from_id == Item.id).exists(),
        )
        .order_by(ItemList.rank, ItemList.number, Item.position)
    )
    return list(db.session.scalars(statement))


def known_brands(user_id: int, limit: int = 40) -> list[str]:
    """Brands this person typed before, the most used first: suggestions for the form."""
    statement = (
        select(Item.brand)
        .join(ItemList, ItemList.id == Item.list_id)
        .join(Registration, Registration.id == ItemList.registration_id)
        .where(Registration.user_id == user_id, Item.brand != "")
        .group_by(Item.brand)
        .order_by(func.count().desc(), Item.brand)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def pickup_time(edition_id: int, kind: ListKind) -> PickupTime | None:
    """When unsold items of this kind of list are given back."""
    return db.session.scalars(
        select(PickupTime).where(PickupTime.edition_id == edition_id, PickupTime.list_kind == kind)
    ).one_or_none()
