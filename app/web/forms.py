"""The base of every form: Flask-WTF's, with WTForms' own messages in French."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms.meta import DefaultMeta

from app.core.errors import DomainError


class Form(FlaskForm):  # type: ignore[misc]
    """Inherit this one rather than FlaskForm, whose messages are English unless Flask-Babel is installed."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        locales = ("fr",)

        def get_translations(self, form: FlaskForm) -> Any:
            return DefaultMeta.get_translations(self, form)


def refuse(form: Form, refusal: DomainError) -> None:
    """Show a refusal of the domain beside its field, or above the form when it has none."""
    if refusal.field and refusal.field in form:
        field = form[refusal.field]
        field.errors = [*field.errors, refusal.message]
    else:
        form.form_errors = [*form.form_errors, refusal.message]
