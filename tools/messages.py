"""Keeper of the catalogues: finds every text that a user reads, and brings each language's .po up to them.

    python -m tools.messages              update all catalogues, and say what each lacks
    python -m tools.messages --new fr     begin one

A text is found where it stands: as the argument of `_`, `N_` or `ngettext` anywhere in the host, as a public text of a
module whose texts are translated when they are read (`poise.language.wording`), as the docstring of a command, which is
its help, or as a text of the exercise library.
"""

import argparse
import importlib
import inspect
import itertools
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

import poise
from poise import cli
from poise.cli.context import described
from poise.coach.plan import library
from poise.language import tags

HOST = Path(poise.__file__).parent
_HEAD = """msgid ""
msgstr ""
"Project-Id-Version: Poise\\n"
"Language: {}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {}\\n"

"""
_KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
_LIBRARY_TEXTS = ("name", "instructions", "picture", "evidence")
_TRANSLATED = "wording.translate(__name__)"


def template() -> Catalog:
    """Return a catalogue of every text that a user reads, without translations."""
    made = Catalog(project="Poise", charset="utf-8", fuzzy=False)
    for found in extract_from_dir(HOST, [("**.py", "python")], keywords=_KEYWORDS):
        path, _line, message, comments, _context = found
        made.add(message, locations=[(path, 1)], auto_comments=comments)
    for path, text in [*_of_words(), *_of_commands(), *_of_library()]:
        made.add(text, locations=[(path, 1)])
    return made


def _of_words() -> Iterator[tuple[str, str]]:
    """Yield (path, text) of the modules whose texts are translated when they are read."""
    for path in sorted(HOST.rglob("*.py")):
        if _TRANSLATED not in path.read_text(encoding="utf-8").splitlines():
            continue
        inside = path.relative_to(HOST)
        module = importlib.import_module(".".join(("poise", *inside.with_suffix("").parts)))
        for name, value in vars(module).items():
            if not name.startswith("_"):
                yield from ((inside.as_posix(), text) for text in texts_in(value))


def _of_commands() -> Iterator[tuple[str, str]]:
    """Yield (path, text) of the commands' help."""
    for name, _line in cli.COMMANDS.values():
        module = importlib.import_module(f"poise.cli.{name}")
        for command in module.app.registered_commands:
            path = Path(inspect.getfile(command.callback)).relative_to(HOST)
            yield path.as_posix(), described(command.callback)


def _of_library() -> Iterator[tuple[str, str]]:
    with Path(library.__file__).with_name("library.toml").open("rb") as file:
        read = tomllib.load(file)
    for exercise in read.values():
        for text in (
            t for key in _LIBRARY_TEXTS if key in exercise for t in texts_in(exercise[key])
        ):
            yield "coach/plan/library.toml", text


def texts_in(value: Any) -> Iterator[str]:
    """Yield the texts in `value` that `wording.in_language` translates, those without letters left out."""
    if isinstance(value, str):
        if any(character.isalpha() for character in value):
            yield value
    elif type(value) is dict:
        for each in value.values():
            yield from texts_in(each)
    elif type(value) in (tuple, list):
        for each in value:
            yield from texts_in(each)


def path_of(language: str) -> Path:
    """Return where the catalogue of a language stands."""
    return tags.CATALOGUES / f"{language}.po"


def updated(language: str, found: Catalog) -> Catalog:
    """Return the language's catalogue with the messages of `found`. Texts that are gone leave it."""
    path = path_of(language)
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale=language)
    else:
        known = Catalog(locale=language, project="Poise", charset="utf-8", fuzzy=False)
    made = Catalog(locale=language, project="Poise", charset="utf-8", fuzzy=False)
    for message in found:
        if not message.id:
            continue
        before = known.get(message.id)
        kept = made.add(message.id, before.string if before else None, message.locations,
                        auto_comments=message.auto_comments)  # fmt: skip
        kept.flags.discard("python-format")  # babel takes "20 % of" for a place of it
    return made


def missing(catalogue: Catalog) -> list[str]:
    """Return the ids of the messages without a translation."""
    return [first(each.id) for each in catalogue if each.id and not _is_whole(each.string)]


def _is_whole(translation: Any) -> bool:
    return all(translation) if isinstance(translation, (tuple, list)) else bool(translation)


def first(message_id: Any) -> str:
    """Return the id of a message; of one with a plural that of the singular."""
    return message_id if isinstance(message_id, str) else message_id[0]


def write(catalogue: Catalog, path: Path) -> None:
    """Write a catalogue in the order of its files, without line numbers and dates: a change shows what has changed."""
    remarks = _remarks(path)
    with path.open("wb") as file:
        file.write(remarks.encode())
        file.write(_HEAD.format(catalogue.locale, catalogue.plural_forms).encode())
        write_po(file, catalogue, width=100, sort_by_file=True, include_lineno=False, omit_header=True)  # fmt: skip


def _remarks(path: Path) -> str:
    """Return the comment above a catalogue's head, which its translators write; "" without one."""
    if not path.exists():
        return ""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(itertools.takewhile(lambda line: line.startswith("#"), lines))


def main() -> None:
    """Update the catalogues."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--new", metavar="LANGUAGE", help="begin a catalogue, such as: fr")
    parser.add_argument("--list", metavar="LANGUAGE", help="print the texts without a translation")
    given = parser.parse_args()
    found = template()
    known = set(tags.languages()) - {"en"}
    for language in sorted(known | ({given.new} if given.new else set())):
        made = updated(language, found)
        write(made, path_of(language))
        lacks = missing(made)
        sys.stdout.write(f"{language}: {len(made)} texts, {len(lacks)} without a translation\n")
        if given.list == language:
            sys.stdout.writelines(f"  {text!r}\n" for text in lacks)


if __name__ == "__main__":
    main()
