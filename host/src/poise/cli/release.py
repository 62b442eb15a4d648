"""Command `poise release`: makes firmware bundles, and signs them with keys that can be replaced."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from .. import __version__
from ..errors import PoiseError, Reason
from ..files.text import read_bytes, read_text, write_bytes
from ..language import _
from .context import new_app, print_json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from ..build.trust import Trust

app = new_app(_("Make firmware that clips take without a cable, and sign it."))
_BOARD = "esp32"
_PASSPHRASE_FILE = typer.Option(
    None,
    "--passphrase-file",
    help=_("File whose first line is the passphrase; else you are asked."),
)


@app.command()
def key(
    path: Path = typer.Argument(..., metavar="FILE", help=_("Where the private key will stand.")),
    passphrase_file: Path = _PASSPHRASE_FILE,
) -> None:
    """Make a signing key, sealed with a passphrase, and beside it the public file that clips and flashers get."""
    from ..build import trust

    public = trust.beside(path)
    _check_free(path, public)
    made = _new_key(path, passphrase_file)
    trust.write_new(public, trust.first(made))
    typer.echo(_("The private key is in {path}: keep it, and a copy elsewhere.").format(path=path))
    typer.echo(
        _("{public} is for everybody: `poise flash firmware --trust {public}`.").format(
            public=public
        )
    )


@app.command()
def make(
    out: Path = typer.Option(..., "--out", help=_("The bundle's file.")),
    key: Path = typer.Option(
        None, "--key", help=_("The private key's file; without one the bundle is not signed.")
    ),
    trust: Path = typer.Option(
        None, "--trust", help=_("The key's public file; else the one beside it.")
    ),
    board: str = typer.Option(_BOARD, "--board", help=_("Folder of firmware/boards.")),
    arch: str = typer.Option(
        None, "--arch", help=_("Architecture of mpy-cross, or `source`; else that of the board.")
    ),
    build: int = typer.Option(
        None, "--build", help=_("Counts up: a clip takes none below its own. Else by version.")
    ),
    passphrase_file: Path = _PASSPHRASE_FILE,
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Compile the firmware and hash its files; with a key, sign them. The same sources give the same bytes."""
    from ..build import signed
    from ..build.bundle import arch_for, board_name, slot_files

    number = signed.build_of(__version__) if build is None else build
    signed.check_build(number)
    compiled = arch_for(board, arch)
    signer = signer_of(key, trust, passphrase_file) if key else None
    files = slot_files(board, compiled)
    named = compiled or signed.SOURCE
    data = signed.make(files, __version__, number, board_name(board), None, named)
    if signer:
        data = signed.sign(signed.read(data), *signer)
    write_bytes(out, data)
    if as_json:
        print_json(
            {
                "build": number,
                "arch": named,
                "files": len(files),
                "bytes": len(data),
                "signed": bool(signer),
            }
        )
        return
    typer.echo(
        _("{out}: build {number} for {board} ({named}), {files} files, {data} bytes.").format(
            out=out, number=number, board=board, named=named, files=len(files), data=len(data)
        )
    )
    if not signer:
        typer.echo(
            _(
                "It is not signed, so no clip takes it: `poise release sign {out} --key FILE`."
            ).format(out=out)
        )


@app.command()
def sign(
    bundles: list[Path] = typer.Argument(
        ..., metavar="FILE...", help=_("Bundles that `poise release make` made.")
    ),
    key: Path = typer.Option(..., "--key", help=_("The private key's file.")),
    trust: Path = typer.Option(
        None, "--trust", help=_("The key's public file; else the one beside it.")
    ),
    passphrase_file: Path = _PASSPHRASE_FILE,
) -> None:
    """Sign bundles, in their place. It needs no compiler, so it can be a computer that is never on a network."""
    from ..build import signed

    read = {path: signed.read(read_bytes(path)) for path in bundles}
    private, keys = signer_of(key, trust, passphrase_file)
    for path, bundle in read.items():
        write_bytes(path, signed.sign(bundle, private, keys))
        typer.echo(
            _("{path}: {version} for {board} ({arch}) is signed.").format(
                path=path, version=bundle.version, board=bundle.board, arch=bundle.arch
            )
        )


