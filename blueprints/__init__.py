"""The HTTP side, one package per area."""

from flask import Flask

from blueprints import (
    auth,
    backoffice,
    deposit,
    help,
    operations,
    portal,
    pwa,
    reporting,
    sync,
    till,
    treasury,
)

AREAS = (auth, portal, deposit, till, backoffice, treasury, reporting, operations, sync, pwa, help)


def register_blueprints(app: Flask) -> None:
    for area in AREAS:
        app.register_blueprint(area.bp)
