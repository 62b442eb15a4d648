"""The tables, defined once for SQLite and PostgreSQL. `migrations/` creates them; a test compares the two."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from ..wire import codec

REVISIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
)  # every migration in `migrations/versions`, oldest first
HEAD = REVISIONS[-1]

# SQLite can only alter constraints that have names.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)

# Alembic's own table, with the revision of the schema.
alembic_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

# SQLite numbers rows only for a column that is exactly INTEGER.
_ROW_ID = BigInteger().with_variant(Integer, "sqlite")


def _numbered(name: str) -> Column[int]:
    return Column(name, _ROW_ID, primary_key=True, autoincrement=True)


# A store begins with one patient without a pseudonym, who gets that of the first plan.
patients = Table(
    "patients",
    metadata,
    _numbered("patient_id"),
    Column("pseudonym", String(100), nullable=False, unique=True),
    Column("added_utc_ms", BigInteger, nullable=False),  # 0: since the store began
    Column("archived_utc_ms", BigInteger, nullable=True),  # not shown among those in treatment
)


def _patient_id() -> Column[int]:
    """Whose row it is. Each query names the patient; `poise.store.patients` says how."""
    return Column("patient_id", _ROW_ID, ForeignKey("patients.patient_id"), nullable=False)


def _of_clip() -> tuple[Column[int], Column[str], ForeignKeyConstraint]:
    """The key of a log: a clip in one patient's hands. The next patient of the clip has another log."""
    return (
        Column("patient_id", _ROW_ID, primary_key=True, autoincrement=False),
        Column("clip_id", String(16), primary_key=True),
        ForeignKeyConstraint(["patient_id", "clip_id"], ["clips.patient_id", "clips.clip_id"]),
    )


