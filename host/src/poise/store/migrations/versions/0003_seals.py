"""Migration 0003: tables that reveal damage: parts of each clip's log, seals of the tables, the store's id and age.

`poise.store.parts` and `poise.store.seals` fill them in.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables `log_parts`, `seals` and `store_age`."""
    op.create_table(
        "log_parts",
        sa.Column("clip_id", sa.String(16), nullable=False),
        sa.Column("part", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("kinds", sa.JSON, nullable=False),
        sa.Column("spans", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", "part", name="pk_log_parts"),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.clip_id"], name="fk_log_parts_clip_id"),
    )
    op.create_table(
        "seals",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("columns", sa.Text, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("sum", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_seals"),
    )
    op.create_table(
        "store_age",
        sa.Column("store_id", sa.String(32), nullable=False),
        sa.Column("changes", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("store_id", name="pk_store_age"),
    )


def downgrade() -> None:
    """Drop the tables of this revision."""
    for name in ("store_age", "seals", "log_parts"):
        op.drop_table(name)
