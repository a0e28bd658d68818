"""Writes the reference pages from the code: `python -m docs.write`. A test fails when a page is out of date."""

import sys
from functools import cache
from pathlib import Path

from bluelamp import schemas
from bluelamp.learn.text import pages as exercises
from bluelamp.schemas import editor
from docs.generator.commands import command, statuses
from docs.generator.findings import findings
from docs.generator.modules import modules
from docs.generator.rules import frameworks, rules
from docs.generator.settings import settings
from docs.generator.text import MADE

HERE = Path(__file__).parent
FOLDERS = ("learn", "modules", "rules", "frameworks")
"""Folders that hold generated pages only."""


@cache
def pages() -> dict[str, str]:
    """The text of every generated page, by its name below `docs/`."""
    return {
        "command": command(),
        "exit-statuses": statuses(),
        "settings": settings(),
        "findings": findings(),
        **modules(),
        **rules(),
        **frameworks(),
        **{f"learn/{name}": text.rstrip() + "\n" for name, text in exercises(MADE).items()},
    }


def left_over() -> list[Path]:
    """Pages in the folders of generated pages that nothing generates."""
    there = {path for folder in FOLDERS for path in (HERE / folder).rglob("*.md")}
    return sorted(there - {HERE / f"{name}.md" for name in pages()})


def main() -> None:
    """Writes every page and removes those that are left over."""
    for path in left_over():
        path.unlink()
    for name, text in pages().items():
        path = HERE / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    schemas.write(schemas.HERE, HERE / "schemas")
    editor.generate()
    sys.stdout.write(f"wrote {len(pages())} pages into {HERE.name}/\n")


if __name__ == "__main__":
    main()
