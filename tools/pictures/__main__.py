"""Entry point: makes all pictures, or those that are named."""

import argparse
import asyncio
import importlib

from . import album

# Name -> module. All together take about five minutes, most of which the virtual wearer needs.
MAKERS = {
    "report": "report",
    "clinic": "clinic",
    "dashboard": "dashboard",
    "demo": "terminal",
    "first-run": "first_run",
    "reminder-year": "reminder_year",
    "page": "gallery",
}


def main() -> None:
    """Make them one after the other."""
    parser = argparse.ArgumentParser(prog="python -m tools.pictures", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MAKERS))
    names = parser.parse_args().names or list(MAKERS)
    if unknown := set(names) - set(MAKERS):
        parser.error(f"no pictures of {', '.join(sorted(unknown))}; there are {', '.join(MAKERS)}")
    album.OUT.mkdir(exist_ok=True)
    for name in names:
        print(name, flush=True)
        asyncio.run(importlib.import_module(f"tools.pictures.{MAKERS[name]}").take())


if __name__ == "__main__":
    main()
