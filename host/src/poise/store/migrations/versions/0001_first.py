"""Migration 0001: the first tables.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")

MINUTE_FIELDS = (
    "state",
    "site",
    "extension_s",
    "under_10_s",
    "under_20_s",
    "under_30_s",
    "under_45_s",
    "over_45_s",
    "neutral_s",
    "flexed_s",
    "moving_s",
    "not_worn_s",
    "uncalibrated_s",
    "off_s",
    "p10_deg",
    "p50_deg",
    "p90_deg",
    "longest_bout_s",
    "movement_mg",
    "nudges",
)


def upgrade() -> None:
    """Create the tables for clips, log records, minutes, clock pairs, gaps, plans, reminders and answers."""
    op.create_table(
        "clips",
        sa.Column("clip_id", sa.String(16), nullable=False),
        sa.Column("first_seen_utc_ms", sa.BigInteger, nullable=False),
        sa.Column("next_seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", name="pk_clips"),
    )
    _create_records()
    _create_of_clip(
        "minutes",
        sa.Column("boot", sa.Integer, nullable=False),
        sa.Column("t_ms", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in MINUTE_FIELDS),
    )
    _create_of_clip(
        "clock_pairs",
        sa.Column("boot", sa.Integer, nullable=False),
        sa.Column("t_ms", sa.BigInteger, nullable=False),
        sa.Column("utc_ms", sa.BigInteger, nullable=False),
        sa.Column("uncertainty_ms", sa.Integer, nullable=False),
    )
    _create_of_clip(
        "gaps",
        sa.Column("first_seq", sa.BigInteger, nullable=False),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
    )
    _create_plans()
    _create_reminders()


def _create_records() -> None:
    op.create_table(
        "records",
        sa.Column("record_id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("clip_id", sa.String(16), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("boot", sa.Integer, nullable=False),
        sa.Column("t_ms", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("fields", sa.JSON, nullable=True),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("sources", sa.SmallInteger, nullable=False),
        sa.Column("received_utc_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("record_id", name="pk_records"),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.clip_id"], name="fk_records_clip_id"),
        sa.UniqueConstraint("clip_id", "seq", name="uq_records_clip_id_seq"),
    )
    op.create_index("ix_records_clip_id_boot_t_ms", "records", ["clip_id", "boot", "t_ms"])


def _create_of_clip(name: str, *columns: sa.Column) -> None:
    op.create_table(
        name,
        sa.Column("clip_id", sa.String(16), nullable=False),
        sa.Column("seq", sa.BigInteger, autoincrement=False, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("clip_id", "seq", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.clip_id"], name=f"fk_{name}_clip_id"),
    )


def _create_plans() -> None:
    op.create_table(
        "plans",
        sa.Column("plan_id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("when_utc_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name="pk_plans"),
    )


def _create_reminders() -> None:
    op.create_table(
        "reminders",
        sa.Column("reminder_id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("exercise_ids", sa.String(200), nullable=False),
        sa.Column("due_utc_ms", sa.BigInteger, nullable=False),
        sa.Column("fired_utc_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("reminder_id", name="pk_reminders"),
    )
    op.create_index("ix_reminders_fired_utc_ms", "reminders", ["fired_utc_ms"])
    op.create_table(
        "answers",
        sa.Column("reminder_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("answer", sa.String(10), nullable=False),
        sa.Column("answered_utc_ms", sa.BigInteger, nullable=False),
        sa.Column("via", sa.String(20), nullable=False),
        sa.Column("snooze_min", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("reminder_id", name="pk_answers"),
        sa.ForeignKeyConstraint(
            ["reminder_id"], ["reminders.reminder_id"], name="fk_answers_reminder_id"
        ),
    )


def downgrade() -> None:
    """Drop all tables of this revision."""
    for name in (
        "answers",
        "reminders",
        "plans",
        "gaps",
        "clock_pairs",
        "minutes",
        "records",
        "clips",
    ):
        op.drop_table(name)
