"""`make release`: what stops it, what it changes, and that nothing changes before everything has worked."""

import subprocess
from datetime import date
from pathlib import Path

import pytest

from tools import changelog, clean_room, release

ON = date(2026, 12, 1)
LOG = """# Changelog

## Unreleased

### Added

- A thing.

## 0.1.0 (2026-01-01)

- The first.
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small repository with a version, a changelog, and one release."""
    tree = tmp_path / "repository"
    place = tree / release.VERSION_FILE
    place.parent.mkdir(parents=True)
    place.write_text('"""Wire."""\n\nVERSION = "0.1.0"  # of both ends\n')
    (tree / "CHANGELOG.md").write_text(LOG)
    (tree / "docs/patients").mkdir(parents=True)
    (tree / "docs/patients/start.md").write_text("pipx install poise_clip-0.1.0-py3-none-any.whl\n")
    release.git(tmp_path, "init", "--quiet", str(tree))
    for name in ("user.name", "user.email"):
        release.git(tree, "config", name, "a@b.example")
    release.git(tree, "add", "--all")
    release.git(tree, "commit", "--quiet", "-m", "first")
    release.git(tree, "tag", "v0.1.0")
    return tree


def state(tree: Path) -> tuple[str, str, str]:
    return (
        release.git(tree, "rev-parse", "HEAD"),
        release.git(tree, "tag"),
        release.git(tree, "status", "--porcelain"),
    )


def test_what_was_unreleased_becomes_the_versions():
    text = changelog.cut(LOG, "0.2.0", ON)
    assert "## Unreleased\n\n## 0.2.0 (2026-12-01)\n\n### Added\n\n- A thing.\n\n## 0.1.0" in text
    assert changelog.notes(text).strip() == ""
    with pytest.raises(changelog.ChangelogError, match="nothing under Unreleased"):
        changelog.cut(text, "0.3.0", ON)
    with pytest.raises(changelog.ChangelogError, match=r"0\.1\.0 already"):
        changelog.cut(LOG, "0.1.0", ON)
    with pytest.raises(changelog.ChangelogError, match="one heading"):
        changelog.cut(LOG.replace("Unreleased", "Next"), "0.2.0", ON)


@pytest.mark.parametrize(
    ("version", "why"),
    [
        ("0.2", "three numbers"),
        ("v0.2.0", "three numbers"),
        ("0.2.0rc1", "three numbers"),
        ("0.100.0", "up to 99"),
        ("0.1.0", "exists"),
        ("0.0.9", "does not follow"),
    ],
)
def test_a_version_that_does_not_follow_is_refused(tree: Path, version: str, why: str):
    with pytest.raises(release.NotReady, match=why):
        release.check_tree(tree, version)


def test_the_first_release_may_be_of_the_version_at_hand():
    release.check_version("0.1.0", "0.1.0", [])
    for version in ("0.1.1", "0.2.0", "1.0.0", "0.10.0"):
        release.check_version(version, "0.1.0", ["v0.1.0"])


def test_uncommitted_changes_stop_it(tree: Path):
    release.check_tree(tree, "0.2.0")
    (tree / "new").touch()
    with pytest.raises(release.NotReady, match="not committed"):
        release.check_tree(tree, "0.2.0")


def test_a_clone_is_prepared_and_the_repository_gets_it_whole(tree: Path, tmp_path: Path):
    before, clone, made = state(tree), tmp_path / "clone", tmp_path / "made"
    release.cloned(tree, clone)
    release.commit(clone, "0.2.0", ON, generated=())
    assert state(tree) == before
    assert release.git(clone, "log", "-1", "--format=%s").strip() == "release: 0.2.0."
    made.mkdir()
    (made / "poise.whl").write_bytes(b"wheel")
    release.write_sums(made)
    release.publish_here(tree, clone, made, tmp_path / "dist")
    assert release.version_in((tree / release.VERSION_FILE).read_text()) == "0.2.0"
    assert "poise_clip-0.2.0-py3-none-any.whl" in (tree / "docs/patients/start.md").read_text()
    assert "# of both ends" in (tree / release.VERSION_FILE).read_text()
    assert release.git(tree, "tag").split() == ["v0.1.0", "v0.2.0"]
    assert state(tree)[2] == ""
    checked = subprocess.run(
        ["sha256sum", "--check", "SHA256SUMS"], cwd=tmp_path / "dist", check=False
    )
    assert checked.returncode == 0


def test_a_release_that_fails_changes_nothing(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """The small repository has no packages to build, so the real release ends in the middle."""
    before = state(tree)
    out = tmp_path / "dist"
    assert release.main(["0.2.0", "--tree", str(tree), "--out", str(out)]) == 1
    assert "failed" in capsys.readouterr().err
    assert state(tree) == before and not out.exists()


def test_a_clean_room_knows_nothing_of_who_releases(tmp_path: Path):
    own = {"PATH": "/bin", "PYTHONPATH": "/tree", "POISE_TWIN": "/a/twin", "HOME": "/home/me"}
    found = clean_room.environment(tmp_path, own)
    assert found == {"PATH": "/bin", "HOME": str(tmp_path), "POISE_DATA": str(tmp_path / "data")}
