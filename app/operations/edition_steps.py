"""One step of an edition with all it means for the areas above it."""

from app.accounts.models import Role, User
from app.deposits.services.settling import mark_unsold, resume_sale
from app.editions.models import Edition, EditionState
from app.editions.services.steps import change_state, lock_edition
from app.operations.edition_facts import collect_facts


def take_step(edition_id: int, target: EditionState, by: User) -> Edition:
    """Move an edition forward or back; raises StepRefused with what is missing.

    At the end of the sale what is still on sale becomes unsold, and back when it is reopened.
    """
    edition = lock_edition(edition_id)
    source = edition.state
    facts = collect_facts(edition)
    change_state(edition, target, facts, by_id=by.id, by_admin=by.role is Role.ADMIN)
    if (source, target) == (EditionState.SELLING, EditionState.SETTLING):
        mark_unsold(edition.id)
    elif (source, target) == (EditionState.SETTLING, EditionState.SELLING):
        resume_sale(edition.id)
    return edition
