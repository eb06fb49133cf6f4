"""The rules of editions, in one place to import from."""

from app.editions.date_rules import EditionDates, check_dates, check_hours, check_still_to_come
from app.editions.step_checks import MAX_TILLS, Check, EditionFacts
from app.editions.step_rules import (
    TRANSITIONS,
    StepRefused,
    Transition,
    blocking,
    check_step,
    next_transition,
    previous_state,
    step_back_refusal,
)

__all__ = [
    "MAX_TILLS",
    "TRANSITIONS",
    "Check",
    "EditionDates",
    "EditionFacts",
    "StepRefused",
    "Transition",
    "blocking",
    "check_dates",
    "check_hours",
    "check_step",
    "check_still_to_come",
    "next_transition",
    "previous_state",
    "step_back_refusal",
]
