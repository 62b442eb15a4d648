"""The same wire code on CPython and on both MicroPythons: same bytes, same errors, same hash."""

import json
import subprocess
from pathlib import Path

import hypothesis
from hypothesis import strategies as st

from poise.wire import codec, framing, rows

from .strategies import message, record

WIRE = Path(codec.__file__).parent
_EACH = 10  # examples of every row
SCRIPT = Path(__file__).parent / "vm_vectors.py"


def _drawn(strategy: st.SearchStrategy, count: int) -> list:
    """`count` examples, the same in every run."""
    found: list = []

    @hypothesis.seed(20261123)
    @hypothesis.settings(max_examples=count, database=None, phases=[hypothesis.Phase.generate])
    @hypothesis.given(strategy)
    def collect(example):
        found.append(example)

    collect()
    return found


def _plain(values: dict) -> dict:
    return {k: {"hex": v.hex()} if isinstance(v, bytes) else v for k, v in values.items()}


def _vectors() -> list[dict]:
    out = []
    drawn = [example for row in rows.MESSAGES for example in _drawn(message(row.name), _EACH)]
    for name, request_id, values in drawn:
        payload = codec.pack(name, request_id, **values)
        frame = framing.encode_frame(payload).hex()
        out.append(
            {
                "message": name,
                "id": request_id,
                "values": _plain(values),
                "hex": payload.hex(),
                "frame": frame,
            }
        )
    drawn = [example for row in rows.RECORDS for example in _drawn(record(row.name), _EACH)]
    for name, seq, boot, t_ms, values in drawn:
        data = codec.pack_record(name, seq, boot, t_ms, values)
        head = {"seq": seq, "boot": boot, "t_ms": t_ms}
        out.append({"record": name, **head, "values": _plain(values), "hex": data.hex()})
    return out


def test_vectors_agree(vm, tmp_path):
    vectors = _vectors()
    path = tmp_path / "vectors.jsonl"
    path.write_text("".join(json.dumps(v) + "\n" for v in vectors), encoding="utf-8")
    (tmp_path / "wire").symlink_to(WIRE, target_is_directory=True)
    done = subprocess.run(
        [*vm.argv, str(SCRIPT), str(path)],
        env={"MICROPYPATH": f"{tmp_path}:.frozen"}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    count = len(vectors)
    assert done.stdout.splitlines() == [
        codec.definition_hash().hex(),
        f"{count} vectors, {count} cut, 24 refused",
    ]
