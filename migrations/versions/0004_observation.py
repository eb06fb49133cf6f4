"""observation: on-call list, alert rules, alerts and their messages, measures of the service

Revision: 0004
After: 0003
"""

import sqlalchemy as sa
from alembic import op

from app.core.db import CodeString, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    there = set(sa.inspect(op.get_bind()).get_table_names())
    for name, make in NEW_TABLES.items():
        if name not in there:
            make()


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


LEVEL = ("P1", "P2", "P3", "P4")
CHANNEL = ("email", "sms", "call")


def _on_call_contact() -> None:
    op.create_table(
        "on_call_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            _choice("oncallrole", "technical", "technical_backup", "manager", "administrator"),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("phone", CodeString(20), nullable=False),
        sa.Column("email", CodeString(254), nullable=False),
        sa.Column(
            "availability",
            _choice("availability", "always", "around_sale", "during_sale", "office_hours"),
            nullable=False,
        ),
        sa.CheckConstraint("phone <> '' or email <> ''", name=op.f("ck_on_call_contact_can_be_reached")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_on_call_contact")),
        sa.Index("ix_on_call_contact_role", "role"),
    )


def _alert_rule() -> None:
    op.create_table(
        "alert_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", CodeString(60), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("level", _choice("level", *LEVEL), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("for_seconds", sa.Integer(), nullable=False),
        sa.Column("clear_seconds", sa.Integer(), nullable=False),
        sa.Column("daily_at", CodeString(5), nullable=False),
        sa.Column("message", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=200), nullable=False),
        sa.Column("runbook", CodeString(12), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_rule")),
        sa.UniqueConstraint("name", name=op.f("uq_alert_rule_name")),
    )


def _alert_silence() -> None:
    op.create_table(
        "alert_silence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("declared_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("ends_at >= starts_at", name=op.f("ck_alert_silence_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["declared_by_id"], ["user.id"], name=op.f("fk_alert_silence_declared_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_silence")),
        sa.Index("ix_alert_silence_declared_by_id", "declared_by_id"),
        sa.Index("ix_alert_silence_ends_at", "ends_at"),
    )


def _alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", CodeString(60), nullable=False),
        sa.Column("subject", CodeString(40), nullable=False),
        sa.Column("live_key", CodeString(101), nullable=True),
        sa.Column("level", _choice("level", *LEVEL), nullable=False),
        sa.Column("message", sa.String(length=300), nullable=False),
        sa.Column("action", sa.String(length=200), nullable=False),
        sa.Column("runbook", CodeString(12), nullable=False),
        sa.Column(
            "state", _choice("alertstate", "pending", "open", "acknowledged", "resolved"), nullable=False
        ),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("clear_since", UtcDateTime(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("escalated_from", UtcDateTime(), nullable=True),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("acknowledged_at", UtcDateTime(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=80), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("live_key", name=op.f("uq_alert_live_key")),
        sa.Index("ix_alert_opened_at", "opened_at"),
        sa.Index("ix_alert_rule", "rule"),
        sa.Index("ix_alert_state", "state"),
    )


def _alert_event() -> None:
    op.create_table(
        "alert_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column(
            "kind",
            _choice(
                "eventkind", "opened", "silenced", "notified", "not_delivered", "acknowledged", "resolved"
            ),
            nullable=False,
        ),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_event_alert_id_alert")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_event")),
        sa.Index("ix_alert_event_alert_id", "alert_id"),
    )


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_ids", sa.JSON(), nullable=False),
        sa.Column("channel", _choice("channel", *CHANNEL), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("address", CodeString(254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", _choice("noticestate", "queued", "sent", "failed"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", UtcDateTime(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.Index("ix_notice_created_at", "created_at"),
        sa.Index("ix_notice_state", "state"),
    )


def _metric_sample() -> None:
    op.create_table(
        "metric_sample",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metric_sample")),
        sa.Index("ix_metric_sample_at", "at"),
    )


def _service_hour() -> None:
    op.create_table(
        "service_hour",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("observer", _choice("observer", "inside", "watchdog"), nullable=False),
        sa.Column("hour", UtcDateTime(), nullable=False),
        sa.Column("probes", sa.Integer(), nullable=False),
        sa.Column("failed_probes", sa.Integer(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("durations", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_hour")),
        sa.UniqueConstraint("observer", "hour", name="uq_service_hour_observer_hour"),
    )


NEW_TABLES = {
    "on_call_contact": _on_call_contact,
    "alert_rule": _alert_rule,
    "alert_silence": _alert_silence,
    "alert": _alert,
    "alert_event": _alert_event,
    "notice": _notice,
    "metric_sample": _metric_sample,
    "service_hour": _service_hour,
}
