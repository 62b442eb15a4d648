"""A tray of boards: a process for each, one that fails among them."""

from pathlib import Path

from poise.cli.flashing_many import Tray
from tests.support.rom_bench import CLIP, RomBench, files_part, twin_image, whole


def test_each_board_of_a_tray_says_what_became_of_it(tmp_path: Path):
    image = twin_image(tmp_path)
    with RomBench(tmp_path / "good") as good, RomBench(tmp_path / "bad", flash_bytes=2**21) as bad:
        good.put(*whole(image), files_part(CLIP))
        before = good.flash
        said: list[str] = []
        words = ["--image", str(next(tmp_path.glob("*.bin"))), "--dry-run"]
        tray = Tray(lambda: [good.port, bad.port], words, said.append)
        assert tray.run(count=2) == [bad.port]
        assert good.flash == before
    whole_text = "\n".join(said)
    assert f"{good.port}: Stays on the board: the log (39 kB), the start position" in whole_text
    assert f"{good.port}: That is what would be done. Nothing was written." in whole_text
    assert f"{bad.port}: ✗ poise: {bad.port}: the board's flash has 2 MB; it takes 4" in whole_text
    assert sum("✓" in line for line in said) == 1
