"""Forms of signing in and of passwords."""

from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from app.web.forms import Form


class SignInForm(Form):
    email = StringField("Adresse e-mail", [InputRequired("Écrivez votre adresse e-mail."), Length(max=254)])
    password = PasswordField("Mot de passe", [InputRequired("Écrivez votre mot de passe.")])


class ForgotPasswordForm(Form):
    email = StringField("Adresse e-mail", [InputRequired("Écrivez votre adresse e-mail."), Length(max=254)])


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
