"""The pictures of the docs: each that the album lists is there and shows something."""

from pathlib import Path

import pytest
from PIL import Image

from tools.pictures.album import CHAPTERS, OUT, is_blank, shrink

FILES = [name for chapter in CHAPTERS for each in chapter.subjects for name in each.files()]


def test_the_folder_has_the_pictures_of_the_album_and_no_other():
    assert {path.name for path in OUT.iterdir()} == {*FILES, "README.md"}


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".png")])
def test_a_picture_shows_something(name: str):
    with Image.open(OUT / name) as picture:
        assert not is_blank(picture)


def test_a_picture_of_nothing_is_refused(tmp_path: Path):
    path = tmp_path / "page.png"
    picture = Image.new("RGB", (40, 30), "white")
    picture.putpixel((20, 15), (0, 0, 0))
    picture.save(path)
    shrink(path)
    Image.new("RGB", (40, 30), "white").save(path)
    with pytest.raises(SystemExit, match=r"page\.png shows nothing"):
        shrink(path)
