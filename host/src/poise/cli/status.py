"""Command `poise status`: asks the clip for its state."""

from typing import Any

import typer

from ..clip.client import ClipClient
from ..language import _, formats
from ..words import records
from ..words.records import UNKNOWN_PCT, measure
from .context import ble_client, clock, local_time, new_app, print_json, run, usb_client

_NAME_WIDTH = 9
app = new_app(_("Ask the clip how it is."))


@app.command()
def status(
    clip: str = typer.Option(
        None, "--clip", help=_("Its name or the end of it; else the first one found.")
    ),
    usb: bool = typer.Option(False, "--usb", help=_("Over USB instead of Bluetooth.")),
    port: str = typer.Option(None, "--port", help=_("Serial port, for USB.")),
    battery_mah: float = typer.Option(
        None, "--battery-mah", min=10, help=_("Its cell's capacity; else that of the parts list.")
    ),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Ask the clip how it is."""
    client = usb_client(port) if usb or port else ble_client(clip)
    answer = run(_ask(client))
    if as_json:
        print_json(answer)
        return
    rows = (
        (
            _("clip"),
            _("{clip_id}, firmware {firmware} for {board}").format(
                clip_id=answer["clip_id"], firmware=answer["firmware"], board=answer["board"]
            ),
        ),
        (
            _("state"),
            f"{records.STATES[answer['state']]}, {records.ACTIVITIES[answer['activity']]},"
            f" {measure(answer['site'])} {answer['flexion_cdeg'] / 100:.0f}°",
        ),
        *_safe_mode(answer),
        (_("start position"), _start_position(answer)),
        (_("battery"), _battery(answer, battery_mah, clock().utc_ms())),
        (
            _("running"),
            _("{hours} h since start {boot}").format(
                hours=formats.number(answer["t_ms"] / 3_600_000, 1), boot=answer["boot"]
            ),
        ),
        (_("log"), _log(answer)),
        (
            _("health"),
            _(
                "sensor {imu}, {faults} faults, {fifo_overruns} overruns, {bad_frames} bad frames"
            ).format(
                imu=answer["imu"],
                faults=answer["faults"],
                fifo_overruns=answer["fifo_overruns"],
                bad_frames=answer["bad_frames"],
            ),
        ),
        (
            _("memory"),
            _("{used} KiB in use; for the radio {free} KiB free, {block} KiB in one block").format(
                used=answer["heap_used_bytes"] // 1024,
                free=answer["system_free_bytes"] // 1024,
                block=answer["system_block_bytes"] // 1024,
            ),
        ),
    )
    for name, text in rows:
        typer.echo(f"{name:<{_NAME_WIDTH}} {text}")


def _battery(answer: dict[str, Any], capacity_mah: float | None, now_utc_ms: int) -> str:
    """Return charge, mode and remaining time as text.

    The time is a range from a model that no hardware has confirmed.
    """
    if answer["charging"]:
        return _("{charge}, charging").format(charge=_percent(answer))
    text = f"{_percent(answer)}; {records.POWER[answer['power']]}"
    from ..power.left import CELL_MAH, hours_left

    capacity_mah = capacity_mah or CELL_MAH
    left = hours_left(answer["battery_pct"], answer["power"], capacity_mah, answer["board"])
    if left is None:
        return text
    least, most = (local_time(now_utc_ms + int(hours * 3_600_000), seconds=False) for hours in left)
    lasts = _(
        "at this pace it lasts about {least_h:.0f} to {most_h:.0f} h, until between {first} and {last} "
        "(a cell of {capacity_mah:.0f} mAh, by calculation)"
    ).format(
        least_h=left[0],
        most_h=left[1],
        first=least,
        last=most,
        capacity_mah=capacity_mah,
    )
    return f"{text}\n{'':<{_NAME_WIDTH}} {lasts}"


def _percent(answer: dict[str, Any]) -> str:
    pct = answer["battery_pct"]
    return _("charge not known") if pct == UNKNOWN_PCT else f"{pct} %"


def _safe_mode(answer: dict[str, Any]) -> list[tuple[str, str]]:
    if not answer["safe_mode"]:
        return []
    return [
        (
            _("safe mode"),
            _("after three crashes in a row: it measures nothing, and tries again by itself."),
        ),
        (
            "",
            _(
                "`poise events --kind crash` says why; `poise flash firmware` puts the firmware on "
                "it anew."
            ),
        ),
    ]


def _start_position(answer: dict[str, Any]) -> str:
    if answer["fit"] == "unknown":
        return _("none yet: `poise calibrate`, or a long press of the button")
    words = {
        "checking": _("to be checked: sit upright and still for a moment"),
        "fits": _("fits"),
        "shifted": _("has shifted: sit upright, press the button, hold still"),
        "turned": _("the clip was turned: `poise calibrate`"),
    }
    return _("quality {quality_pct} %, {fit}").format(
        quality_pct=answer["quality_pct"], fit=words[answer["fit"]]
    )


def _log(answer: dict[str, Any]) -> str:
    confirmed = (
        _("confirmed to {last}").format(last=answer["acked_seq"] - 1)
        if answer["acked_seq"]
        else _("none confirmed yet")
    )
    return _("records {first} to {last}, {confirmed}").format(
        first=answer["oldest_seq"], last=answer["next_seq"] - 1, confirmed=confirmed
    )


async def _ask(client: ClipClient) -> dict[str, Any]:
    identity = await client.open()
    try:
        answer = await client.status()
    finally:
        await client.close()
    return {
        "clip_id": identity.clip_id,
        "firmware": identity.firmware,
        "board": identity.board,
        "boot": identity.boot,
        **answer,
    }
