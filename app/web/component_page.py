"""`/components`: every component in every state, for whoever draws a screen, and for the axe-core test."""

import re
from functools import cache
from pathlib import Path

from flask import Flask, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Email, InputRequired

from app.web.forms import Form

RANGES = (
    (100, "#87CEEB", "bleu ciel"),
    (200, "#FFD700", "jaune soleil"),
    (300, "#FF4FC3", "fuchsia"),
    (400, "#C8A2C8", "lilas"),
    (500, "#98FF98", "vert menthe"),
    (600, "#FF9A4D", "clémentine"),
    (1000, "#FFFFFF", "blanc"),
    (2000, "#E0455E", "rouge groseille"),
)


class SampleForm(Form):
    """One field of each kind."""

    name = StringField("Nom", [DataRequired("Indiquez un nom.")])
    email = StringField(
        "Adresse e-mail", [DataRequired(), Email("Écrivez l’adresse en entier, par exemple nom@exemple.fr.")]
    )
    price = StringField("Prix", [DataRequired()])
    category = SelectField("Catégorie", choices=["Vêtements", "Chaussures", "Jouets et jeux", "Livres"])
    size = StringField("Taille")
    day = DateField("Jour du dépôt", [InputRequired()])
    description = TextAreaField("Description")
    kind = RadioField(
        "Type de liste",
        choices={"standard": "Standard", "1000": "Adhérent (1000)", "2000": "Proche (2000)"},
        validators=[InputRequired("Choisissez un type de liste.")],
    )
    services = SelectMultipleField(
        "Services proposés", choices={"tri": "Tri", "caisse": "Caisse", "rangement": "Rangement"}
    )
    conform = BooleanField(
        "L’article est propre, complet et en état de marche", [InputRequired("Cochez pour confirmer.")]
    )
    password = PasswordField("Mot de passe", [InputRequired()])
    file = FileField("Export Billetweb")


def sample_forms() -> dict[str, SampleForm]:
    """A form filled in rightly and one that was refused."""
    filled = SampleForm(
        formdata=None,
        prefix="juste-",
        data={
            "name": "Camille Ferrand",
            "kind": "1000",
            "services": ["tri"],
            "conform": True,
            "price": "12,00",
        },
    )
    wrong = SampleForm(
        formdata=MultiDict(
            {"faux-name": "", "faux-email": "camille@", "faux-price": "0,50", "faux-category": "Livres"}
        ),
        prefix="faux-",
        meta={"csrf": False},
    )
    wrong.validate()
    wrong.price.errors = ["Le prix doit être d’au moins 1,00 €."]
    return {"filled": filled, "wrong": wrong}


@cache
def icon_names() -> list[str]:
    """Every symbol of the sprite."""
    sprite = Path(str(current_app.static_folder), "img", "icons.svg").read_text(encoding="utf-8")
    return re.findall(r'<symbol id="([^"]+)"', sprite)


def components() -> ResponseReturnValue:
    return render_template(
        "components.html",
        **sample_forms(),
        ranges=RANGES,
        icons=icon_names(),
        page_url=lambda page: url_for("components", page=page),
        sort_url=lambda sort: url_for("components", sort=sort),
    )


def init_component_page(app: Flask) -> None:
    app.add_url_rule("/components", "components", components)
