"""Invitations: a link by e-mail to activate one's account for an edition.

Seven days, single use, only the hash of the token is kept; sending again makes a new one.
"""

import secrets
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select, update

from app.accounts.models import Role, User
from app.accounts.sessions import hash_token
from app.core import audit
from app.core.clock import utcnow
from app.core.db import db, rows_changed
from app.core.errors import DomainError
from app.deposits.mails import send_invitation, send_registered
from app.deposits.models import Invitation, InvitationState, Registration
from app.editions.models import READ_ONLY_STATES, Edition

LIFETIME = timedelta(days=7)
# Not twice in a row: a reminder is for those who had time to answer.
REMINDED_AFTER = timedelta(days=3)

# Turns a token into the full address of the activation page.
MakeLink = Callable[[str], str]


def invite(registration: Registration, edition: Edition, make_link: MakeLink) -> Invitation | None:
    """Invite one registered person by e-mail; somebody already activated is only told, and needs no link.

    Nor does staff get one: whoever invites reads these messages, and an account with more rights than theirs
    begins with the link an administrator sends.
    """
    user = registration.user
    if user.activated_at is not None or user.role is not Role.DEPOSITOR:
        send_registered(registration, edition)
        return None
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        edition_id=edition.id,
        user=user,
        token_hash=hash_token(token),
        state=InvitationState.SENT,
        expires_at=utcnow() + LIFETIME,
    )
    db.session.add(invitation)
    send_invitation(registration, edition, make_link(token), invitation.expires_at)
    return invitation


def send_again(registration: Registration, make_link: MakeLink, *, by_id: int | None = None) -> Invitation:
    """A new link; the former one stops working. Raises DomainError when the account is active already, or is
    not a depositor's."""
    user, edition = registration.user, registration.edition
    if user.activated_at is not None:
        raise DomainError("Ce compte est déjà activé : la personne peut se connecter.")
    if user.role is not Role.DEPOSITOR:
        raise DomainError(
            "Le compte d’un membre de l’équipe s’active par le lien que lui envoie l’administrateur."
        )
    invitation = _find(registration)
    if invitation is None:
        made = invite(registration, edition, make_link)
        assert made is not None
        return made
    token = secrets.token_urlsafe(32)
    invitation.token_hash = hash_token(token)
    invitation.state = InvitationState.SENT
    invitation.sent_at = utcnow()
    invitation.expires_at = invitation.sent_at + LIFETIME
    invitation.send_count += 1
    send_invitation(registration, edition, make_link(token), invitation.expires_at)
    db.session.flush()
    audit.record("invitation.sent_again", f"registration:{registration.id}", actor_id=by_id)
    return invitation


def cancel_invitation(registration: Registration, *, by_id: int | None = None) -> None:
    """Make the link useless; the registration stays."""
    invitation = _find(registration)
    if invitation is None or invitation.state is not InvitationState.SENT:
        raise DomainError("Il n’y a pas d’invitation en attente à annuler.")
    invitation.state = InvitationState.CANCELLED
    db.session.flush()
    audit.record("invitation.cancelled", f"registration:{registration.id}", actor_id=by_id)


def remind(edition: Edition, make_link: MakeLink, *, by_id: int | None = None) -> int:
    """Send a new link to everybody who has not activated their account and got none for three days.

    Cancelled invitations stay cancelled. Returns how many were sent.
    """
    rows = db.session.execute(
        select(Registration, Invitation)
        .join(User, User.id == Registration.user_id)
        .join(
            Invitation,
            (Invitation.user_id == Registration.user_id) & (Invitation.edition_id == Registration.edition_id),
        )
        .where(
            Registration.edition_id == edition.id,
            User.activated_at.is_(None),
            User.active,
            User.role == Role.DEPOSITOR,
            Invitation.state.in_([InvitationState.SENT, InvitationState.EXPIRED]),
            Invitation.sent_at <= utcnow() - REMINDED_AFTER,
        )
    ).all()
    for registration, _ in rows:
        send_again(registration, make_link, by_id=by_id)
    return len(rows)


def expire_invitations() -> int:
    """Mark the links past their time; nightly. Returns how many. Closed editions are left as they are."""
    now = utcnow()
    open_editions = select(Edition.id).where(Edition.state.not_in(READ_ONLY_STATES))
    expired = 0
    for edition_id in db.session.scalars(open_editions).all():
        expired += rows_changed(
            update(Invitation)
            .where(
                Invitation.edition_id == edition_id,
                Invitation.state == InvitationState.SENT,
                Invitation.expires_at <= now,
            )
            .values(state=InvitationState.EXPIRED),
            edition_id=edition_id,
            synchronize_session=False,
        )
    return expired


def _find(registration: Registration) -> Invitation | None:
    query = select(Invitation).where(
        Invitation.edition_id == registration.edition_id, Invitation.user_id == registration.user_id
    )
    return db.session.scalars(query).one_or_none()
