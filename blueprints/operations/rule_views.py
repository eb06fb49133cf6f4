"""The rules of alert: thresholds are edited, others are added on the same metrics."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.db import db
from app.core.errors import DomainError
from app.monitoring.models import AlertRule
from app.monitoring.queries import get_rule, list_rules
from app.monitoring.services.rules import is_of_the_product, level_facts, remove_rule, save_rule
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from blueprints.operations import bp
from blueprints.operations.alert_forms import RuleForm, facts_of, rule_as_form
from blueprints.operations.alert_tabs import alert_tabs
from blueprints.operations.alert_views import LEVEL_TONES
from blueprints.operations.rule_words import minutes_in_words, when_in_words


@bp.get("/alert-rules")
def alert_rules() -> ResponseReturnValue:
    return render(
        "operations/alert_rules.html",
        tabs=alert_tabs("operations.alert_rules"),
        rules=list_rules(),
        when_in_words=when_in_words,
        minutes_in_words=minutes_in_words,
        levels=level_facts(),
        level_tones=LEVEL_TONES,
    )


@bp.route("/alert-rules/new", methods=["GET", "POST"])
def alert_rule_new() -> ResponseReturnValue:
    return _edit(AlertRule(), RuleForm())


@bp.route("/alert-rules/<int:rule_id>", methods=["GET", "POST"])
def alert_rule(rule_id: int) -> ResponseReturnValue:
    rule = get_rule(rule_id)
    if not rule.conditions:
        raise DomainError("Le bilan du jour part à son heure : il n’a pas de seuil.")
    return _edit(rule, RuleForm(data=rule_as_form(rule)))


@bp.post("/alert-rules/<int:rule_id>/removal")
def alert_rule_removal(rule_id: int) -> ResponseReturnValue:
    rule = get_rule(rule_id)
    remove_rule(rule, current_user.id)
    db.session.commit()
    flash(f"La règle « {rule.label} » est supprimée.", "success")
    return redirect_to(url_for("operations.alert_rules"))


def _edit(rule: AlertRule, form: RuleForm) -> ResponseReturnValue:
    if form.validate_on_submit():
        try:
            save_rule(rule, facts_of(form), current_user.id)
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            db.session.commit()
            flash(f"La règle « {rule.label} » est enregistrée.", "success")
            return redirect_to(url_for("operations.alert_rules"))
    return render(
        "operations/alert_rule.html",
        "form",
        status=422 if form.errors else 200,
        rule=rule,
        form=form,
        may_remove=rule.id is not None and not is_of_the_product(rule),
    )
