"""One depositor of an edition: the page that every act on a registration comes back to."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from app.core.db import db
from app.deposits.editing_rules import unlock_warning
from app.deposits.models import Registration
from app.deposits.queries.registrations import (
    find_members,
    get_registration,
    invitation_of,
    member_number_of,
    slot_counts,
)
from app.deposits.services.lists import may_unlock
from app.editions.models import LIST_KIND_LABELS, ListKind
from app.editions.queries import list_slots
from app.web.editions import edition_of_page
from app.web.forms import Form
from app.web.htmx import redirect_to, render
from blueprints.backoffice import bp
from blueprints.backoffice.registration_forms import (
    NumberForm,
    SlotChoiceForm,
    SponsorForm,
    UnlockForm,
    slot_choices,
)

ONE = "/editions/<int:edition_id>/registrations/<int:registration_id>"


@bp.get(ONE)
def registration(edition_id: int, registration_id: int) -> ResponseReturnValue:
    edition_of_page(edition_id)
    return show(get_registration(edition_id, registration_id))


def show(
    found: Registration,
    *,
    status: int = 200,
    refused_unlock: int | None = None,
    unlock_form: UnlockForm | None = None,
    **forms: Form,
) -> ResponseReturnValue:
    """One depositor; `forms` replace those that were refused, `unlock_form` that of list `refused_unlock`."""
    edition = found.edition
    slots = list_slots(edition.id)
    slot_form = forms.get("slot_form") or SlotChoiceForm(formdata=None, slot=found.slot_id or 0)
    slot_form["slot"].choices = slot_choices(slots, slot_counts(edition.id))
    sponsor_form = forms.get("sponsor_form") or SponsorForm(formdata=None, sponsor=found.sponsor_id or 0)
    is_family = found.list_kind is ListKind.FAMILY
    sponsor_form["sponsor"].choices = members() if is_family else {}
    number = member_number_of(found.user_id)
    return render(
        "backoffice/registration.html",
        status=status,
        edition=edition,
        found=found,
        kind_label=LIST_KIND_LABELS[found.list_kind],
        rules=edition.rulebook.kind(found.list_kind.value),
        colour_of=edition.rulebook.range_of,
        invitation=invitation_of(found),
        member_number=number,
        slot_form=slot_form,
        sponsor_form=sponsor_form,
        refused_unlock=refused_unlock,
        unlockable={each.id for each in found.lists if may_unlock(each)},
        unlock_forms={
            each.id: unlock_form
            if unlock_form and each.id == refused_unlock
            else UnlockForm(formdata=None).for_list(each.id)
            for each in found.lists
        },
        unlock_warning=unlock_warning,
        number_form=forms.get("number_form") or NumberForm(formdata=None, number=number),
    )


def members() -> dict[int, str]:
    return {0: "Choisissez", **{each.user_id: f"{each.number} – {each.name}" for each in find_members()}}


def done(found: Registration, sentence: str) -> ResponseReturnValue:
    """Keep what was done, and say it on the page."""
    db.session.commit()
    flash(sentence, "success")
    address = url_for("backoffice.registration", edition_id=found.edition_id, registration_id=found.id)
    return redirect_to(address)
