"""How often one may try, per address and per account. Only failures count where people come in: a whole hall
shares one address."""

from flask import Response, request
from flask_limiter.util import get_remote_address

from app.extensions import limiter


def typed_account() -> str:
    """The account a form is about, whoever sends it."""
    return f"account:{request.form.get('email', '').strip().lower()[:254]}"


def _failed(response: Response) -> bool:
    return response.status_code in (410, 422)


# One count for every door that takes a password (the sign-in page, the till's window).
sign_in_by_address = limiter.shared_limit(
    "30 per minute; 200 per hour",
    scope="sign-in",
    key_func=get_remote_address,
    methods=["POST"],
    deduct_when=_failed,
)
sign_in_by_account = limiter.shared_limit(
    "20 per hour", scope="sign-in", key_func=typed_account, methods=["POST"], deduct_when=_failed
)
reset_by_address = limiter.limit("20 per hour", key_func=get_remote_address, methods=["POST"])
reset_by_account = limiter.limit("5 per hour", key_func=typed_account, methods=["POST"])
token_by_address = limiter.limit(
    "60 per hour", key_func=get_remote_address, methods=["POST"], deduct_when=_failed
)
