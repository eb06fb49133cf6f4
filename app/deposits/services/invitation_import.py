"""Registering and inviting the people of a CSV."""

from collections.abc import Sequence

from app.core import audit
from app.core.errors import DomainError
from app.deposits.billetweb import RowProblem
from app.deposits.invitation_csv import InvitedRow
from app.deposits.models import RegistrationSource
from app.deposits.services.billetweb_import import ImportReport
from app.deposits.services.invitations import MakeLink, invite
from app.deposits.services.registrations import Desk, Person, Wish


def invite_people(
    edition_id: int, rows: Sequence[InvitedRow], make_link: MakeLink, *, by_id: int | None = None
) -> ImportReport:
    """Register each row and send its invitation, each row all or nothing; refusals are in the report."""
    desk = Desk(edition_id, [row.email for row in rows])
    report = ImportReport()
    for row in rows:
        known = desk.knows(row.email)
        person = Person(row.email, row.first_name, row.last_name)
        try:
            registration = desk.register(
                Wish(person, row.kind, None, RegistrationSource.INVITATION, comment=row.comment)
            )
        except DomainError as refusal:
            report.problems.append(RowProblem(row.row, refusal.field or "Ligne", refusal.message))
            continue
        report.known += known
        report.created += not known
        invite(registration, desk.edition, make_link)
    audit.record(
        "registrations.invited",
        f"edition:{edition_id}",
        actor_id=by_id,
        created=report.created,
        known=report.known,
        refused=len(report.problems),
    )
    return report
