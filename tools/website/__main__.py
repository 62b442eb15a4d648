"""Entry point: builds the site in build/site and looks through it. Its exit status is 1 with a fault."""

import argparse
import logging
import os
import sys
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from .check import faults
from .tree import ROOT


def made(site: Path) -> list[str]:
    """Build the site in this folder; return its faults. Raises Abort for what MkDocs itself finds."""
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")  # Material's advice about its successor
    build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(site)))
    return faults(site)


def main() -> None:
    """Build and check."""
    parser = argparse.ArgumentParser(prog="python -m tools.website", description=__doc__)
    parser.add_argument("--into", type=Path, default=ROOT / "build/site", metavar="DIR")
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    site: Path = parser.parse_args().into.resolve()
    try:
        found = made(site)
    except Abort as error:
        sys.exit(str(error))
    if found:
        sys.exit("\n".join(found))
    print(f"{sum(1 for _ in site.rglob('*.html'))} pages in {site}; open index.html")


if __name__ == "__main__":
    main()
