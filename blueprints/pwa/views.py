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
        description="La caisse de la bourse aux vêtements et aux jouets, qui vend aussi sans réseau.",
        # Not the address it starts at, which may change: what makes it the same app for ever.
        id="/till/",
        start_url=url_for("till.home"),
        scope=url_for("till.home"),
        display="standalone",
        background_color="#ffffff",
        theme_color="#2563eb",
        icons=[_icon(size, purpose) for purpose in ("any", "maskable") for size in (192, 512)],
        shortcuts=[
            {"name": "Choisir une caisse", "url": url_for("till.home")},
            {"name": "Aide de la caisse", "url": url_for("till.guide")},
        ],
    )
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _icon(size: int, purpose: str) -> dict[str, str]:
    """Drawn by `./bourse artwork`. A maskable one is cut into a shape by the system that shows it."""
    name = "icon-maskable" if purpose == "maskable" else "icon"
    source = asset_url(f"img/{name}-{size}.png")
    return {"src": source, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
