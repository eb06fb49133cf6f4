"""The rulebook of an edition: its main numbers on a screen, all of it as a file."""

from flask import Response, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.db import db
from app.core.errors import DomainError
from app.editions.models import Edition, EditionState
from app.editions.services.settings import (
    MAX_RULEBOOK_BYTES,
    read_rulebook_file,
    set_rulebook,
    write_rulebook_file,
)
from app.web.editions import edition_of_page
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from blueprints.backoffice import bp
from blueprints.backoffice.edition_forms import RulebookFileForm
from blueprints.backoffice.rulebook_forms import RulebookForm, refuse_rulebook


@bp.route("/editions/<int:edition_id>/setup/rulebook", methods=["GET", "POST"])
def setup_rulebook(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    book = edition.rulebook
    form = RulebookForm(data=book.to_dict())
    form.name_limits(book)
    if "add_range" in request.form:
        form.ranges.append_entry()
        return _show(edition, form, RulebookFileForm(formdata=None), status=200)
    if form.validate_on_submit():
        try:
            set_rulebook(edition, form.rulebook(book), by_id=current_user.id)
        except DomainError as refusal:
            db.session.rollback()
            refuse_rulebook(form, refusal)
        else:
            return _saved(edition)
    return _show(
        edition, form, RulebookFileForm(formdata=None), status=422 if request.method == "POST" else 200
    )


@bp.get("/editions/<int:edition_id>/setup/rulebook.yaml")
def setup_rulebook_file(edition_id: int) -> ResponseReturnValue:
    """The whole rulebook, to be changed in a text editor and sent back."""
    edition = edition_of_page(edition_id)
    return Response(
        write_rulebook_file(edition.rulebook),
        mimetype="application/yaml",
        headers={"Content-Disposition": f'attachment; filename="reglement-{edition.number:02d}.yaml"'},
    )


@bp.post("/editions/<int:edition_id>/setup/rulebook/upload")
def setup_rulebook_upload(edition_id: int) -> ResponseReturnValue:
    edition = edition_of_page(edition_id)
    form = RulebookFileForm()
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise DomainError("Choisissez un fichier.", "file")
        set_rulebook(edition, read_rulebook_file(sent.read(MAX_RULEBOOK_BYTES + 1)), by_id=current_user.id)
    except DomainError as refusal:
        db.session.rollback()
        form.file.errors = []
        refuse(form, refusal)
        numbers = RulebookForm(formdata=None, data=edition.rulebook.to_dict())
        numbers.name_limits(edition.rulebook)
        return _show(edition, numbers, form, status=422)
    return _saved(edition)


def _saved(edition: Edition) -> ResponseReturnValue:
    db.session.commit()
    flash("Le règlement est enregistré.", "success")
    return redirect_to(url_for("backoffice.setup_rulebook", edition_id=edition.id))


def _show(
    edition: Edition, form: RulebookForm, upload: RulebookFileForm, *, status: int
) -> ResponseReturnValue:
    return render(
        "backoffice/setup_rulebook.html",
        status=status,
        edition=edition,
        book=edition.rulebook,
        form=form,
        upload=upload,
        editable=edition.state is EditionState.DRAFT,
    )
