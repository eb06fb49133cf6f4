"""The states of an edition: which follows which, who may go on, and when one may step back. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from app.core.counts import counted
from app.core.errors import DomainError
from app.editions.models import STATE_LABELS, EditionState
from app.editions.step_checks import (
    Check,
    EditionFacts,
    before_archiving,
    before_closing,
    before_freezing,
    before_opening,
    before_selling,
    before_settling,
)


@dataclass(frozen=True)
class Transition:
    """A change of state, its button, and what it does in a sentence."""

    source: EditionState
    target: EditionState
    label: str
    effect: str
    admin_only: bool
    checks: Callable[[EditionFacts], Iterator[Check]]


S = EditionState
TRANSITIONS = (
    Transition(
        S.DRAFT,
        S.OPEN,
        "Ouvrir les inscriptions",
        "Les inscriptions et les invitations peuvent commencer. Le règlement ne changera plus.",
        True,
        before_opening,
    ),
    Transition(
        S.OPEN,
        S.FROZEN,
        "Geler les articles",
        "Les déposants ne modifient plus leurs listes. Les brouillons sont gardés, rien n’est perdu.",
        False,
        before_freezing,
    ),
    Transition(
        S.FROZEN,
        S.SELLING,
        "Démarrer la vente",
        "Les caisses peuvent vendre les articles déposés.",
        False,
        before_selling,
    ),
    Transition(
        S.SELLING,
        S.SETTLING,
        "Finir la vente",
        "Les caisses ne vendent plus, et les articles encore en vente deviennent des invendus.",
        False,
        before_settling,
    ),
    Transition(
        S.SETTLING,
        S.CLOSED,
        "Clôturer l’édition",
        "L’édition devient consultable seulement : plus personne ne la modifie.",
        True,
        before_closing,
    ),
    Transition(
        S.CLOSED,
        S.ARCHIVED,
        "Archiver l’édition",
        "Son numéro redevient libre pour une nouvelle édition.",
        True,
        before_archiving,
    ),
)


def next_transition(state: EditionState) -> Transition | None:
    """The one step forward from a state; None at the end."""
    return next((each for each in TRANSITIONS if each.source is state), None)


def blocking(transition: Transition, facts: EditionFacts) -> list[Check]:
    """The conditions that do not hold yet and stop the step."""
    return [each for each in transition.checks(facts) if each.blocks and not each.ok]


def previous_state(state: EditionState) -> EditionState | None:
    """The state an administrator may go back to; None for the first."""
    return next((before for before, after in pairwise(EditionState) if after is state), None)


def step_back_refusal(state: EditionState, facts: EditionFacts) -> str | None:
    """Why an edition cannot go back, or None: money has moved in this state (1-product.md, Edition)."""
    match state:
        case S.DRAFT:
            return "Une édition en création n’a pas d’étape précédente."
        case S.OPEN if facts.registrations:
            return f"{counted(facts.registrations, 'inscription')} déjà reçues, frais compris."
        case S.FROZEN if facts.checked_in:
            return f"{counted(facts.checked_in, 'dépôt')} déjà enregistrés."
        case S.SELLING if facts.sales or facts.open_tills:
            return "Des caisses ont déjà été ouvertes ou ont déjà vendu."
        case S.SETTLING if facts.payouts_paid or facts.items_given_back:
            return "Des reversements ont été payés ou des invendus rendus."
    return None


class StepRefused(DomainError):
    """An edition cannot change its state now; the sentence lists why."""


def check_step(source: EditionState, target: EditionState, facts: EditionFacts, *, by_admin: bool) -> None:
    """Raise StepRefused unless `target` directly follows `source` with all its conditions met, or directly
    precedes it, for an administrator and before money has moved."""
    forward = next_transition(source)
    if forward and forward.target is target:
        if forward.admin_only and not by_admin:
            raise StepRefused("Demandez à un administrateur de franchir cette étape.")
        missing = blocking(forward, facts)
        if missing:
            reasons = " ; ".join(each.text[0].lower() + each.text[1:] for each in missing)
            raise StepRefused(f"Il manque encore : {reasons}.")
    elif previous_state(source) is target:
        if not by_admin:
            raise StepRefused("Seul un administrateur peut revenir à l’étape précédente.")
        refusal = step_back_refusal(source, facts)
        if refusal:
            raise StepRefused(f"Retour impossible : {refusal}")
    else:
        raise StepRefused(
            f"On ne passe pas de « {STATE_LABELS[source]} » à « {STATE_LABELS[target]} » : "
            "l’édition a peut-être changé entre-temps, rechargez la page."
        )
