"""Command `poise status`: asks the clip for its state."""

from typing import Any

import typer

from ..clip.client import ClipClient
from ..words.records import ACTIVITIES, POWER, STATES, UNKNOWN_PCT, measure
from .context import ble_client, clock, local_time, new_app, print_json, run, usb_client

app = new_app("Ask the clip how it is.")


@app.command()
def status(
    clip: str = typer.Option(
        None, "--clip", help="Its name or the end of it; else the first one found."
    ),
    usb: bool = typer.Option(False, "--usb", help="Over USB instead of Bluetooth."),
    port: str = typer.Option(None, "--port", help="Serial port, for USB."),
    battery_mah: float = typer.Option(
        None, "--battery-mah", min=10, help="Its cell's capacity; else that of the parts list."
    ),
    as_json: bool = typer.Option(False, "--json", help="For scripts."),
) -> None:
    """Ask the clip how it is."""
    client = usb_client(port) if usb or port else ble_client(clip)
    answer = run(_ask(client))
    if as_json:
        print_json(answer)
        return
    rows = (
        ("clip", f"{answer['clip_id']}, firmware {answer['firmware']}"),
        (
            "state",
            f"{STATES[answer['state']]}, {ACTIVITIES[answer['activity']]},"
            f" {measure(answer['site'])} {answer['flexion_cdeg'] / 100:.0f}°",
        ),
        *_safe_mode(answer),
        ("start position", _start_position(answer)),
        ("battery", _battery(answer, battery_mah, clock().utc_ms())),
        ("running", f"{answer['t_ms'] / 3_600_000:.1f} h since start {answer['boot']}"),
        ("log", _log(answer)),
        (
            "health",
            f"sensor {answer['imu']}, {answer['faults']} faults, {answer['fifo_overruns']} overruns,"
            f" {answer['bad_frames']} bad frames",
        ),
        (
            "memory",
            f"{answer['heap_used_bytes'] // 1024} KiB in use; for the radio"
            f" {answer['system_free_bytes'] // 1024} KiB free,"
            f" {answer['system_block_bytes'] // 1024} KiB in one block",
        ),
    )
    for name, text in rows:
        typer.echo(f"{name:<9} {text}")


def _battery(answer: dict[str, Any], capacity_mah: float | None, now_utc_ms: int) -> str:
    """Return charge, mode and remaining time as text.

    The time is a range from a model that no hardware has confirmed.
    """
    if answer["charging"]:
        return f"{_percent(answer)}, charging"
    text = f"{_percent(answer)}; {POWER[answer['power']]}"
    from ..power.left import CELL_MAH, hours_left

    capacity_mah = capacity_mah or CELL_MAH
    left = hours_left(answer["battery_pct"], answer["power"], capacity_mah)
    if left is None:
        return text
    least, most = (local_time(now_utc_ms + int(hours * 3_600_000), seconds=False) for hours in left)
    return (
        f"{text}\n{'':<9} at this pace it lasts about {left[0]:.0f} to {left[1]:.0f} h, until between"
        f" {least} and {most} (a cell of {capacity_mah:.0f} mAh, by calculation)"
    )


def _percent(answer: dict[str, Any]) -> str:
    pct = answer["battery_pct"]
    return "charge not known" if pct == UNKNOWN_PCT else f"{pct} %"


def _safe_mode(answer: dict[str, Any]) -> list[tuple[str, str]]:
    if not answer["safe_mode"]:
        return []
    return [
        (
            "safe mode",
            "after three crashes in a row: it measures nothing, and tries again by itself.",
        ),
        (
            "",
            "`poise events --kind crash` says why; `poise flash firmware` puts the firmware on it anew.",
        ),
    ]


def _start_position(answer: dict[str, Any]) -> str:
    if answer["fit"] == "unknown":
        return "none yet: `poise calibrate`, or a long press of the button"
    words = {
        "checking": "to be checked: sit upright and still for a moment",
        "fits": "fits",
        "shifted": "has shifted: sit upright, press the button, hold still",
        "turned": "the clip was turned: `poise calibrate`",
    }
    return f"quality {answer['quality_pct']} %, {words[answer['fit']]}"


def _log(answer: dict[str, Any]) -> str:
    confirmed = (
        f"confirmed to {answer['acked_seq'] - 1}" if answer["acked_seq"] else "none confirmed yet"
    )
    return f"records {answer['oldest_seq']} to {answer['next_seq'] - 1}, {confirmed}"


async def _ask(client: ClipClient) -> dict[str, Any]:
    identity = await client.open()
    try:
        answer = await client.status()
    finally:
        await client.close()
    return {
        "clip_id": identity.clip_id,
        "firmware": identity.firmware,
        "boot": identity.boot,
        **answer,
    }
