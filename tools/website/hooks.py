"""What MkDocs calls while it builds the site: the menu, the home page, the doors, the files from outside docs/."""

import shutil
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from poise.dashboard import theme
from tools.website import tree
from tools.website.lists import indented

HOME = "README.md"
LICENCE = "LICENSE.md"
README = tree.ROOT / "README.md"
CHANGELOG = tree.ROOT / "CHANGELOG.md"
ASSETS = tree.ROOT / "host/src/poise/dashboard/assets"
MERMAID = "assets/mermaid"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Make the menu from docs/README.md: a tab for each door."""
    menu: list[Any] = [{"Home": HOME}]
    for door in tree.doors():
        pages: list[Any] = [{label: name} for label, name in door.pages()]
        menu.append({door.name: [f"{door.folder}/index.md", *pages]})
    about: list[Any] = [{label: name} for label, name in tree.for_all()]
    menu.append({"About": [*about, {"Changelog": "CHANGELOG.md"}, {"Licence": LICENCE}]})
    config.nav = menu
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what does not stand in docs/ as it is: doors, colours, icon, licence, and each file that a page links to."""
    licence = (tree.ROOT / "LICENSE").read_text("utf-8")
    made = {f"{door.folder}/index.md": _door(door) for door in tree.doors()}
    made[LICENCE] = f"# Licence\n\n```text\n{licence}```\n"
    made["assets/colours.css"] = _colours()
    for name, content in made.items():
        files.append(File.generated(config, name, content=content))
    outside = {tree.uri(path): path for path in (*tree.outside(), CHANGELOG) if path != README}
    outside["assets/poise.svg"] = ASSETS / "icon.svg"
    for name, path in outside.items():
        files.append(File.generated(config, name, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links out of docs/ into links of the site, and lists into MkDocs' own; the index becomes the home page."""
    del config, files
    name = page.file.src_uri
    if name == HOME:
        page.meta["hide"] = ["navigation"]
        return _home()
    if page.file.generated_by and page.file.abs_src_path is None:
        return markdown
    return indented(tree.moved(tree.source(name), markdown))


def on_post_build(config: MkDocsConfig) -> None:
    """Copy the program that draws the diagrams, so that no page asks another computer for it."""
    drawn = Path(str(package_files("nicegui"))) / "elements/mermaid/dist"
    shutil.copytree(drawn, Path(config.site_dir) / MERMAID, dirs_exist_ok=True)


def _home() -> str:
    """The lead of the README, a card for each door, and what Poise does not claim."""
    lead = tree.moved(README, README.read_text("utf-8").split("\n\n")[1], here="")
    cards = "".join(
        f"-   [**{door.name}**]({door.folder}/index.md)\n\n    {door.promise[0].upper()}{door.promise[1:]}.\n\n"
        for door in tree.doors()
    )
    pictures = "".join(
        f"![The page Today of the dashboard](screenshots/today-{look}-wide.png#only-{look})\n"
        for look in ("light", "dark")
    )
    claims = "What Poise does not claim"
    return (
        f'# Poise\n\n{lead}\n\n<div class="grid cards" markdown>\n\n{cards}</div>\n\n'
        f"{pictures}\n## {claims}\n\n{tree.section(README, claims, here='')}\n"
    )


def _door(door: tree.Door) -> str:
    """The door's page: its title, and its part of docs/README.md."""
    return f"# {door.title}\n\n{tree.moved(tree.INDEX, door.text.strip(), here=door.folder)}\n"


def _colours() -> str:
    """The dashboard's colours, light and dark, under the names that the theme reads."""
    made = []
    for scheme, colours in (("default", theme.LIGHT), ("slate", theme.DARK)):
        values = {
            "primary-fg-color": colours["accent"] if scheme == "default" else colours["surface"],
            "primary-bg-color": colours["on_accent"] if scheme == "default" else colours["text"],
            "default-fg-color": colours["text"],
            "default-fg-color--light": colours["muted"],
            "typeset-a-color": colours["accent"],
            "accent-fg-color": colours["accent"],
            "default-bg-color": colours["ground"] if scheme == "slate" else colours["surface"],
        }
        lines = "".join(f"  --md-{name}: {value};\n" for name, value in values.items())
        made.append(f'[data-md-color-scheme="{scheme}"] {{\n{lines}}}\n')
    return "".join(made)
