"""The form of a line of a paper till sheet."""

from wtforms import HiddenField, StringField
from wtforms.validators import UUID, InputRequired, Length

from app.web.forms import Form


class LineForm(Form):
    uuid = HiddenField(validators=[UUID()])
    code = StringField("Code", [InputRequired("Tapez le code de l’article."), Length(max=120)])
    price = StringField("Prix", [Length(max=10)])
    time = StringField("Heure", [InputRequired("Écrivez l’heure, par exemple 14:32.")])
    method = StringField("Paiement", [InputRequired("E, C ou H."), Length(max=1, message="E, C ou H.")])
