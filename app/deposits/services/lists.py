"""A list as a whole: locking it, validating it, giving its lines and codes, reopening it."""

from sqlalchemy import select

from app.core.audit import record
from app.core.clock import utcnow
from app.core.codes import make_code
from app.core.db import db
from app.core.errors import DomainError
from app.core.reasons import clean_reason
from app.deposits.editing_rules import ListNotUnlockable, ListReadOnly, check_unlockable, why_read_only
from app.deposits.item_rules import Problem
from app.deposits.list_rules import line_number, list_problems
from app.deposits.models import CatalogueChange, Item, ItemList, ItemState, LabelStatus, ListState
from app.deposits.queries.lists import facts_of, get_own_list, live_items
from app.deposits.services.stock import lock_items
from app.editions.services.steps import share_edition


class ListNotReady(DomainError):
    """The list breaks a rule; carries all `problems` (fields `items.<index>.<field>`, index from 0)."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("Il reste quelque chose à corriger avant de valider la liste.")
        self.problems = problems


class TermsNotAccepted(DomainError):
    """The depositor did not tick the conditions, or they changed since the page was opened."""


def lock_own_list(user_id: int, edition_id: int, list_id: int) -> ItemList:
    """One of this person's lists, locked until the commit and then read, so that two tabs take turns.

    Raises NotFound.
    """
    share_edition(edition_id)
    db.session.scalars(select(ItemList.id).where(ItemList.id == list_id).with_for_update()).one_or_none()
    return get_own_list(user_id, edition_id, list_id)


def read_only_reason(item_list: ItemList) -> str | None:
    """Why this list cannot be changed now, in a sentence; None when it can."""
    edition = item_list.registration.edition
    return why_read_only(
        item_list.state,
        edition.state,
        edition.declaration_deadline,
        utcnow(),
        unlocked=item_list.unlocked_at is not None,
    )


def require_editable(item_list: ItemList) -> None:
    """Raise ListReadOnly with its reason unless the list may be changed now."""
    reason = read_only_reason(item_list)
    if reason:
        raise ListReadOnly(reason)


def problems_of(item_list: ItemList) -> list[Problem]:
    """Everything that keeps a list from being validated; empty when it is ready."""
    book = item_list.registration.edition.rulebook
    return list_problems(book, [facts_of(item) for item in live_items(item_list)])


def validate_list(item_list: ItemList, terms_version: str | None) -> None:
    """Freeze a list: its items are declared, numbered, and get their codes if the list has its number.

    `terms_version` is the version of the conditions the depositor ticked. Raises ListReadOnly,
    ListNotReady or TermsNotAccepted (field `terms`). The caller asks for the recap (`jobs.recap`).
    """
    require_editable(item_list)
    problems = problems_of(item_list)
    if problems:
        raise ListNotReady(problems)
    current = item_list.registration.edition.rulebook.terms.version
    if terms_version is None:
        raise TermsNotAccepted("Cochez la case pour accepter les conditions du dépôt.", "terms")
    if terms_version != current:
        raise TermsNotAccepted(
            "Les conditions viennent de changer : relisez-les, puis acceptez-les.", "terms"
        )
    now = utcnow()
    item_list.state, item_list.validated_at = ListState.VALIDATED, now
    item_list.terms_version = current
    item_list.label_status = LabelStatus.NOT_GENERATED
    for item in live_items(item_list):
        item.state, item.state_changed_at = ItemState.DECLARED, now
    assign_codes(item_list)
    record(
        "list.validated",
        f"list:{item_list.id}",
        actor_id=item_list.registration.user_id,
        items=len(live_items(item_list)),
        terms=current,
    )


def assign_codes(item_list: ItemList) -> None:
    """Give the items of a validated list their lines, and their codes once its number is known.

    Called at validation, and again by whoever gives a family list its number or rank. A line whose label may
    exist (it has a code) is never changed nor given to another item; the others follow the order of the list.
    Does nothing for a draft.
    """
    if item_list.state is not ListState.VALIDATED:
        return
    fresh = [item for item in live_items(item_list) if item.code is None]
    for item in fresh:
        item.line = None
    db.session.flush()  # so that lines may be exchanged
    for item, line in zip(fresh, _free_lines(item_list), strict=False):
        item.line = line
        if item_list.number is not None:
            item.code = make_code(item_list.registration.edition.number, item_list.number, line)
    if any(item.line is None for item in fresh):
        raise DomainError(
            "Les étiquettes de cette liste sont déjà faites et tous ses numéros d’article sont pris : "
            "supprimez un article ajouté depuis, ou adressez-vous à l’équipe de la bourse."
        )
    db.session.flush()


def unlock_list(item_list: ItemList, manager_id: int, reason: str) -> None:
    """Reopen a validated list for its depositor, also past the deadline, until the sale begins; so too a list
    that was not validated when the declarations ended.

    While no label was ever made and no till heard of an item, lines and codes are taken back and the next
    validation numbers 1..N afresh. Otherwise an item keeps its line and code for good: what stays keeps
    its number, what is deleted becomes withdrawn, what is added takes a free line; the list is printed again
    (`editing_rules.unlock_warning`). Raises ListNotUnlockable, or DomainError on `reason`.
    """
    share_edition(item_list.edition_id)
    lock_items(item.id for item in item_list.items)  # read again: they may be brought in at this moment
    _check_unlockable(item_list)
    reason = clean_reason(reason)
    now = utcnow()
    keeps_codes = item_list.labels_generated_at is not None or _known_at_tills(item_list)
    item_list.state, item_list.validated_at = ListState.DRAFT, None
    item_list.unlocked_at, item_list.unlocked_by_id, item_list.unlock_reason = now, manager_id, reason
    for item in live_items(item_list):
        item.state, item.state_changed_at = ItemState.DRAFT, now
        if not keeps_codes:
            item.line = item.code = None
    record(
        "list.unlocked",
        f"list:{item_list.id}",
        actor_id=manager_id,
        reason=reason,
        labels=item_list.label_status.value,
    )


def _known_at_tills(item_list: ItemList) -> bool:
    """Whether tills were told of an item: its deposit was recorded once."""
    told = select(CatalogueChange.id).join(Item, Item.id == CatalogueChange.item_id)
    return db.session.scalar(told.where(Item.list_id == item_list.id).limit(1)) is not None


def may_unlock(item_list: ItemList) -> bool:
    """Whether `unlock_list` would reopen it for a manager who says why."""
    try:
        _check_unlockable(item_list)
    except ListNotUnlockable:
        return False
    return True


def _check_unlockable(item_list: ItemList) -> None:
    states = [item.state for item in item_list.items]
    editable = read_only_reason(item_list) is None
    check_unlockable(item_list.registration.edition.state, states, editable=editable)


def _free_lines(item_list: ItemList) -> list[int]:
    """The lines this list may still give, in order."""
    registration = item_list.registration
    book = registration.edition.rulebook
    taken = {item.line for item in item_list.items}
    lines = (
        line_number(book, registration.list_kind, item_list.rank, position)
        for position in range(1, book.list.max_items + 1)
    )
    return [line for line in lines if line not in taken]
