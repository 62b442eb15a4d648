"""`make firmware`: the same bytes from every process, and what each module costs."""

from pathlib import Path

import pytest

from poise.build import signed
from poise.build.bundle import slot_files
from tools import firmware
from tools.mpy import instructions

BOARD = firmware.CHIP_BOARDS[0]


def test_another_process_builds_the_same_bytes():
    """With another hash seed, time zone and folder. `make firmware` does it for every board."""
    assert firmware.hashes_elsewhere([BOARD]) == {BOARD: firmware.build(BOARD).sha256}


def test_every_module_is_counted_to_its_end():
    built = firmware.build(BOARD)
    assert (
        set(built.sizes) == set(signed.read(built.data).files) == set(slot_files(BOARD, built.arch))
    )
    for path, (size, count) in built.sizes.items():
        assert 0 < count < size, path  # an instruction takes a byte or more
    assert not signed.read(built.data).is_signed


def compiled(text: str, arch: str, folder: Path) -> bytes:
    source = folder / "module.py"
    source.write_text(text)
    from bench.native import compile_module

    return compile_module(source, arch)


@pytest.mark.parametrize("arch", ["xtensawin", "rv32imc"])
@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 2),  # load None, return
        ("x = 1", 4),  # load, store
        ("x = 300", 4),  # a number of two bytes
        ("def f(a, b=(1, 'text', 2.5)):\n  return a", 9),
        ("while True:\n  pass", 3),  # a jump
        ("x = b'bytes', 123456789012345", 4),  # two constants in one tuple
    ],
)
def test_the_vms_instructions_are_counted(tmp_path: Path, arch: str, text: str, count: int):
    assert instructions(compiled(text, arch, tmp_path), arch) == count


@pytest.mark.parametrize("arch", ["xtensawin", "rv32imc"])
def test_a_longer_kernel_has_more_of_the_chips_instructions(tmp_path: Path, arch: str):
    one = "@micropython.viper\ndef f(a: int) -> int:\n  return a + 1\n"
    two = one.replace("a + 1", "a + 1 + (a >> 3)")
    few, more = (instructions(compiled(text, arch, tmp_path), arch) for text in (one, two))
    assert few < more < few + 10


@pytest.mark.parametrize("cut", [1, 2, 5])
def test_half_a_file_is_told(tmp_path: Path, cut: int):
    data = compiled("def f(a):\n  return a + 1\n", "xtensawin", tmp_path)
    with pytest.raises((ValueError, IndexError)):
        instructions(data[:-cut], "xtensawin")


def test_the_table_says_what_changed_since_the_last_release():
    sizes = {"app/a.mpy": (1200, 300), "app/new.mpy": (10, 3)}
    before = firmware.Built(BOARD, "xtensawin", b"", {"app/a.mpy": (1100, 300), "gone.mpy": (7, 2)})
    now = firmware.Built(BOARD, "xtensawin", b"", sizes)
    rows = {
        line.split()[0]: line.split()[1:] for line in firmware.table(now, firmware.record([before]))
    }
    assert rows["app/a.mpy"] == ["1,200", "+100", "300"]
    assert rows["app/new.mpy"] == ["10", "+10", "3", "+3"]
    assert rows["gone.mpy"] == ["0", "-7", "0", "-2"]
    assert rows["all"] == ["1,210", "+103", "303", "+1"]
    first = firmware.table(now, {"version": "", "boards": {}})
    assert not any("+" in line for line in first)


def test_what_is_kept_of_a_release_reads_back(tmp_path: Path):
    built = firmware.Built(BOARD, "xtensawin", b"", {"app/a.mpy": (1200, 300)})
    path = tmp_path / "firmware.json"
    firmware.write_record([built], path)
    kept = firmware.last_release(path)
    assert "+" not in "".join(firmware.table(built, kept))
