"""Everything of one patient in one encrypted file, for the patient: every row of every table, as the database has it.

The file is encrypted with age (age-encryption.org/v1): to a recipient's public key, or by a passphrase. Inside is a
ZIP: `tables/NAME.jsonl` has a row of a table in each line, `plans/` the plans' texts, `logs/` each clip's records as
they stand on its flash, and `about.json` says what is what and how many.
"""

import base64
import datetime as dt
import io
import json
import zipfile
from typing import Any

import sqlalchemy as sa

from .. import __version__
from ..errors import PoiseError, Reason
from ..language import _
from ..store import Store, schema
from .needs import library

_MADE = (1980, 1, 1, 0, 0, 0)  # the same data give the same bytes before the encryption


def everything(store: Store, now_utc_ms: int) -> bytes:
    """Return the ZIP of everything that the store has of its patient. Raises PoiseError STORE_*."""
    counts: dict[str, int] = {}
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed,
        store.database.read() as connection,  # one state of all tables
    ):
        for table in schema.metadata.sorted_tables:
            if "patient_id" not in table.c:
                continue
            mine = sa.select(table).where(table.c.patient_id == store.patient_id)
            query = mine.order_by(*table.primary_key.columns)
            counts[table.name] = 0
            with packed.open(_entry(f"tables/{table.name}.jsonl"), "w") as file:
                for row in connection.execute(query.execution_options(yield_per=1000)).mappings():
                    file.write(json.dumps(_plain(row), ensure_ascii=False).encode() + b"\n")
                    counts[table.name] += 1
        plans = schema.plans
        for number, text in connection.execute(
            sa.select(plans.c.plan_id, plans.c.text).where(plans.c.patient_id == store.patient_id)
        ):
            _add(packed, f"plans/{number}.toml", text.encode())
        for clip_id in _clips(connection, store.patient_id):
            _add(packed, f"logs/{clip_id}.log", _log(connection, store.patient_id, clip_id))
        about = {
            "patient": store.patient.pseudonym,
            "made_utc_ms": now_utc_ms,
            "poise": __version__,
            "schema": schema.HEAD,
            "rows": counts,
            "bytes": "values of type bytes are in Base64; times are UTC in milliseconds",
        }
        _add(packed, "about.json", json.dumps(about, indent=2, ensure_ascii=False).encode())
    return out.getvalue()


def _clips(connection: sa.Connection, patient_id: int) -> list[str]:
    clips = schema.clips
    query = sa.select(clips.c.clip_id).where(clips.c.patient_id == patient_id)
    return list(connection.scalars(query.order_by(clips.c.clip_id)))


def _log(connection: sa.Connection, patient_id: int, clip_id: str) -> bytes:
    records = schema.records
    mine = (records.c.patient_id == patient_id) & (records.c.clip_id == clip_id)
    return b"".join(
        connection.scalars(sa.select(records.c.raw).where(mine).order_by(records.c.seq))
    )


def _plain(row: Any) -> dict[str, Any]:
    return {str(key): _cell(value) for key, value in row.items()}


def _cell(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def _add(packed: zipfile.ZipFile, name: str, data: bytes) -> None:
    packed.writestr(_entry(name), data)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _MADE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def encrypted(data: bytes, recipient: str, passphrase: str) -> bytes:
    """Return `data` encrypted with age, to a recipient (age1...) or by a passphrase. Raises PoiseError.

    MISSING_EXTRA without pyrage; BAD_INPUT for a recipient that is none, or for neither or both.
    """
    if bool(recipient) == bool(passphrase):
        raise PoiseError(
            Reason.BAD_INPUT,
            _("everything of a patient is only written encrypted"),
            _("Give one of --recipient age1... and --passphrase."),
        )
    age = library("pyrage", "clinical")
    if passphrase:
        return library("pyrage.passphrase", "clinical").encrypt(data, passphrase)
    try:
        return age.encrypt(data, [age.x25519.Recipient.from_str(recipient)])
    except age.RecipientError as error:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("'{recipient}' is no recipient of age").format(recipient=recipient),
            _("It begins with age1; `age-keygen` makes one."),
        ) from error
