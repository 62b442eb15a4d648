"""Makes a release: version, changelog, packages, bundles and their proof, then a commit and a tag.

    python -m tools.release 0.2.0 --key release.key    make it
    python -m tools.release 0.2.0 --dry-run            do all of it, and change nothing

`make release` runs it. All is done in a clone in a temporary folder. Only when everything has worked does this
repository get the commit and the tag, and `dist` the files: a release that fails leaves nothing behind. It publishes
nothing: pushing and uploading are yours (docs/developers/releasing.md).
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from poise.build import signed, trust
from poise.cli.release import signer_of
from poise.errors import PoiseError

from . import changelog, clean_room

ROOT = Path(__file__).resolve().parents[1]
VERSION_FILE = "host/src/poise/wire/__init__.py"
_VERSION_LINE = re.compile(r'^VERSION = "(\d+\.\d+\.\d+)"', re.MULTILINE)
_WHEEL = "poise_clip-{}-py3"
_SUMS = "SHA256SUMS"
# Made anew in the release's tree, since they name its version or its bytes.
GENERATED = (
    ("python -m poise.wire.spec", "docs/SPEC.md"),
    ("python tools/sbom.py", None),
    ("python -m tools.firmware --record", None),
)


class NotReady(Exception):
    """This tree can't be released; the message says why and what to do."""


def check_version(version: str, now: str, tags: list[str]) -> None:
    """Raise NotReady if `version` does not follow `now`. Of the first release, both may be the same."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version) or any(
        int(part) > 99 for part in version.split(".")
    ):
        raise NotReady(f"{version} is no version: give three numbers up to 99, such as 0.2.0.")
    if tag_of(version) in tags:
        raise NotReady(f"{tag_of(version)} exists: take the next version.")
    one, other = ([int(part) for part in text.split(".")] for text in (version, now))
    if one < other or (one == other and tag_of(now) in tags):
        raise NotReady(
            f"{version} does not follow {now}: a clip takes no bundle of an older build."
        )


def tag_of(version: str) -> str:
    """Return the name of a version's tag."""
    return f"v{version}"


def version_in(text: str) -> str:
    """Return the version that the file VERSION_FILE states."""
    found = _VERSION_LINE.search(text)
    if found is None:
        raise NotReady(f"{VERSION_FILE} states no VERSION.")
    return found[1]


def prepare(tree: Path, version: str, on: date) -> None:
    """Give a tree its version, its changelog, and pages that name its wheel. Raises NotReady, ChangelogError."""
    place = tree / VERSION_FILE
    text = place.read_text(encoding="utf-8")
    before = version_in(text)
    place.write_text(_VERSION_LINE.sub(f'VERSION = "{version}"', text), encoding="utf-8")
    for page in sorted((tree / "docs").rglob("*.md")):
        told = page.read_text(encoding="utf-8")
        if _WHEEL.format(before) in told:
            named = told.replace(_WHEEL.format(before), _WHEEL.format(version))
            page.write_text(named, encoding="utf-8")
    log = tree / "CHANGELOG.md"
    log.write_text(changelog.cut(log.read_text(encoding="utf-8"), version, on), encoding="utf-8")


def git(tree: Path, *arguments: str) -> str:
    """Run git in a tree; return its output. Raises NotReady with what it says."""
    done = subprocess.run(
        ["git", *arguments], cwd=tree, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotReady(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def check_tree(tree: Path, version: str) -> None:
    """Raise NotReady for uncommitted changes, or a version that does not follow."""
    if git(tree, "status", "--porcelain"):
        raise NotReady("There are changes that are not committed: commit them first.")
    now = version_in((tree / VERSION_FILE).read_text(encoding="utf-8"))
    check_version(version, now, git(tree, "tag", "--list").split())


def run_in(tree: Path, command: str, into: str | None = None) -> str:
    """Run a Python command on the tree's own sources; write its output to a file of the tree, or return it."""
    words = command.split(" ")
    done = subprocess.run(
        [sys.executable, *words[1:]],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": f"{tree / 'host/src'}{os.pathsep}{tree}", **_epoch(tree)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotReady(f"{command} failed: {done.stdout[-2000:]}")
    if into:
        (tree / into).write_text(done.stdout, encoding="utf-8")
    return done.stdout


def _epoch(tree: Path) -> dict[str, str]:
    """Return SOURCE_DATE_EPOCH: the commit's time, so that whoever checks out the tag builds the same packages."""
    return {"SOURCE_DATE_EPOCH": git(tree, "log", "-1", "--format=%ct").strip()}


def commit(
    tree: Path,
    version: str,
    on: date,
    generated: Sequence[tuple[str, str | None]] = GENERATED,
) -> None:
    """Prepare the tree, make what is `generated` (command, file of its output), commit and tag."""
    prepare(tree, version, on)
    for command, into in generated:
        run_in(tree, command, into)
    git(tree, "add", "--all")
    git(tree, "commit", "--quiet", "--message", f"release: {version}.")
    git(tree, "tag", "--annotate", tag_of(version), "--message", f"Poise {version}")


def build(tree: Path, out: Path, last: Path, tell: Callable[[str], object]) -> Path:
    """Build packages and bundles of the tree into `out`; return the wheel. Raises NotReady.

    `last`: what the last release kept of its firmware, to be compared with.
    """
    out.mkdir()
    tell("Builds the packages, and the wheel again from the source package.")
    run_in(tree, f"python -m hatchling build -d {out}")
    wheel, source = next(out.glob("*.whl")), next(out.glob("*.tar.gz"))
    with tempfile.TemporaryDirectory(prefix="poise-again-") as name:
        shutil.unpack_archive(source, name, filter="data")
        unpacked = Path(name) / source.name.removesuffix(".tar.gz")
        again = Path(name) / "again"
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(again)],
            cwd=unpacked, env={**os.environ, **_epoch(tree)}, check=True, capture_output=True,
        )  # fmt: skip
        if (again / wheel.name).read_bytes() != wheel.read_bytes():
            raise NotReady("The source package builds another wheel than the tree does.")
    tell(run_in(tree, f"python -m tools.firmware --out {out} --last {last}"))
    shutil.copy(tree / "docs/sbom.cdx.json", out)
    return wheel


def write_sums(out: Path) -> None:
    """Write the SHA-256 of each file beside them, as `sha256sum --check` reads it."""
    files = sorted(path for path in out.iterdir() if path.is_file())
    sums = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)
    (out / _SUMS).write_text("".join(sums), encoding="utf-8")


