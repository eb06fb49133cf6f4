"""Forms of the users pages."""

from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from app.accounts.models import ROLE_LABELS, Role
from app.web.forms import Form
from blueprints.backoffice.number_fields import PhoneField

ROLE_HINTS = {
    Role.DEPOSITOR: "Ses listes, ses ventes, son bordereau.",
    Role.VOLUNTEER: "Le dépôt, la caisse, la recherche d’articles.",
    Role.MANAGER: "Prépare l’édition, importe, imprime, suit la vente, règle les conflits.",
    Role.TREASURER: "Les comptages de caisse et les reversements.",
    Role.ADMIN: "Tout, avec les utilisateurs, les éditions et le journal.",
}
# A depositor's account begins with an invitation, not here.
STAFF = {role.value: ROLE_LABELS[role] for role in Role if role is not Role.DEPOSITOR}
ALL_ROLES = {role.value: ROLE_LABELS[role] for role in Role}


class PersonForm(Form):
    first_name = StringField("Prénom", [DataRequired("Indiquez le prénom."), Length(max=80)])
    last_name = StringField("Nom", [DataRequired("Indiquez le nom."), Length(max=80)])
    email = StringField("Adresse e-mail", [DataRequired("Indiquez l’adresse e-mail."), Length(max=254)])
    phone = PhoneField("Téléphone")


class NewUserForm(PersonForm):
    role = RadioField("Rôle", [InputRequired("Choisissez un rôle.")], choices=STAFF)


class RoleForm(Form):
    role = RadioField("Rôle", [InputRequired("Choisissez un rôle.")], choices=ALL_ROLES)
