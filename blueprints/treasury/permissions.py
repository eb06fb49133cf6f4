"""Who acts and who only reads: managers see the treasury without its buttons."""

from flask_login import current_user

from app.web.access import may_use


def may_act() -> bool:
    """Whether this person may compute, approve and pay."""
    return may_use("treasury.pay", current_user.roles)
