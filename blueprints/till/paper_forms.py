"""The form of a line of a paper till sheet."""

from wtforms import HiddenField, StringField
from wtforms.validators import UUID, DataRequired, Length

from app.web.forms import Form


class LineForm(Form):
    uuid = HiddenField(validators=[UUID()])
    code = StringField("Code", [DataRequired("Tapez le code de l’article."), Length(max=120)])
    price = StringField("Prix", [Length(max=10)])
    time = StringField("Heure", [DataRequired("Écrivez l’heure, par exemple 14:32.")])
    method = StringField("Paiement", [DataRequired("E, C ou H."), Length(max=1, message="E, C ou H.")])
