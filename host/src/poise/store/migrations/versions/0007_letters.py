"""Migration 0007: letters between a patient and a clinic, and whose keys are believed.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the tables `correspondents` and `letters`."""
    op.create_table(
        "correspondents",
        sa.Column("correspondent_id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("patient_id", ROW_ID, nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("fingerprint", sa.String(20), nullable=False),
        sa.Column("signing", sa.String(64), nullable=False),
        sa.Column("sealing", sa.String(100), nullable=False),
        sa.Column("assignment", sa.BigInteger, nullable=False),
        sa.Column("since_utc_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("correspondent_id", name="pk_correspondents"),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.patient_id"], name="fk_correspondents_patient_id"
        ),
    )
    op.create_table(
        "letters",
        sa.Column("letter_id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("patient_id", ROW_ID, nullable=False),
        sa.Column("direction", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("fingerprint", sa.String(20), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("utc_ms", sa.BigInteger, nullable=False),
        sa.Column("noted_utc_ms", sa.BigInteger, nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("letter_id", name="pk_letters"),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["patients.patient_id"], name="fk_letters_patient_id"
        ),
    )


def downgrade() -> None:
    """Drop the tables of this revision."""
    op.drop_table("letters")
    op.drop_table("correspondents")
