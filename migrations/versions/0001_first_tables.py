"""first tables

Revision: 0001
After:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from app.core.db import CodeString, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("previous_hash", CodeString(64), nullable=False),
        sa.Column("hash", CodeString(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_entry_hash")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_subject"), ["subject"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", CodeString(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("live_number", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "open",
                "frozen",
                "selling",
                "settling",
                "closed",
                "archived",
                name="editionstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("state_changed_at", UtcDateTime(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("declaration_deadline", UtcDateTime(), nullable=False),
        sa.Column("deposit_starts_at", UtcDateTime(), nullable=False),
        sa.Column("deposit_ends_at", UtcDateTime(), nullable=False),
        sa.Column("sale_starts_at", UtcDateTime(), nullable=False),
        sa.Column("sale_ends_at", UtcDateTime(), nullable=False),
        sa.Column("restitution_ends_at", UtcDateTime(), nullable=False),
        sa.Column("commission_bp", sa.Integer(), nullable=False),
        sa.Column("rulebook_data", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("commission_bp between 0 and 10000", name=op.f("ck_edition_commission_is_a_rate")),
        sa.CheckConstraint("number between 1 and 99", name=op.f("ck_edition_number_two_digits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("live_number", name=op.f("uq_edition_live_number")),
        sa.UniqueConstraint("name", name=op.f("uq_edition_name")),
    )
    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("recipient", CodeString(254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("attachment", sa.String(length=200), nullable=True),
        sa.Column("attachment_name", sa.String(length=120), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sent",
                "kept",
                "failed",
                name="mailstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("next_attempt_at", UtcDateTime(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
    )
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outgoing_mail_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outgoing_mail_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_outgoing_mail_recipient"), ["recipient"], unique=False)
        batch_op.create_index(batch_op.f("ix_outgoing_mail_state"), ["state"], unique=False)

    op.create_table(
        "scheduled_run",
        sa.Column("task", CodeString(60), nullable=False),
        sa.Column("last_due_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("task", name=op.f("pk_scheduled_run")),
    )
    op.create_table(
        "server_epoch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("value", CodeString(36), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_server_epoch")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", CodeString(254), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "depositor",
                "volunteer",
                "manager",
                "treasurer",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("first_name", sa.String(length=80), nullable=False),
        sa.Column("last_name", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("postcode", sa.String(length=10), nullable=True),
        sa.Column("city", sa.String(length=80), nullable=True),
        sa.Column("deposits", sa.Boolean(), nullable=False),
        sa.Column("password_hash", CodeString(200), nullable=True),
        sa.Column("failed_logins", sa.Integer(), nullable=False),
        sa.Column("locked_until", UtcDateTime(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("activated_at", UtcDateTime(), nullable=True),
        sa.Column("consent_version", sa.String(length=20), nullable=True),
        sa.Column("consent_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_last_name"), ["last_name"], unique=False)
        batch_op.create_index(batch_op.f("ix_user_role"), ["role"], unique=False)

    op.create_table(
        "background_job",
        sa.Column("id", CodeString(36), nullable=False),
        sa.Column("kind", CodeString(40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "done",
                "failed",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("done_steps", sa.Integer(), nullable=False),
        sa.Column("total_steps", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=True),
        sa.Column("file_name", sa.String(length=120), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_background_job_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["user.id"], name=op.f("fk_background_job_requested_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_background_job")),
    )
    with op.batch_alter_table("background_job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_background_job_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_background_job_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_background_job_kind"), ["kind"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_background_job_requested_by_id"), ["requested_by_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_background_job_state"), ["state"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", CodeString(64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "sent",
                "accepted",
                "cancelled",
                "expired",
                name="invitationstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("send_count", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_invitation_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_invitation_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("edition_id", "user_id", name="uq_invitation_edition_user"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_user_id"), ["user_id"], unique=False)

    op.create_table(
        "billetweb_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=120), nullable=False),
        sa.Column("stored", sa.String(length=200), nullable=True),
        sa.Column("slot_mapping", sa.JSON(), nullable=False),
        sa.Column("tariff_mapping", sa.JSON(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.Column("job_id", CodeString(36), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_billetweb_upload_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["user.id"], name=op.f("fk_billetweb_upload_uploaded_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billetweb_upload")),
    )
    with op.batch_alter_table("billetweb_upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_billetweb_upload_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "member_number",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_member_number_user_id_user")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_member_number")),
        sa.UniqueConstraint("number", name=op.f("uq_member_number_number")),
    )
    op.create_table(
        "password_reset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", CodeString(64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_password_reset_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_reset")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_password_reset_token_hash")),
    )
    with op.batch_alter_table("password_reset", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_password_reset_user_id"), ["user_id"], unique=False)

    op.create_table(
        "pickup_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "list_kind",
            sa.Enum(
                "standard",
                "1000",
                "2000",
                name="listkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_pickup_time_edition_id_edition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pickup_time")),
        sa.UniqueConstraint("edition_id", "list_kind", name="uq_pickup_time_edition_kind"),
    )
    with op.batch_alter_table("pickup_time", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pickup_time_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "sale_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "public", "private", name="periodkind", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_sale_period_edition_id_edition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_period")),
    )
    with op.batch_alter_table("sale_period", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sale_period_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("residents_only", sa.Boolean(), nullable=False),
        sa.Column("members_only", sa.Boolean(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_slot_capacity_not_negative")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_slot_edition_id_edition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint("edition_id", "label", name="uq_slot_edition_label"),
    )
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_slot_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "till",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("training", sa.Boolean(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("number between 1 and 99", name=op.f("ck_till_number_positive")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_till_edition_id_edition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till")),
        sa.UniqueConstraint("edition_id", "number", name="uq_till_edition_number"),
    )
    with op.batch_alter_table("till", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_till_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index("ix_till_training", ["edition_id", "training"], unique=False)

    op.create_table(
        "user_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", CodeString(64), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_user_session_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_session_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_user_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=True),
        sa.Column(
            "list_kind",
            sa.Enum(
                "standard",
                "1000",
                "2000",
                name="listkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "billetweb",
                "invitation",
                "desk",
                name="registrationsource",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("order_reference", sa.String(length=40), nullable=True),
        sa.Column("sponsor_id", sa.Integer(), nullable=True),
        sa.Column("comment", sa.String(length=300), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_registration_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_registration_slot_id_slot")),
        sa.ForeignKeyConstraint(["sponsor_id"], ["user.id"], name=op.f("fk_registration_sponsor_id_user")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_registration_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("edition_id", "user_id", name="uq_registration_edition_user"),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_list_kind"), ["list_kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_slot_id"), ["slot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_user_id"), ["user_id"], unique=False)

    op.create_table(
        "till_device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("till_id", sa.Integer(), nullable=False),
        sa.Column("key_id", CodeString(36), nullable=False),
        sa.Column("secret_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("registered_by_id", sa.Integer(), nullable=False),
        sa.Column("registered_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("last_seen_at", UtcDateTime(), nullable=True),
        sa.Column("pending_count", sa.Integer(), nullable=False),
        sa.Column("oldest_pending_at", UtcDateTime(), nullable=True),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("app_version", sa.String(length=40), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_till_device_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(
            ["registered_by_id"], ["user.id"], name=op.f("fk_till_device_registered_by_id_user")
        ),
        sa.ForeignKeyConstraint(["till_id"], ["till.id"], name=op.f("fk_till_device_till_id_till")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_device")),
        sa.UniqueConstraint("key_id", name=op.f("uq_till_device_key_id")),
    )
    with op.batch_alter_table("till_device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_till_device_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_till_device_till_id"), ["till_id"], unique=False)

    op.create_table(
        "check_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("identity_checked", sa.Boolean(), nullable=False),
        sa.Column("envelope_checked", sa.Boolean(), nullable=False),
        sa.Column("first_volunteer", sa.String(length=80), nullable=False),
        sa.Column("second_volunteer", sa.String(length=80), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("signature_path", sa.Text(), nullable=False),
        sa.Column("accepted_count", sa.Integer(), nullable=False),
        sa.Column("refused_count", sa.Integer(), nullable=False),
        sa.Column("completed_at", UtcDateTime(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_check_in_edition_id_edition")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["user.id"], name=op.f("fk_check_in_recorded_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_check_in_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
        sa.UniqueConstraint("registration_id", name="uq_check_in_registration"),
    )
    with op.batch_alter_table("check_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_check_in_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "item_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "validated", name="liststate", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("validated_at", UtcDateTime(), nullable=True),
        sa.Column("terms_version", sa.String(length=20), nullable=True),
        sa.Column("unlocked_at", UtcDateTime(), nullable=True),
        sa.Column("unlocked_by_id", sa.Integer(), nullable=True),
        sa.Column("unlock_reason", sa.String(length=200), nullable=True),
        sa.Column(
            "label_status",
            sa.Enum(
                "not_generated",
                "generated",
                "printed",
                name="labelstatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("labels_generated_at", UtcDateTime(), nullable=True),
        sa.Column("labels_generated_by_id", sa.Integer(), nullable=True),
        sa.Column("labels_printed_at", UtcDateTime(), nullable=True),
        sa.Column("labels_printed_by_id", sa.Integer(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_item_list_edition_id_edition")),
        sa.ForeignKeyConstraint(
            ["labels_generated_by_id"], ["user.id"], name=op.f("fk_item_list_labels_generated_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["labels_printed_by_id"], ["user.id"], name=op.f("fk_item_list_labels_printed_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_item_list_registration_id_registration")
        ),
        sa.ForeignKeyConstraint(
            ["unlocked_by_id"], ["user.id"], name=op.f("fk_item_list_unlocked_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_list")),
        sa.UniqueConstraint("edition_id", "number", "rank", name="uq_item_list_number_rank"),
    )
    with op.batch_alter_table("item_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_list_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_list_label_status"), ["label_status"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_list_registration_id"), ["registration_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_list_state"), ["state"], unique=False)

    op.create_table(
        "journal_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("till_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("uuid", CodeString(36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("kind", CodeString(16), nullable=False),
        sa.Column(
            "payload",
            sa.Text().with_variant(mysql.MEDIUMTEXT(), "mariadb").with_variant(mysql.MEDIUMTEXT(), "mysql"),
            nullable=False,
        ),
        sa.Column("payload_hash", CodeString(64), nullable=False),
        sa.Column("mac", CodeString(64), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "confirmed",
                "confirmed_conflict",
                "quarantined",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["till_device.id"], name=op.f("fk_journal_entry_device_id_till_device")
        ),
        sa.ForeignKeyConstraint(["till_id"], ["till.id"], name=op.f("fk_journal_entry_till_id_till")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint("till_id", "seq", name="uq_journal_entry_till_seq"),
        sa.UniqueConstraint("till_id", "uuid", name="uq_journal_entry_till_uuid"),
    )
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_entry_received_at"), ["received_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_till_id"), ["till_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_verdict"), ["verdict"], unique=False)

    op.create_table(
        "payout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "computed",
                "slip_ready",
                "approved",
                "paid",
                "absent",
                name="payoutstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("sold_count", sa.Integer(), nullable=False),
        sa.Column("gross_cents", sa.Integer(), nullable=False),
        sa.Column("commission_cents", sa.Integer(), nullable=False),
        sa.Column("fees_cents", sa.Integer(), nullable=False),
        sa.Column("adjustments_cents", sa.Integer(), nullable=False),
        sa.Column("net_cents", sa.Integer(), nullable=False),
        sa.Column("shortfall_cents", sa.Integer(), nullable=False),
        sa.Column("computed_at", UtcDateTime(), nullable=False),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "method",
            sa.Enum(
                "cash",
                "cheque",
                "transfer",
                name="payoutmethod",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("cheque_number", sa.String(length=20), nullable=True),
        sa.Column("paid_at", UtcDateTime(), nullable=True),
        sa.Column("paid_by_id", sa.Integer(), nullable=True),
        sa.Column("slip_file", sa.String(length=200), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'paid' or (method is not null and paid_at is not null)",
            name=op.f("ck_payout_paid_says_how"),
        ),
        sa.CheckConstraint(
            "net_cents - shortfall_cents = gross_cents - commission_cents - fees_cents + adjustments_cents",
            name=op.f("ck_payout_amounts_add_up"),
        ),
        sa.CheckConstraint(
            "net_cents >= 0 and shortfall_cents >= 0", name=op.f("ck_payout_net_not_negative")
        ),
        sa.ForeignKeyConstraint(["approved_by_id"], ["user.id"], name=op.f("fk_payout_approved_by_id_user")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_payout_edition_id_edition")),
        sa.ForeignKeyConstraint(["paid_by_id"], ["user.id"], name=op.f("fk_payout_paid_by_id_user")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_payout_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("registration_id", name="uq_payout_registration"),
    )
    with op.batch_alter_table("payout", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payout_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payout_state"), ["state"], unique=False)

    op.create_table(
        "payout_adjustment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("ck_payout_adjustment_amount_not_zero")),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_payout_adjustment_author_id_user")),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_payout_adjustment_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_payout_adjustment_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_adjustment")),
    )
    with op.batch_alter_table("payout_adjustment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payout_adjustment_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_payout_adjustment_registration_id"), ["registration_id"], unique=False
        )

    op.create_table(
        "till_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", CodeString(36), nullable=False),
        sa.Column("till_id", sa.Integer(), nullable=False),
        sa.Column("open_till_id", sa.Integer(), nullable=True),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("volunteer_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("opening_float_cents", sa.Integer(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("counted_denominations", sa.JSON(), nullable=True),
        sa.Column("expected_cents", sa.JSON(), nullable=True),
        sa.Column("counted_cents", sa.JSON(), nullable=True),
        sa.Column("variance_reason", sa.String(length=300), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("opening_float_cents >= 0", name=op.f("ck_till_session_float_not_negative")),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["user.id"], name=op.f("fk_till_session_closed_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["till_device.id"], name=op.f("fk_till_session_device_id_till_device")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_till_session_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(
            ["open_till_id"], ["till.id"], name=op.f("fk_till_session_open_till_id_till")
        ),
        sa.ForeignKeyConstraint(["till_id"], ["till.id"], name=op.f("fk_till_session_till_id_till")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["user.id"], name=op.f("fk_till_session_volunteer_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_session")),
        sa.UniqueConstraint("open_till_id", name=op.f("uq_till_session_open_till_id")),
        sa.UniqueConstraint("uuid", name=op.f("uq_till_session_uuid")),
    )
    with op.batch_alter_table("till_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_till_session_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_till_session_till_id"), ["till_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_till_session_volunteer_id"), ["volunteer_id"], unique=False)

    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("code", CodeString(10), nullable=True),
        sa.Column("category", CodeString(40), nullable=False),
        sa.Column("type", CodeString(60), nullable=False),
        sa.Column("gender", CodeString(20), nullable=False),
        sa.Column("size", sa.String(length=20), nullable=False),
        sa.Column("brand", sa.String(length=40), nullable=False),
        sa.Column("colour", sa.String(length=30), nullable=False),
        sa.Column("description", sa.String(length=100), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("max_age_months", sa.Integer(), nullable=True),
        sa.Column("conforms", sa.Boolean(), nullable=False),
        sa.Column("donate_if_unsold", sa.Boolean(), nullable=False),
        sa.Column("taken_over_from_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "declared",
                "on_sale",
                "sold",
                "unsold",
                "returned",
                "donated",
                "refused",
                "withdrawn",
                "missing",
                name="itemstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("state_reason", sa.String(length=200), nullable=True),
        sa.Column("state_changed_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("pieces between 1 and 99", name=op.f("ck_item_pieces_positive")),
        sa.CheckConstraint("price_cents > 0", name=op.f("ck_item_price_positive")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_item_edition_id_edition")),
        sa.ForeignKeyConstraint(["list_id"], ["item_list.id"], name=op.f("fk_item_list_id_item_list")),
        sa.ForeignKeyConstraint(
            ["taken_over_from_id"], ["item.id"], name=op.f("fk_item_taken_over_from_id_item")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("taken_over_from_id", name=op.f("uq_item_taken_over_from_id")),
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_code"), ["code"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index("ix_item_edition_state", ["edition_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_item_list_id"), ["list_id"], unique=False)
        batch_op.create_index("uq_item_edition_code", ["edition_id", "code"], unique=True)
        batch_op.create_index("uq_item_list_line", ["list_id", "line"], unique=True)

    op.create_table(
        "sale",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("till_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("volunteer_id", sa.Integer(), nullable=True),
        sa.Column("uuid", CodeString(36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sold_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("total_cents", sa.Integer(), nullable=False),
        sa.Column("private_period", sa.Boolean(), nullable=False),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_sale_edition_id_edition")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal_entry.id"], name=op.f("fk_sale_entry_id_journal_entry")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["till_session.id"], name=op.f("fk_sale_session_id_till_session")
        ),
        sa.ForeignKeyConstraint(["till_id"], ["till.id"], name=op.f("fk_sale_till_id_till")),
        sa.ForeignKeyConstraint(["volunteer_id"], ["user.id"], name=op.f("fk_sale_volunteer_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_sale_entry_id")),
        sa.UniqueConstraint("till_id", "uuid", name="uq_sale_till_uuid"),
    )
    with op.batch_alter_table("sale", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sale_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sale_session_id"), ["session_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sale_sold_at"), ["sold_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sale_till_id"), ["till_id"], unique=False)

    op.create_table(
        "catalogue_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_catalogue_change_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_catalogue_change_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_change")),
    )
    with op.batch_alter_table("catalogue_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalogue_change_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalogue_change_item_id"), ["item_id"], unique=False)

    op.create_table(
        "sale_void",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("sale_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("voided_at", UtcDateTime(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_sale_void_by_id_user")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_sale_void_edition_id_edition")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["journal_entry.id"], name=op.f("fk_sale_void_entry_id_journal_entry")
        ),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_sale_void_sale_id_sale")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_void")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_sale_void_entry_id")),
    )
    with op.batch_alter_table("sale_void", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sale_void_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sale_void_sale_id"), ["sale_id"], unique=False)

    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sale_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("void_id", sa.Integer(), nullable=True),
        sa.Column(
            "method",
            sa.Enum(
                "cash",
                "card",
                "cheque",
                name="paymentmethod",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("tendered_cents", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_payment_edition_id_edition")),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_payment_sale_id_sale")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["till_session.id"], name=op.f("fk_payment_session_id_till_session")
        ),
        sa.ForeignKeyConstraint(["void_id"], ["sale_void.id"], name=op.f("fk_payment_void_id_sale_void")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payment_sale_id"), ["sale_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payment_session_id"), ["session_id"], unique=False)

    op.create_table(
        "sale_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sale_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("active_item_id", sa.Integer(), nullable=True),
        sa.Column("code", CodeString(10), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "void",
                "conflict",
                name="linestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("void_id", sa.Integer(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "item_id is null or (state = 'active' and active_item_id is not null) or (state <> 'active' and active_item_id is null)",
            name=op.f("ck_sale_line_active_line_owns_its_item"),
        ),
        sa.ForeignKeyConstraint(
            ["active_item_id"], ["item.id"], name=op.f("fk_sale_line_active_item_id_item")
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_sale_line_edition_id_edition")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_sale_line_item_id_item")),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_sale_line_sale_id_sale")),
        sa.ForeignKeyConstraint(["void_id"], ["sale_void.id"], name=op.f("fk_sale_line_void_id_sale_void")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_line")),
        sa.UniqueConstraint("active_item_id", name=op.f("uq_sale_line_active_item_id")),
    )
    with op.batch_alter_table("sale_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sale_line_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index("ix_sale_line_edition_state", ["edition_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_sale_line_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sale_line_sale_id"), ["sale_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sale_line_void_id"), ["void_id"], unique=False)

    op.create_table(
        "sync_conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("loser_line_id", sa.Integer(), nullable=False),
        sa.Column("winner_line_id", sa.Integer(), nullable=False),
        sa.Column("detected_at", UtcDateTime(), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("resolved_by_id", sa.Integer(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_sync_conflict_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_sync_conflict_item_id_item")),
        sa.ForeignKeyConstraint(
            ["loser_line_id"], ["sale_line.id"], name=op.f("fk_sync_conflict_loser_line_id_sale_line")
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by_id"], ["user.id"], name=op.f("fk_sync_conflict_resolved_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["winner_line_id"], ["sale_line.id"], name=op.f("fk_sync_conflict_winner_line_id_sale_line")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_conflict")),
        sa.UniqueConstraint("loser_line_id", name=op.f("uq_sync_conflict_loser_line_id")),
    )
    with op.batch_alter_table("sync_conflict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sync_conflict_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sync_conflict_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sync_conflict_resolved_at"), ["resolved_at"], unique=False)

    _keep_audit_log_append_only()
    op.bulk_insert(
        sa.table("audit_head", sa.column("id"), sa.column("seq"), sa.column("hash")),
        [{"id": 1, "seq": 0, "hash": "0" * 64}],
    )


def _keep_audit_log_append_only() -> None:
    """The database itself refuses to change or remove a line of the audit log."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for verb in ("update", "delete"):
        if sqlite:
            refusal = "BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END"
        else:
            refusal = "FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'audit_entry is append-only'"
        op.execute(f"CREATE TRIGGER audit_entry_no_{verb} BEFORE {verb.upper()} ON audit_entry {refusal}")
