"""Migration 0002: sessions, diary, treatments, outcomes, holds and nudge marks; cause of a reminder.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add `cause` and `silent` to `reminders`, and create the tables of the patient's own entries."""
    # Not as a batch, which makes the table anew, while `answers` refers to it.
    cause = sa.Column("cause", sa.String(10), nullable=False, server_default="clock")
    op.add_column("reminders", cause)
    silent = sa.Column("silent", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("reminders", silent)
    _create_sessions()
    _create_diary()
    _create_holds()
    op.create_table(
        "nudge_marks",
        sa.Column("clip_id", sa.String(16), nullable=False),
        sa.Column("seq", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("mark", sa.String(10), nullable=False),
        sa.Column("marked_utc_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", "seq", name="pk_nudge_marks"),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.clip_id"], name="fk_nudge_marks_clip_id"),
    )


def _create_numbered(name: str, number: str, *columns: sa.Column | sa.Constraint) -> None:
    op.create_table(
        name,
        sa.Column(number, ROW_ID, autoincrement=True, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint(number, name=f"pk_{name}"),
    )


def _create_sessions() -> None:
    name = "exercise_sessions"
    _create_numbered(
        name,
        "session_id",
        sa.Column("plan_id", ROW_ID, nullable=True),
        sa.Column("exercise_id", sa.String(40), nullable=False),
        sa.Column("started_utc_ms", sa.BigInteger, nullable=False),
        sa.Column("ended_utc_ms", sa.BigInteger, nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        sa.Column("site", sa.String(12), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reps_prescribed", sa.Integer, nullable=False),
        sa.Column("reps_done", sa.Integer, nullable=False),
        sa.Column("hold_prescribed_s", sa.Integer, nullable=False),
        sa.Column("hold_done_s", sa.Integer, nullable=False),
        sa.Column("pain_before", sa.SmallInteger, nullable=True),
        sa.Column("pain_after", sa.SmallInteger, nullable=True),
        sa.Column("via", sa.String(20), nullable=False),
        sa.Column("entered_utc_ms", sa.BigInteger, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.plan_id"], name=f"fk_{name}_plan_id"),
    )
    op.create_index(f"ix_{name}_started_utc_ms", name, ["started_utc_ms"])
    _create_numbered(
        "reference_repetitions",
        "reference_id",
        sa.Column("exercise_id", sa.String(40), nullable=False),
        sa.Column("site", sa.String(12), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("when_utc_ms", sa.BigInteger, nullable=False),
        sa.Column("measures", sa.JSON, nullable=False),
    )


def _create_diary() -> None:
    _create_numbered(
        "diary_entries",
        "entry_id",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("headache", sa.Boolean, nullable=True),
        sa.Column("headache_nrs", sa.SmallInteger, nullable=True),
        sa.Column("neck_nrs", sa.SmallInteger, nullable=True),
        sa.Column("medication", sa.JSON, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("entered_utc_ms", sa.BigInteger, nullable=False),
        sa.Column("backfilled", sa.Boolean, nullable=False),
        sa.Column("via", sa.String(20), nullable=False),
    )
    op.create_index("ix_diary_entries_day", "diary_entries", ["day"])
    _create_numbered(
        "treatments",
        "treatment_id",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("entered_utc_ms", sa.BigInteger, nullable=False),
        sa.Column("removed_utc_ms", sa.BigInteger, nullable=True),
    )
    _create_numbered(
        "outcomes",
        "outcome_id",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("measure", sa.String(16), nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("entered_utc_ms", sa.BigInteger, nullable=False),
    )


def _create_holds() -> None:
    _create_numbered(
        "holds",
        "hold_id",
        sa.Column("raised_utc_ms", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("via", sa.String(20), nullable=False),
    )
    op.create_table(
        "clearances",
        sa.Column("hold_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("cleared_utc_ms", sa.BigInteger, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("hold_id", name="pk_clearances"),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.hold_id"], name="fk_clearances_hold_id"),
    )


def downgrade() -> None:
    """Drop the tables and columns of this revision."""
    for name in (
        "nudge_marks",
        "clearances",
        "holds",
        "outcomes",
        "treatments",
        "diary_entries",
        "reference_repetitions",
        "exercise_sessions",
    ):
        op.drop_table(name)
    op.drop_column("reminders", "silent")
    op.drop_column("reminders", "cause")
