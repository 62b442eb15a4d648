"""Migration 0004: the patient's own preferences.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the table `preferences`."""
    op.create_table(
        "preferences",
        sa.Column("preference_id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.Column("via", sa.String(20), nullable=False),
        sa.Column("chosen_utc_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("preference_id", name="pk_preferences"),
    )


def downgrade() -> None:
    """Drop the table of this revision."""
    op.drop_table("preferences")