clips = Table(
    "clips",
    metadata,
    Column(
        "patient_id",
        _ROW_ID,
        ForeignKey("patients.patient_id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("clip_id", String(16), primary_key=True),  # hex of the 8 bytes
    Column("returned_utc_ms", BigInteger, nullable=True),  # None: the patient has it
    Column("first_seen_utc_ms", BigInteger, nullable=False),
    Column(
        "next_seq", BigInteger, nullable=False
    ),  # every earlier record is stored or reported lost
    # Every earlier record is of whoever had the clip before.
    Column("first_seq", BigInteger, nullable=False),
    # Number of the hand-out, which the clip keeps too; 0: nobody has handed it out.
    Column("assignment", BigInteger, nullable=False),
    Column("told", Boolean, nullable=False),  # the clip has that number
)

records = Table(
    "records",
    metadata,
    Column("record_id", _ROW_ID, primary_key=True, autoincrement=True),  # order of import
    Column("patient_id", _ROW_ID, nullable=False),
    Column("clip_id", String(16), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("boot", Integer, nullable=False),
    Column("t_ms", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column(
        "fields", JSON, nullable=True
    ),  # None for minutes and clock pairs, which have their own tables
    Column("raw", LargeBinary, nullable=False),  # the bytes as they stand on the clip's flash
    Column("sources", SmallInteger, nullable=False),  # bit mask of `imports.SOURCE_BITS`
    Column("received_utc_ms", BigInteger, nullable=False),  # of the first arrival
    UniqueConstraint("patient_id", "clip_id", "seq"),
    ForeignKeyConstraint(["patient_id", "clip_id"], ["clips.patient_id", "clips.clip_id"]),
)
Index(None, records.c.patient_id, records.c.clip_id, records.c.boot, records.c.t_ms)

# Columns named as the fields of the wire's `minute` record; enumerations as their codes.
MINUTE_FIELDS = tuple(name for name, _, _ in codec.record_layout("minute").fields)
minutes = Table(
    "minutes",
    metadata,
    *_of_clip(),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("boot", Integer, nullable=False),
    Column("t_ms", BigInteger, nullable=False),  # the minute's end
    *(Column(name, Integer, nullable=False) for name in MINUTE_FIELDS),
)

clock_pairs = Table(
    "clock_pairs",
    metadata,
    *_of_clip(),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("boot", Integer, nullable=False),
    Column("t_ms", BigInteger, nullable=False),
    Column("utc_ms", BigInteger, nullable=False),
    Column("uncertainty_ms", Integer, nullable=False),
)

# Stretches of sequence numbers that the clip reported lost, so that the host does not ask for them again.
gaps = Table(
    "gaps",
    metadata,
    *_of_clip(),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # of the gap record
    Column("first_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("reason", String(16), nullable=False),
)

# Summary of each stretch of a clip's log. It reveals lost records, and a period is found without reading the whole
# log. `poise.store.parts` maintains it.
log_parts = Table(
    "log_parts",
    metadata,
    *_of_clip(),
    Column("part", BigInteger, primary_key=True, autoincrement=False),  # seq // parts.SIZE
    Column("kinds", JSON, nullable=False),  # kind -> records
    Column("spans", JSON, nullable=False),  # boot -> [least, greatest t_ms]
)

plans = Table(
    "plans",
    metadata,
    _numbered("plan_id"),
    _patient_id(),
    Column("content_hash", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("who", String(200), nullable=False),
    Column("when_utc_ms", BigInteger, nullable=False),
)

reminders = Table(
    "reminders",
    metadata,
    _numbered("reminder_id"),
    _patient_id(),
    Column("exercise_ids", String(200), nullable=False),
    Column("due_utc_ms", BigInteger, nullable=False),
    Column("fired_utc_ms", BigInteger, nullable=False),
    Column("cause", String(10), nullable=False, server_default="clock"),  # clock, dose
    # A probe: due and on purpose not shown, for comparison with the reminders that were shown. Also True while no way
    # can show the reminder.
    Column("silent", Boolean, nullable=False, server_default=false()),
)
Index(None, reminders.c.patient_id, reminders.c.fired_utc_ms)

answers = Table(
    "answers",
    metadata,
    # One answer for each reminder, the earliest; the key refuses a second.
    Column(
        "reminder_id",
        _ROW_ID,
        ForeignKey("reminders.reminder_id"),
        primary_key=True,
        autoincrement=False,
    ),
    _patient_id(),
    Column("answer", String(10), nullable=False),
    Column("answered_utc_ms", BigInteger, nullable=False),
    Column("via", String(20), nullable=False),
    Column("snooze_min", Integer, nullable=False),
)


# --- the patient's own entries: entries are kept, so that it stays known who said what and when

exercise_sessions = Table(
    "exercise_sessions",
    metadata,
    _numbered("session_id"),
    _patient_id(),
    Column("plan_id", _ROW_ID, ForeignKey("plans.plan_id"), nullable=True),
    Column("exercise_id", String(40), nullable=False),
    Column("started_utc_ms", BigInteger, nullable=False),
    Column("ended_utc_ms", BigInteger, nullable=False),
    Column("standing", String(16), nullable=False, key="source"),  # sensed, partly, self_reported
    Column("site", String(12), nullable=False),
    Column("outcome", String(16), nullable=False),  # done, partly, stopped_pain, stopped_flag
    Column("reps_prescribed", Integer, nullable=False),
    Column("reps_done", Integer, nullable=False),
    Column("hold_prescribed_s", Integer, nullable=False),  # of each repetition
    Column("hold_done_s", Integer, nullable=False),  # mean of the repetitions
    Column("pain_before", SmallInteger, nullable=True),  # 0 to 10
    Column("pain_after", SmallInteger, nullable=True),
    Column("via", String(20), nullable=False),
    Column("entered_utc_ms", BigInteger, nullable=False),
    Column("detail", JSON, nullable=False),
)
Index(None, exercise_sessions.c.patient_id, exercise_sessions.c.started_utc_ms)

reference_repetitions = Table(
    "reference_repetitions",
    metadata,
    _numbered("reference_id"),
    _patient_id(),
    Column("exercise_id", String(40), nullable=False),
    Column("site", String(12), nullable=False),
    Column("who", String(200), nullable=False),
    Column("when_utc_ms", BigInteger, nullable=False),
    Column("measures", JSON, nullable=False),
)

diary_entries = Table(
    "diary_entries",
    metadata,
    _numbered("entry_id"),  # the newest of a day counts
    _patient_id(),
    Column("day", Date, nullable=False),
    Column("headache", Boolean, nullable=True),  # None: not answered
    Column("headache_nrs", SmallInteger, nullable=True),  # 0 to 10
    Column("neck_nrs", SmallInteger, nullable=True),
    Column("medication", JSON, nullable=False),  # classes taken that day
    Column("note", Text, nullable=False),
    Column("entered_utc_ms", BigInteger, nullable=False),
    Column("backfilled", Boolean, nullable=False),  # entered later than the following day
    Column("via", String(20), nullable=False),
)
Index(None, diary_entries.c.patient_id, diary_entries.c.day)

treatments = Table(
    "treatments",
    metadata,
    _numbered("treatment_id"),
    _patient_id(),
    Column("day", Date, nullable=False),
    Column("kind", String(16), nullable=False),  # visit, injection, new_drug, other, ill, away
    Column("text", Text, nullable=False),
    Column("entered_utc_ms", BigInteger, nullable=False),
    Column("removed_utc_ms", BigInteger, nullable=True),
)

outcomes = Table(
    "outcomes",
    metadata,
    _numbered("outcome_id"),
    _patient_id(),
    Column("day", Date, nullable=False),
    Column("measure", String(16), nullable=False),
    Column("score", Float, nullable=False),
    Column("detail", JSON, nullable=False),
    Column("who", String(200), nullable=False),
    Column("entered_utc_ms", BigInteger, nullable=False),
)

# Stops of the programme. Each is open until it has a clearance.
holds = Table(
    "holds",
    metadata,
    _numbered("hold_id"),
    _patient_id(),
    Column("raised_utc_ms", BigInteger, nullable=False),
    Column("reason", String(16), nullable=False),  # pain, red_flag, unwell
    Column("detail", Text, nullable=False),
    Column("via", String(20), nullable=False),
)

clearances = Table(
    "clearances",
    metadata,
    # One clearance for each hold; the key refuses a second.
    Column("hold_id", _ROW_ID, ForeignKey("holds.hold_id"), primary_key=True, autoincrement=False),
    _patient_id(),
    Column("cleared_utc_ms", BigInteger, nullable=False),
    Column("who", String(200), nullable=False),
    Column("note", Text, nullable=False),
)

# The wearer's marks on nudges; the nudge itself is a record of the clip.
nudge_marks = Table(
    "nudge_marks",
    metadata,
    *_of_clip(),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("mark", String(10), nullable=False),  # wrong
    Column("marked_utc_ms", BigInteger, nullable=False),
)

# The patient's choices, such as how reminders come; the newest of a name counts.
preferences = Table(
    "preferences",
    metadata,
    _numbered("preference_id"),
    _patient_id(),
    Column("name", String(40), nullable=False),
    Column("value", String(200), nullable=False),
    Column("via", String(20), nullable=False),
    Column("chosen_utc_ms", BigInteger, nullable=False),
)

# Who saw and changed what. Rows are only added; `poise.store.audit` says what else may happen to them.
audit = Table(
    "audit",
    metadata,
    _numbered("audit_id"),
    Column("when_utc_ms", BigInteger, nullable=False),
    Column("who", String(200), nullable=False),
    # Refers to no row: what was done for a patient outlives the patient's row.
    Column("patient_id", _ROW_ID, nullable=True),
    Column("act", String(40), nullable=False),
    Column("detail", Text, nullable=False),
)
Index(None, audit.c.patient_id)
# Whose public keys are believed: the clinic's on a patient's computer, the patients' at a clinic; the newest counts.
correspondents = Table(
    "correspondents",
    metadata,
    _numbered("correspondent_id"),
    _patient_id(),
    Column("role", String(10), nullable=False),  # clinic, patient
    Column("fingerprint", String(20), nullable=False),
    Column("signing", String(64), nullable=False),  # hex; "": only the fingerprint is confirmed
    Column("sealing", String(100), nullable=False),
    Column("assignment", BigInteger, nullable=False),  # of the hand-out then
    Column("since_utc_ms", BigInteger, nullable=False),
)

letters = Table(
    "letters",
    metadata,
    _numbered("letter_id"),
    _patient_id(),
    Column("direction", String(10), nullable=False),  # sent, taken, draft
    Column("kind", String(10), nullable=False),  # to_clinic, to_patient
    Column("number", BigInteger, nullable=False),
    Column("fingerprint", String(20), nullable=False),  # of its writer
    Column("digest", String(64), nullable=False),
    Column("utc_ms", BigInteger, nullable=False),  # when it was written
    Column("noted_utc_ms", BigInteger, nullable=False),  # when it was stored here
    Column("detail", JSON, nullable=False),
)

# Count and checksum of each table that `poise.store.seals` watches; triggers update them. SQLite only.
seals = Table(
    "seals",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("columns", Text, nullable=False),  # that the checksum covers
    Column("rows", BigInteger, nullable=False),
    Column("sum", BigInteger, nullable=False),
)

# One row: the store's id, and the number of transactions that have changed it.
store_age = Table(
    "store_age",
    metadata,
    Column("store_id", String(32), primary_key=True),
    Column("changes", BigInteger, nullable=False),
)