@app.command()
def rotate(
    public: Path = typer.Argument(
        ..., metavar="FILE.pub", help=_("The public file, which gets a line more.")
    ),
    root: Path = typer.Option(..., "--root", help=_("The root key of now, private.")),
    new: Path = typer.Option(
        None, "--new", help=_("Where the new signing key will stand; else the one of now stays.")
    ),
    new_root: Path = typer.Option(
        None,
        "--new-root",
        help=_("Where the new root key will stand, which may be the same as --new; else it stays."),
    ),
    passphrase_file: Path = _PASSPHRASE_FILE,
) -> None:
    """Replace keys: clips take the new ones with the next update, and then nothing by the old ones.

    The first key is root and signing key in one. `--new` gives you a signing key for every day, and the root key can
    go into a safe.
    """
    from ..build import keys as private
    from ..build import trust

    if not new and not new_root:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("no key to replace is named"),
            _("Give --new FILE for another signing key, --new-root FILE for another root key."),
        )
    before = trust.read(public)
    paths = {path for path in (new, new_root) if path}
    _check_free(*paths)
    root_key = _opened(root, passphrase_file)
    trust.check_root(before, root_key)  # before a key is made
    made = {path: private.public_bytes(_new_key(path, passphrase_file)) for path in sorted(paths)}
    after = trust.changed(
        before,
        root_key,
        made.get(new_root, before.now.root),
        made.get(new, before.now.signing),
    )
    trust.append(public, before, after)
    typer.echo(
        _("{public} has the new keys (number {number}).").format(
            public=public, number=after.now.number
        )
    )
    typer.echo(
        _(
            "Give it to everybody who flashes or signs, and to each clip: `poise update {public}`, or any bundle "
            "that is signed from now on. A clip trusts the old keys until then."
        ).format(public=public)
    )


@app.command()
def check(
    path: Path = typer.Argument(..., metavar="FILE", help=_("A bundle.")),
    trust: Path = typer.Option(..., "--trust", help=_("The public file of its keys.")),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Tell what is in a bundle, and whether a clip that trusts these keys takes it."""
    from ..build import signed
    from ..build import trust as public

    keys = public.read(trust)
    bundle = signed.read(read_bytes(path))
    signed.check_signer(bundle, keys, str(path))
    told = {
        "version": bundle.version,
        "build": bundle.build,
        "board": bundle.board,
        "arch": bundle.arch,
        "files": len(bundle.files),
        "key": keys.now.signing.hex(),
        "number": keys.now.number,
    }
    if as_json:
        print_json(told)
        return
    typer.echo(
        _("{path}: {version} (build {build}) for {board} ({arch}), {files} files.").format(
            path=path, **told
        )
    )
    typer.echo(
        _("Signed by {key} (number {number}), which {trust} trusts.").format(trust=trust, **told)
    )


def signer_of(
    key: Path, public: Path | None, passphrase_file: Path | None
) -> "tuple[Ed25519PrivateKey, Trust]":
    """Return the private key and its public file's trust. The passphrase is asked for last of all."""
    from ..build import trust

    keys = trust.read(public or trust.beside(key), _("Name the key's public file with --trust."))
    return _opened(key, passphrase_file), keys


def _opened(path: Path, passphrase_file: Path | None) -> "Ed25519PrivateKey":
    from ..build import keys

    keys.check_sealed(path)
    return keys.private_key(path, _passphrase(path, passphrase_file))


def _new_key(path: Path, passphrase_file: Path | None) -> "Ed25519PrivateKey":
    from ..build import keys

    return keys.new_key(path, _passphrase(path, passphrase_file, new=True))


def _passphrase(path: Path, file: Path | None, *, new: bool = False) -> str:
    """Return the passphrase of a key: the first line of the file, or typed; a new one twice."""
    from ..build.keys import check_passphrase

    if file:
        return read_text(file).split("\n", 1)[0]
    asked = _("Passphrase of {path}").format(path=path)
    if not new:
        return typer.prompt(asked, hide_input=True)
    typed = typer.prompt(_("New passphrase of {path}").format(path=path), hide_input=True)
    check_passphrase(typed)
    if typer.prompt(_("The same again"), hide_input=True) != typed:
        raise PoiseError(
            Reason.BAD_INPUT, _("the two passphrases differ"), _("Run the command again.")
        )
    return typed


def _check_free(*paths: Path) -> None:
    for path in paths:
        if path.exists():
            raise PoiseError(
                Reason.BAD_INPUT,
                _("{path} exists").format(path=path),
                _("A key is never overwritten: name another file."),
            )
