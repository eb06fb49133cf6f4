"""HTML templates of this package → PDF, by xhtml2pdf, with our fonts and nothing fetched from outside.

The Jinja environment is its own, so that workers, commands and tests render without Flask. Everything
printed is escaped. xhtml2pdf renders one document at a time in a process: more speed takes more workers.
"""

import io
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.core.dates import date_long, date_short, datetime_long
from app.core.money import format_euros
from app.documents.fonts import FONT_DIR, register_fonts
from app.documents.wording import count_of, euro_digits, format_rate

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_STYLE = (_TEMPLATES / "documents.css").read_text("utf-8")
# An image that is part of the document: nothing is read nor fetched for it.
SVG_ADDRESS = "data:image/svg+xml;base64,"
# Control characters are no part of XML, and of no name either.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


class DocumentFailed(RuntimeError):
    """A template that xhtml2pdf cannot render: a defect of ours, never of the data."""


def _printable(value: Any) -> Any:
    """What `{{ }}` prints: texts without control characters."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _CONTROLS.sub("", value)
    return value


_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    finalize=_printable,
)
_environment.filters |= {
    "euros": format_euros,
    "euro_digits": euro_digits,
    "rate": format_rate,
    "count_of": count_of,
    "date_long": date_long,
    "date_short": date_short,
    "datetime_long": datetime_long,
}


def render_pdf(template: str, **context: Any) -> bytes:
    """The PDF of a template of `app/documents/templates`; DocumentFailed when it has a defect."""
    # 15 MB and half a second that most processes never need, and the one that only gathers slips neither.
    from xhtml2pdf import pisa
    from xhtml2pdf.config.resources import ResourceAccessPolicy

    register_fonts()
    html = _environment.get_template(template).render(context)
    out = io.BytesIO()
    policy = ResourceAccessPolicy.server(FONT_DIR, allow_remote=False)
    result = pisa.CreatePDF(
        html, dest=out, default_css=_STYLE, link_callback=_our_file, resource_policy=policy
    )
    if result.err:
        raise DocumentFailed(template)
    return out.getvalue()


def _our_file(uri: str, _: str | None) -> str:
    """The only files a template may name: fonts, by their bare name; a drawing may stand in the document."""
    if uri.startswith(SVG_ADDRESS):
        return uri
    path = FONT_DIR / Path(uri).name
    if Path(uri).name != uri or not path.is_file():
        raise DocumentFailed(f"a document asked for {uri}")
    return str(path)
