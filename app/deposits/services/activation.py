"""What a person does with the link of an invitation: activate the account once, or ask for a new link."""

from sqlalchemy import select

from app.accounts.models import Role, User
from app.accounts.services import set_password
from app.accounts.sessions import hash_token
from app.core import audit
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError
from app.deposits.models import Invitation, InvitationState, Registration
from app.deposits.services.invitations import MakeLink, send_again


class InvitationUnusable(DomainError):
    """The link opens nothing: `reason` is unknown, used, cancelled or expired."""

    SENTENCES = {
        "unknown": "Ce lien est incomplet ou a été remplacé par un plus récent. Ouvrez celui du dernier "
        "message reçu, ou demandez-en un nouveau.",
        "used": "Ce lien a déjà servi : votre compte est activé. Connectez-vous avec votre adresse e-mail et "
        "votre mot de passe.",
        "cancelled": "Cette invitation a été annulée par l’association. Si c’est une erreur, écrivez-lui.",
        "expired": "Ce lien n’est plus valable : il durait sept jours. Demandez-en un nouveau, il arrive en "
        "une minute.",
    }

    def __init__(self, reason: str) -> None:
        super().__init__(self.SENTENCES[reason])
        self.reason = reason


def find_invitation(token: str, *, lock: bool = False) -> Invitation:
    """The invitation a link belongs to, while it may be used; raises InvitationUnusable."""
    query = select(Invitation).where(Invitation.token_hash == hash_token(token))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    invitation = db.session.scalars(query).one_or_none()
    if invitation is None or not invitation.user.active or invitation.user.role is not Role.DEPOSITOR:
        raise InvitationUnusable("unknown")
    if invitation.state is InvitationState.ACCEPTED or invitation.user.activated_at is not None:
        raise InvitationUnusable("used")
    if invitation.state is InvitationState.CANCELLED or invitation.edition.is_read_only:
        raise InvitationUnusable("cancelled")
    if invitation.state is InvitationState.EXPIRED or invitation.expires_at <= utcnow():
        raise InvitationUnusable("expired")
    return invitation


def accept_invitation(token: str, password: str, consent_version: str) -> User:
    """Use a link once: the account gets its password, and the consent with its version and time.

    Raises InvitationUnusable, or DomainError on `password` when it is refused.
    """
    invitation = find_invitation(token, lock=True)
    user, now = invitation.user, utcnow()
    set_password(user, password, actor_id=user.id)
    user.consent_version, user.consent_at = consent_version, now
    invitation.state, invitation.accepted_at = InvitationState.ACCEPTED, now
    db.session.flush()
    audit.record(
        "invitation.accepted", f"invitation:{invitation.id}", actor_id=user.id, consent=consent_version
    )
    return user


def renew_expired_link(token: str, make_link: MakeLink) -> None:
    """Send a new link to the address an expired one was sent to; says nothing of what it found."""
    query = select(Invitation).where(Invitation.token_hash == hash_token(token))
    invitation = db.session.scalars(query).one_or_none()
    if invitation is not None:
        _renew(invitation, make_link)


def renew_for_email(email: str, make_link: MakeLink) -> None:
    """Send a new link to somebody who lost theirs; says nothing of who is invited."""
    query = (
        select(Invitation)
        .join(User)
        .where(User.email == email.strip().lower())
        .order_by(Invitation.sent_at.desc())
        .limit(1)
    )
    invitation = db.session.scalars(query).one_or_none()
    if invitation is not None:
        _renew(invitation, make_link)


def _renew(invitation: Invitation, make_link: MakeLink) -> None:
    renewable = invitation.state in (InvitationState.SENT, InvitationState.EXPIRED)
    user, edition = invitation.user, invitation.edition
    if not renewable or user.activated_at is not None or not user.active or edition.is_read_only:
        return
    if user.role is not Role.DEPOSITOR:
        return
    registration = db.session.scalars(
        select(Registration).where(Registration.edition_id == edition.id, Registration.user_id == user.id)
    ).one_or_none()
    if registration is not None:
        send_again(registration, make_link, by_id=user.id)