def release(asked: argparse.Namespace, tell: Callable[[str], object]) -> None:
    """Do all that the command line asks for. Raises NotReady, ChangelogError, clean_room.Failed, PoiseError."""
    check_tree(asked.tree, asked.version)
    signer = signer_of(asked.key, asked.trust, asked.passphrase_file) if asked.key else None
    with tempfile.TemporaryDirectory(prefix="poise-release-") as name:
        clone, out = Path(name) / "tree", Path(name) / "dist"
        cloned(asked.tree, clone)
        tell(f"Releases {asked.version} in a clone: version, changelog, tables.")
        commit(clone, asked.version, asked.date)
        wheel = build(clone, out, asked.tree / "docs/firmware.json", tell)
        if signer:
            for path in out.glob("*.poise"):
                path.write_bytes(signed.sign(signed.read(path.read_bytes()), *signer))
            shutil.copy(asked.trust or trust.beside(asked.key), out)  # by which others check them
            tell("The bundles are signed.")
        else:
            tell("No --key: the bundles are not signed, and no clip takes them.")
        write_sums(out)
        clean_room.check(Path(name) / "room", wheel, clone / "constraints.txt", asked.version, tell)
        tell(f"\n{(out / _SUMS).read_text(encoding='utf-8')}")
        if asked.dry_run:
            tell("A dry run: nothing was changed.")
            return
        publish_here(asked.tree, clone, out, asked.out)
    tell(f"{tag_of(asked.version)} is committed and tagged here; its files are in {asked.out}.")
    tell("Next: `git push --follow-tags`, then upload the files.")


def cloned(tree: Path, clone: Path) -> None:
    """Clone a repository, with the name of who commits."""
    git(tree, "clone", "--quiet", str(tree), str(clone))
    for key in ("user.name", "user.email"):
        git(clone, "config", key, git(tree, "config", key).strip())


def publish_here(tree: Path, clone: Path, made: Path, out: Path) -> None:
    """Give the repository the clone's commit and tag, and the files their place."""
    git(tree, "pull", "--quiet", "--ff-only", "--tags", str(clone), "HEAD")
    shutil.copytree(made, out, dirs_exist_ok=True)


def _today() -> date:
    given = os.environ.get("SOURCE_DATE_EPOCH")
    at = datetime.fromtimestamp(int(given), UTC) if given else datetime.now(UTC)
    return at.date()


def main(arguments: list[str]) -> int:
    """Make the release that the arguments ask for; return the exit status."""
    parser = argparse.ArgumentParser(description="Make a release.")
    parser.add_argument("version", help="such as 0.2.0")
    parser.add_argument(
        "--dry-run", action="store_true", help="do everything in a clone, and change nothing here"
    )
    parser.add_argument("--key", type=Path, help="sign the bundles with this private key")
    parser.add_argument("--trust", type=Path, help="the key's public file; else the one beside it")
    parser.add_argument(
        "--passphrase-file", type=Path, help="file whose first line is the passphrase"
    )
    parser.add_argument(
        "--date", type=date.fromisoformat, default=_today(), help="of the release; else today"
    )
    parser.add_argument("--tree", type=Path, default=ROOT, help="the repository")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where the files go")
    try:
        release(parser.parse_args(arguments), lambda line: print(line, flush=True))
    except PoiseError as error:
        print(error.told, file=sys.stderr)
        return 1
    except (NotReady, changelog.ChangelogError, clean_room.Failed) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
