"""Who may use which endpoint: the one table, and its check before every request.

An endpoint that is missing here is refused to everybody and fails a test. What a person may see inside an
endpoint (their own list, their own till) is the business of services and queries.
"""

from flask import Flask, abort, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts.models import Role
from app.web.signing_in import tell_expiring
from app.web.tracing import bind_person

D, V, M, T, A = Role.DEPOSITOR, Role.VOLUNTEER, Role.MANAGER, Role.TREASURER, Role.ADMIN

DEPOSITOR = frozenset({D})
HALL = frozenset({V, M, T, A})
MANAGERS = frozenset({M, A})
TREASURY_READ = frozenset({M, T, A})
TREASURY = frozenset({T, A})
ADMIN = frozenset({A})
SIGNED_IN = frozenset(Role)
# Open to anybody, signed in or not.
PUBLIC: frozenset[Role] = frozenset()
# Authenticated by the till's key (key id + HMAC), not by a session.
TILL_KEY: frozenset[Role] = frozenset()

ENDPOINT_ROLES: dict[str, frozenset[Role]] = {
    "static": PUBLIC,
    "healthz": PUBLIC,
    "metrics": PUBLIC,  # asks for its own token or address
    "watchdog_on_call": PUBLIC,  # asks for its own token
    "watchdog_probes": PUBLIC,  # asks for its own token
    "components": PUBLIC,  # made-up data only
    # --- auth
    "auth.root": PUBLIC,
    "auth.sign_in": PUBLIC,
    "auth.sign_out": PUBLIC,
    "auth.forgot_password": PUBLIC,
    "auth.reset_password": PUBLIC,
    "auth.account": SIGNED_IN,
    "auth.change_password": SIGNED_IN,
    "auth.end_session": SIGNED_IN,
    # --- pwa
    "pwa.worker": PUBLIC,
    "pwa.worker_module": PUBLIC,
    "pwa.manifest": PUBLIC,
    "auth.activate": PUBLIC,
    "auth.renew_link": PUBLIC,
    "auth.ask_link": PUBLIC,
    # --- help
    "help.contents": PUBLIC,
    "help.page": PUBLIC,
    "help.image": PUBLIC,
    # --- portal
    "portal.home": DEPOSITOR,
    "portal.edition": DEPOSITOR,
    "portal.slot_calendar": DEPOSITOR,
    "portal.sales": DEPOSITOR,
    "portal.sales_figures": DEPOSITOR,
    "portal.slip": DEPOSITOR,
    "portal.list": DEPOSITOR,
    "portal.list_restoration": DEPOSITOR,
    "portal.item_new": DEPOSITOR,
    "portal.item_add": DEPOSITOR,
    "portal.item": DEPOSITOR,
    "portal.item_change": DEPOSITOR,
    "portal.item_copy": DEPOSITOR,
    "portal.item_move": DEPOSITOR,
    "portal.item_deletion": DEPOSITOR,
    "portal.takeover": DEPOSITOR,
    "portal.takeover_item": DEPOSITOR,
    "portal.validation": DEPOSITOR,
    "portal.validate": DEPOSITOR,
    "portal.recap": DEPOSITOR,
    # --- deposit (check-in)
    "deposit.search": HALL,
    "deposit.desk": HALL,
    "deposit.refusal": HALL,
    "deposit.acceptance": HALL,
    "deposit.acceptance_all": HALL,
    "deposit.completion": HALL,
    "deposit.undoing": MANAGERS,
    "deposit.receipt": HALL,
    # --- till
    "till.home": HALL,
    "till.open": HALL,
    "till.sell": HALL,
    "till.state": HALL,
    "till.device": HALL,
    "till.device_login": HALL,
    "till.shift": HALL,
    "till.close": HALL,
    "till.unidentified": MANAGERS,
    "till.unidentified_line": MANAGERS,
    "till.unidentified_item": MANAGERS,
    "till.unidentified_release": MANAGERS,
    "till.paper": HALL,
    "till.paper_sheets": HALL,
    "till.paper_entry": HALL,
    "till.paper_item": HALL,
    "till.release": MANAGERS,
    "till.synchronise_all": MANAGERS,
    "till.imports": MANAGERS,
    "till.import_file": MANAGERS,
    # Signing in again on the till's page.
    "till.csrf": PUBLIC,
    "till.sign_in": PUBLIC,
    # The page of the till without anything of anybody in it, kept by the service worker.
    "till.shell": PUBLIC,
    "till.guide": PUBLIC,
    # --- sync
    "sync.journal": TILL_KEY,
    "sync.ping": TILL_KEY,
    "sync.reconciliation": TILL_KEY,
    "sync.catalogue": TILL_KEY,
    # --- backoffice
    "backoffice.editions": MANAGERS,
    "backoffice.edition_new": ADMIN,
    "backoffice.home": MANAGERS,
    "backoffice.setup_step": MANAGERS,
    "backoffice.setup_dates": MANAGERS,
    "backoffice.setup_move": MANAGERS,
    "backoffice.setup_slots": MANAGERS,
    "backoffice.setup_slot": MANAGERS,
    "backoffice.setup_slot_delete": MANAGERS,
    "backoffice.setup_period": MANAGERS,
    "backoffice.setup_period_delete": MANAGERS,
    "backoffice.setup_periods": MANAGERS,
    "backoffice.setup_pickup": MANAGERS,
    "backoffice.setup_tills": MANAGERS,
    "backoffice.setup_rulebook": MANAGERS,
    "backoffice.setup_rulebook_file": MANAGERS,
    "backoffice.setup_rulebook_upload": MANAGERS,
    "backoffice.registrations": MANAGERS,
    "backoffice.registrations_export": MANAGERS,
    "backoffice.registration": MANAGERS,
    "backoffice.registration_slot": MANAGERS,
    "backoffice.registration_sponsor": MANAGERS,
    "backoffice.registration_number": MANAGERS,
    "backoffice.registration_list_new": MANAGERS,
    "backoffice.registration_cancel": MANAGERS,
    "backoffice.registration_unlock": MANAGERS,
    "backoffice.registration_resend": MANAGERS,
    "backoffice.registration_uninvite": MANAGERS,
    "backoffice.registration_invite": MANAGERS,
    "backoffice.registration_invite_file": MANAGERS,
    "backoffice.registration_remind": MANAGERS,
    "backoffice.registration_import": MANAGERS,
    "backoffice.registration_import_preview": MANAGERS,
    "backoffice.registration_import_mapping": MANAGERS,
    "backoffice.registration_import_start": MANAGERS,
    "backoffice.registration_import_report": MANAGERS,
    "backoffice.users": ADMIN,
    "backoffice.user": ADMIN,
    "backoffice.user_new": ADMIN,
    "backoffice.user_role": ADMIN,
    "backoffice.user_disable": ADMIN,
    "backoffice.user_enable": ADMIN,
    "backoffice.user_password_link": ADMIN,
    "backoffice.labels": MANAGERS,
    "backoffice.labels_generate": MANAGERS,
    "backoffice.labels_printed": MANAGERS,
    "backoffice.labels_batch_printed": MANAGERS,
    "backoffice.label_incidents": MANAGERS,
    "backoffice.label_spares_create": MANAGERS,
    "backoffice.spares": HALL,
    "backoffice.spares_bind": HALL,
    "backoffice.spares_release": HALL,
    "backoffice.item_spare": HALL,
    "backoffice.item_incident": HALL,
    "backoffice.items": HALL,
    "backoffice.items_export": TREASURY_READ,
    "backoffice.item": HALL,
    "backoffice.item_withdrawal": MANAGERS,
    "backoffice.item_return": MANAGERS,
    "backoffice.item_label": MANAGERS,
    "backoffice.sales": MANAGERS,
    "backoffice.sale": MANAGERS,
    "backoffice.sale_refund": MANAGERS,
    "backoffice.sale_void": MANAGERS,
    "backoffice.sales_conflicts": MANAGERS,
    "backoffice.sales_conflict": MANAGERS,
    "backoffice.sales_conflict_refund": MANAGERS,
    "backoffice.sales_conflict_item": MANAGERS,
    "backoffice.sales_conflict_unclaimed": MANAGERS,
    "backoffice.sales_quarantine": MANAGERS,
    "backoffice.sales_quarantine_seen": MANAGERS,
    # --- treasury
    "treasury.home": TREASURY_READ,
    "treasury.figure": TREASURY_READ,
    "treasury.payouts": TREASURY_READ,
    "treasury.export": TREASURY_READ,
    "treasury.payout": TREASURY_READ,
    "treasury.slip": TREASURY_READ,
    "treasury.slips": TREASURY,
    "treasury.slips_zip": TREASURY,
    "treasury.make_slips": TREASURY,
    "treasury.compute_all": TREASURY,
    "treasury.compute_one": TREASURY,
    "treasury.approve_some": TREASURY,
    "treasury.pay": TREASURY,
    "treasury.undo_payment": TREASURY,
    "treasury.mark_absent": TREASURY,
    "treasury.adjust": TREASURY,
    "treasury.restitution": HALL,
    "treasury.restitution_hand_over": HALL,
    "treasury.restitution_undo": HALL,
    "treasury.restitution_donate": MANAGERS,
    # --- reporting
    "reporting.dashboard": HALL,
    # --- operations
    "operations.jobs": HALL,
    "operations.job": HALL,
    "operations.job_file": HALL,
    "operations.job_again": HALL,
    "operations.outbox": MANAGERS,
    "operations.mail": MANAGERS,
    "operations.mail_retry": MANAGERS,
    "operations.outbox_retry": MANAGERS,
    "operations.service_levels": MANAGERS,
    "operations.service_levels_export": MANAGERS,
    "operations.alerts": MANAGERS,
    "operations.alert": MANAGERS,
    "operations.alert_acknowledgement": MANAGERS,
    "operations.alert_taken": PUBLIC,  # shows a signed token
    "operations.alert_silences": MANAGERS,
    "operations.alert_silence_end": MANAGERS,
    "operations.alert_rules": MANAGERS,
    "operations.alert_rule_new": MANAGERS,
    "operations.alert_rule": MANAGERS,
    "operations.alert_rule_removal": MANAGERS,
    "operations.on_call": MANAGERS,
    "operations.on_call_new": MANAGERS,
    "operations.on_call_contact": MANAGERS,
    "operations.on_call_removal": MANAGERS,
    "operations.on_call_test": MANAGERS,
    "operations.audit": ADMIN,
    "operations.audit_verify": ADMIN,
}


def may_use(endpoint: str, roles: frozenset[Role]) -> bool:
    """Whether somebody acting in `roles` may use an endpoint (menus ask the same question)."""
    allowed = ENDPOINT_ROLES.get(endpoint)
    return allowed is not None and (not allowed or bool(allowed & roles))


def init_access(app: Flask) -> None:
    app.before_request(check_access)


def check_access() -> ResponseReturnValue | None:
    """Send strangers to the sign-in page, refuse the wrong role, let the rest through."""
    endpoint = request.endpoint
    if endpoint is None:
        return None  # unknown address: 404 follows
    allowed = ENDPOINT_ROLES.get(endpoint)
    if allowed is None:
        abort(403)
    if not allowed:
        return None
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    bind_person()
    if not allowed & current_user.roles:
        abort(403)
    g.acting_user = current_user
    tell_expiring()
    return None


def _ask_to_sign_in() -> ResponseReturnValue:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    target = url_for("auth.sign_in", next=wanted)
    if request.headers.get("HX-Request") == "true":
        return "", 401, {"HX-Redirect": target}
    if request.accept_mimetypes.best == "application/json":
        return jsonify(error="sign_in_required"), 401
    return redirect(target)
