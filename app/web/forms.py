"""The base of every form: Flask-WTF's, with WTForms' own messages in French."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms.meta import DefaultMeta


class Form(FlaskForm):  # type: ignore[misc]
    """Inherit this one rather than FlaskForm, whose messages are English unless Flask-Babel is installed."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        locales = ("fr",)

        def get_translations(self, form: FlaskForm) -> Any:
            return DefaultMeta.get_translations(self, form)
