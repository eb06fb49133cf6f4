"""Forms of signing in and of passwords."""

from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, Regexp

from app.web.forms import Form

INCOMPLETE = "Cette adresse n’est pas complète : écrivez-la comme prenom.nom@exemple.fr."


class SignInForm(Form):
    email = StringField("Adresse e-mail", [DataRequired("Écrivez votre adresse e-mail."), Length(max=254)])
    password = PasswordField("Mot de passe", [InputRequired("Écrivez votre mot de passe.")])


class AddressForm(Form):
    """Where to send a link; what cannot be an address is said at once, nobody waits for that message."""

    email = StringField(
        "Adresse e-mail",
        [
            DataRequired("Écrivez votre adresse e-mail."),
            Length(max=254),
            Regexp(r"\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$", message=INCOMPLETE),
        ],
    )


class NewPasswordForm(Form):
    password = PasswordField("Nouveau mot de passe", [InputRequired("Choisissez un mot de passe.")])
    again = PasswordField(
        "Encore une fois",
        [
            InputRequired("Écrivez le mot de passe une deuxième fois."),
            EqualTo("password", "Les deux mots de passe ne sont pas les mêmes."),
        ],
    )


class ChangePasswordForm(NewPasswordForm):
    current = PasswordField("Mot de passe actuel", [InputRequired("Écrivez votre mot de passe actuel.")])
