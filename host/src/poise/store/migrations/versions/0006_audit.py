"""Migration 0006: the audit. `poise.store.audit` adds the triggers that keep its rows.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the table `audit`."""
    op.create_table(
        "audit",
        sa.Column("audit_id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("when_utc_ms", sa.BigInteger, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("patient_id", ROW_ID, nullable=True),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("audit_id", name="pk_audit"),
    )
    op.create_index("ix_audit_patient_id", "audit", ["patient_id"])


def downgrade() -> None:
    """Refuse: an audit is not dropped."""
    raise NotImplementedError("go back to a copy of the store from before")
