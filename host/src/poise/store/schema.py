"""The tables. One definition for SQLite and PostgreSQL; `migrations/` builds it, a test holds the two together."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from poise.wire import codec

REVISIONS = ("0001",)  # every migration in `migrations/versions`, oldest first
HEAD = REVISIONS[-1]

# SQLite can only alter constraints that have names.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)

# SQLite numbers rows only for a column that is exactly INTEGER.
_ROW_ID = BigInteger().with_variant(Integer, "sqlite")


def _clip_id() -> Column:
    return Column("clip_id", String(16), ForeignKey("clips.clip_id"), nullable=False)


clips = Table(
    "clips",
    metadata,
    Column("clip_id", String(16), primary_key=True),  # hex of the 8 bytes
    Column("first_seen_utc_ms", BigInteger, nullable=False),
    Column(
        "next_seq", BigInteger, nullable=False
    ),  # every record before it is here or known to be gone
)

records = Table(
    "records",
    metadata,
    Column("record_id", _ROW_ID, primary_key=True, autoincrement=True),  # order of import
    _clip_id(),
    Column("seq", BigInteger, nullable=False),
    Column("boot", Integer, nullable=False),
    Column("t_ms", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column(
        "fields", JSON, nullable=True
    ),  # None for minutes and clock pairs: their own tables hold them
    Column("raw", LargeBinary, nullable=False),  # the bytes as they stand on the clip's flash
    Column("sources", SmallInteger, nullable=False),  # bit mask of `imports.SOURCE_BITS`
    Column("received_utc_ms", BigInteger, nullable=False),  # when it first arrived
    UniqueConstraint("clip_id", "seq"),
)
Index(None, records.c.clip_id, records.c.boot, records.c.t_ms)

# Columns named as the fields of the wire's `minute` record; enumerations as their codes.
MINUTE_FIELDS = tuple(name for name, _, _ in codec.record_layout("minute").fields)
minutes = Table(
    "minutes",
    metadata,
    Column("clip_id", String(16), ForeignKey("clips.clip_id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("boot", Integer, nullable=False),
    Column("t_ms", BigInteger, nullable=False),  # the minute's end
    *(Column(name, Integer, nullable=False) for name in MINUTE_FIELDS),
)

clock_pairs = Table(
    "clock_pairs",
    metadata,
    Column("clip_id", String(16), ForeignKey("clips.clip_id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("boot", Integer, nullable=False),
    Column("t_ms", BigInteger, nullable=False),
    Column("utc_ms", BigInteger, nullable=False),
    Column("uncertainty_ms", Integer, nullable=False),
)

# Stretches of sequence numbers that the clip itself said are gone, so that nobody asks for them again.
gaps = Table(
    "gaps",
    metadata,
    Column("clip_id", String(16), ForeignKey("clips.clip_id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # of the record that said so
    Column("first_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("reason", String(16), nullable=False),
)

plans = Table(
    "plans",
    metadata,
    Column("plan_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("content_hash", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("who", String(200), nullable=False),
    Column("when_utc_ms", BigInteger, nullable=False),
)

reminders = Table(
    "reminders",
    metadata,
    Column("reminder_id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("exercise_ids", String(200), nullable=False),
    Column("due_utc_ms", BigInteger, nullable=False),
    Column("fired_utc_ms", BigInteger, nullable=False),
)
Index(None, reminders.c.fired_utc_ms)

answers = Table(
    "answers",
    metadata,
    # One answer for each reminder: the first one; the key refuses a second.
    Column(
        "reminder_id",
        _ROW_ID,
        ForeignKey("reminders.reminder_id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("answer", String(10), nullable=False),
    Column("answered_utc_ms", BigInteger, nullable=False),
    Column("via", String(20), nullable=False),
    Column("snooze_min", Integer, nullable=False),
)
