"""Plan files for the tests: one head, and the tables that a test is about."""

import json


def exercise(**fields: object) -> str:
    """Return the table of one exercise. Without `times` it is at eight in the morning."""
    return table("[exercises]", **fields, **({} if "times" in fields else {"times": ["08:00"]}))


def shrug(**fields: object) -> str:
    """Return the table of an exercise that the clip does not judge, at nine in the morning."""
    told = {"name": "Shrug", "instructions": "Lift the shoulders.", "sets": 1, "times": ["09:00"]}
    return exercise(id="shrug", **told, **fields)


def table(name: str, /, **fields: object) -> str:
    """Return one TOML table, `[name]` and a line for each field."""
    return f"[{name}]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in fields.items())


def plan_text(
    *tables: str,
    patient: str = "P",
    version: int = 1,
    zone: str = "UTC",
    quiet: tuple[str, str] | None = None,
) -> str:
    """Return a plan file: its head, then `tables` as given."""
    head: dict[str, object] = {"patient": patient, "therapist": "T"}
    head |= {"version": version, "timezone": zone}
    if quiet is not None:
        head["quiet_hours"] = list(quiet)
    return "".join(f"{key} = {_value(value)}\n" for key, value in head.items()) + "".join(tables)


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)  # of these values TOML's and JSON's spelling agree
