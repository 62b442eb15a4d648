"""Migration 0005: patients are records. What a store held so far belongs to its one patient.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
CLIP = ["patient_id", "clip_id"]
# Table -> what its primary key has beside the clip.
OF_CLIP = {
    "minutes": "seq",
    "clock_pairs": "seq",
    "gaps": "seq",
    "log_parts": "part",
    "nudge_marks": "seq",
    "records": None,
}
# Table -> the column of its index; the patient comes before it.
OF_PATIENT = {
    "plans": None,
    "reminders": "fired_utc_ms",
    "answers": None,
    "exercise_sessions": "started_utc_ms",
    "reference_repetitions": None,
    "diary_entries": "day",
    "treatments": None,
    "outcomes": None,
    "holds": None,
    "clearances": None,
    "preferences": None,
}


def upgrade() -> None:
    """Create `patients` with one patient, and give every row of clips and patients its patient."""
    patients = op.create_table(
        "patients",
        sa.Column("patient_id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("pseudonym", sa.String(100), nullable=False),
        sa.Column("added_utc_ms", sa.BigInteger, nullable=False),
        sa.Column("archived_utc_ms", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("patient_id", name="pk_patients"),
        sa.UniqueConstraint("pseudonym", name="uq_patients_pseudonym"),
    )
    op.bulk_insert(patients, [{"pseudonym": "", "added_utc_ms": 0}])
    for name in ("clips", *OF_CLIP, *OF_PATIENT):
        # Without a copy of the table; the copies below drop the default.
        op.add_column(name, sa.Column("patient_id", ROW_ID, nullable=False, server_default="1"))
    first = sa.Column("first_seq", sa.BigInteger, nullable=False, server_default="1")
    op.add_column("clips", first)
    number = sa.Column("assignment", sa.BigInteger, nullable=False, server_default="0")
    op.add_column("clips", number)
    told = sa.Column("told", sa.Boolean, nullable=False, server_default=sa.true())
    op.add_column("clips", told)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:  # else a copy of each table changes all of it at once
        for name in OF_CLIP:
            op.drop_constraint(f"fk_{name}_clip_id", name, type_="foreignkey")
    with op.batch_alter_table("clips") as batch:
        batch.add_column(sa.Column("returned_utc_ms", sa.BigInteger, nullable=True))
        batch.alter_column("patient_id", server_default=None)
        for name in ("first_seq", "assignment", "told"):
            batch.alter_column(name, server_default=None)
        batch.drop_constraint("pk_clips", type_="primary")
        batch.create_primary_key("pk_clips", CLIP)
        _refer(batch, "clips")
    for name, last in OF_CLIP.items():
        _change_of_clip(name, last, is_sqlite=is_sqlite)
    for name, indexed in OF_PATIENT.items():
        if indexed:
            op.drop_index(f"ix_{name}_{indexed}", name)
        with op.batch_alter_table(name) as batch:
            batch.alter_column("patient_id", server_default=None)
            _refer(batch, name)
        if indexed:
            op.create_index(f"ix_{name}_patient_id_{indexed}", name, ["patient_id", indexed])


def _refer(batch: "op.BatchOperations", name: str) -> None:
    batch.create_foreign_key(f"fk_{name}_patient_id", "patients", ["patient_id"], ["patient_id"])


def _change_of_clip(name: str, last: str | None, *, is_sqlite: bool) -> None:
    if last is None:
        op.drop_index("ix_records_clip_id_boot_t_ms", name)
    with op.batch_alter_table(name) as batch:
        batch.alter_column("patient_id", server_default=None)
        if is_sqlite:
            batch.drop_constraint(f"fk_{name}_clip_id", type_="foreignkey")
        if last is None:
            batch.drop_constraint("uq_records_clip_id_seq", type_="unique")
            batch.create_unique_constraint("uq_records_patient_id_clip_id_seq", [*CLIP, "seq"])
        else:
            batch.drop_constraint(f"pk_{name}", type_="primary")
            batch.create_primary_key(f"pk_{name}", [*CLIP, last])
        batch.create_foreign_key(f"fk_{name}_patient_id_clip_id", "clips", CLIP, CLIP)
    if last is None:
        op.create_index("ix_records_patient_id_clip_id_boot_t_ms", name, [*CLIP, "boot", "t_ms"])


def downgrade() -> None:
    """Refuse: a store of several patients has no older form."""
    raise NotImplementedError("go back to a copy of the store from before")
