"""The service worker, its modules and the manifest."""

import json

from flask import Response, abort, jsonify, send_from_directory, url_for
from flask.typing import ResponseReturnValue

from app.web.filters import asset_url
from blueprints.pwa import bp
from blueprints.pwa.shell import shell
from config.settings import ROOT

MODULES = ("outbox", "worker")


@bp.get("/sw.js")
def worker() -> Response:
    """The worker of this version: its address never changes, its content does with every file of the till."""
    kept = shell()
    facts = {"version": kept.version, "shell": url_for("till.shell"), "files": kept.files}
    script = f'import {{ keepTill }} from "/sw/worker.js";\nkeepTill({json.dumps(facts)});\n'
    return Response(
        script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )


@bp.get("/sw/<name>.js")
def worker_module(name: str) -> ResponseReturnValue:
    if name not in MODULES:
        abort(404)
    response = send_from_directory(ROOT / "sw", f"{name}.js", mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/manifest.webmanifest")
def manifest() -> ResponseReturnValue:
    """What lets a till be put on the home screen of a tablet."""
    response = jsonify(
        name="Caisse – Bourse ALPE",
        short_name="Caisse",
        lang="fr",
        start_url=url_for("till.home"),
        scope=url_for("till.home"),
        display="standalone",
        background_color="#ffffff",
        theme_color="#2563eb",
        icons=[{"src": asset_url("img/logo.svg"), "sizes": "any", "type": "image/svg+xml"}],
    )
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "no-cache"
    return response
