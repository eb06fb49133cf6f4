"""The administrator's pages on users."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts import services
from app.accounts.models import ROLE_LABELS, Role, User
from app.accounts.queries import get_user, open_sessions, search_users
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from app.web.links import public_url
from blueprints.backoffice import bp
from blueprints.backoffice.user_forms import ROLE_HINTS, NewUserForm, PersonForm, RoleForm
from jobs.queue import dispatch_mail

ROLE_CHOICES = [("", "Tous les rôles"), *((role.value, ROLE_LABELS[role]) for role in Role)]
STATE_CHOICES = [("", "Tous"), ("1", "Actifs"), ("0", "Désactivés")]


@bp.get("/users")
def users() -> ResponseReturnValue:
    text, role, state = (request.args.get(name, "") for name in ("q", "role", "state"))
    found = search_users(
        text,
        role=Role(role) if role in set(Role) else None,
        active={"1": True, "0": False}.get(state),
        page=request.args.get("page", 1, type=int),
    )
    return render(
        "backoffice/users.html",
        "results",
        found=found,
        text=text,
        role=role,
        state=state,
        role_choices=ROLE_CHOICES,
        state_choices=STATE_CHOICES,
        now=utcnow(),
        url_for_page=lambda page: url_for("backoffice.users", q=text, role=role, state=state, page=page),
    )


@bp.route("/users/new", methods=["GET", "POST"])
def user_new() -> ResponseReturnValue:
    form = NewUserForm()
    if form.validate_on_submit():
        try:
            user = services.create_user(
                form.email.data or "",
                Role(form.role.data),
                form.first_name.data or "",
                form.last_name.data or "",
                phone=form.phone.data,
                actor_id=current_user.id,
            )
            services.send_password_link(user, _reset_link, actor_id=current_user.id)
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            db.session.commit()
            dispatch_mail()
            flash(
                f"Le compte de {user.full_name} est créé. Un lien lui est envoyé à {user.email}.", "success"
            )
            return redirect_to(url_for("backoffice.users"))
    status = 422 if form.errors else 200
    return render("backoffice/user_new.html", "form", status=status, form=form, hints=ROLE_HINTS)


@bp.route("/users/<int:user_id>", methods=["GET", "POST"])
def user(user_id: int) -> ResponseReturnValue:
    person = get_user(user_id)
    form = PersonForm(obj=person)
    if form.validate_on_submit():
        try:
            services.update_user(
                person,
                email=form.email.data or "",
                first_name=form.first_name.data or "",
                last_name=form.last_name.data or "",
                phone=form.phone.data,
                actor_id=current_user.id,
            )
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            return _done(person, "La fiche est enregistrée.")
    return _page(person, form, RoleForm(role=person.role.value))


@bp.post("/users/<int:user_id>/role")
def user_role(user_id: int) -> ResponseReturnValue:
    person, form = get_user(user_id), RoleForm()
    if form.validate_on_submit():
        try:
            services.change_role(person, Role(form.role.data), actor_id=current_user.id)
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            return _done(person, f"{person.full_name} est maintenant {person.role_label.lower()}.")
    return _page(person, PersonForm(formdata=None, obj=person), form)


@bp.post("/users/<int:user_id>/disable")
def user_disable(user_id: int) -> ResponseReturnValue:
    person = get_user(user_id)
    services.disable_user(person, actor_id=current_user.id)
    return _done(person, "Le compte est désactivé. Rien de ce qui a été fait avec n’est perdu.")


@bp.post("/users/<int:user_id>/enable")
def user_enable(user_id: int) -> ResponseReturnValue:
    person = get_user(user_id)
    services.enable_user(person, actor_id=current_user.id)
    return _done(person, "Le compte est ouvert.")


@bp.post("/users/<int:user_id>/password-link")
def user_password_link(user_id: int) -> ResponseReturnValue:
    person = get_user(user_id)
    services.send_password_link(person, _reset_link, actor_id=current_user.id)
    answer = _done(person, f"Un lien pour choisir un mot de passe part à {person.email}.")
    dispatch_mail()
    return answer


def _reset_link(token: str) -> str:
    return public_url("auth.reset_password", token=token)


def _done(person: User, message: str) -> ResponseReturnValue:
    db.session.commit()
    flash(message, "success")
    return redirect_to(url_for("backoffice.user", user_id=person.id))


def _page(person: User, form: PersonForm, role_form: RoleForm) -> ResponseReturnValue:
    return render(
        "backoffice/user.html",
        status=422 if form.errors or role_form.errors else 200,
        person=person,
        form=form,
        role_form=role_form,
        hints=ROLE_HINTS,
        devices=len(open_sessions(person)),
        now=utcnow(),
    )
