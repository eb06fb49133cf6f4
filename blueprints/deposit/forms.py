"""What the two volunteers fill in at the desk."""

from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import DataRequired, Length, Optional

from app.deposits.check_in_rules import MAX_SIGNATURE_CHARS, Verified
from app.web.forms import Form


class UndoForm(Form):
    """Why a manager reopens a deposit; the service judges the words."""

    reason = StringField("Raison", [DataRequired()], id="undo-reason")


class CheckInForm(Form):
    """What is missing is judged by the rules (`check_verified`); the names are also asked for here."""

    identity_checked = BooleanField("Pièce d’identité vérifiée")
    envelope_checked = BooleanField("Enveloppe timbrée remise")
    first_volunteer = StringField(
        "Premier bénévole", [DataRequired("Indiquez le premier bénévole."), Length(max=80)]
    )
    second_volunteer = StringField(
        "Second bénévole",
        [DataRequired("Un dépôt se fait à deux : indiquez le second bénévole."), Length(max=80)],
    )
    signature_path = HiddenField("Signature", [Optional(), Length(max=MAX_SIGNATURE_CHARS)])
    signed_on_paper = BooleanField("Signé sur papier")

    def said(self) -> Verified:
        return Verified(
            identity_checked=bool(self.identity_checked.data),
            envelope_checked=bool(self.envelope_checked.data),
            first_volunteer=self.first_volunteer.data or "",
            second_volunteer=self.second_volunteer.data or "",
            signature_path=self.signature_path.data or "",
            signed_on_paper=bool(self.signed_on_paper.data),
        )
