"""How Sphinx makes the site from these pages: `make site`.

The pages are plain Markdown, which code hosts show too, so they hold no directive of Sphinx. What the site needs
besides is added while it is built: navigation from the links that index pages list, the files of the root folder
that have a page here, and diagrams as a part of the page, so that they follow its colours.
"""

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

HERE: Final = Path(__file__).parent

project = "Bluelamp"
author = "the Bluelamp project"
extensions = ["myst_parser"]
exclude_patterns = ["generator"]
templates_path: list[str] = []
language = "en"
smartquotes = False
nitpicky = True
myst_heading_anchors = 3
myst_enable_extensions = ["attrs_inline"]

html_theme = "furo"
html_title = "Bluelamp"
html_static_path = ["_static"]
html_css_files = ["bluelamp.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_use_index = False
html_domain_indices = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

ROOT_PAGES: Final = {"contributing": "CONTRIBUTING.md", "security": "SECURITY.md"}
"""Pages on the site that have the text of a file in the root folder."""
_PAGE_OF: Final = {file: page for page, file in ROOT_PAGES.items()}
_LINK: Final = re.compile(r"(\[[^\]]*\])\(([^)#\s]+)(#[^)\s]*)?\)")
_LISTED: Final = re.compile(r"^(?:- |\| )\[([^\]]+)\]\(([^)#\s:]+)\.md\)", re.MULTILINE)
_INDEXES: Final = frozenset({"rules", "modules", "frameworks"})


@cache
def children(name: str) -> tuple[tuple[str, str], ...]:
    """The pages that an index page lists, each with its label, in their order; none for another page."""
    if name.rpartition("/")[2] != "index" and name not in _INDEXES:
        return ()
    found = _LISTED.findall((HERE / f"{name}.md").read_text(encoding="utf-8"))
    return tuple((label, posixpath.normpath(posixpath.join(posixpath.dirname(name), path))) for label, path in found)


def text_of(_: Sphinx, name: str, source: list[str]) -> None:
    """Completes the text of a page: that of its root file, links that lead out of the folder, and its navigation."""
    text = source[0]
    if name in ROOT_PAGES:
        text = (HERE.parent / ROOT_PAGES[name]).read_text(encoding="utf-8")
        text = _LINK.sub(lambda found: _from_root(*found.groups()), text)
    else:
        text = _LINK.sub(lambda found: _out_of_folder(name, *found.groups()), text)
    if listed := "\n".join(f"{label} </{page}>" for label, page in children(name)):
        text += f"\n\n```{{toctree}}\n:hidden:\n\n{listed}\n```\n"
    source[0] = text


def _from_root(label: str, path: str, anchor: str | None) -> str:
    """A link in a file of the root folder, as its page has it."""
    if path.startswith(("http:", "https:", "mailto:")):
        return f"{label}({path}{anchor or ''})"
    if page := _PAGE_OF.get(path):
        return f"{label}({page}.md{anchor or ''})"
    if path.startswith("docs/"):
        return f"{label}({path.removeprefix('docs/')}{anchor or ''})"
    return f"{label[1:-1]} (`{path}`)"


def _out_of_folder(name: str, label: str, path: str, anchor: str | None) -> str:
    """A link in a page; where it leads out of `docs/` and no page has that file, its text and the path."""
    whole = f"{label}({path}{anchor or ''})"
    if not path.startswith("../"):
        return whole
    target = (HERE / name).parent.joinpath(path).resolve()
    if target.is_relative_to(HERE) or not target.is_relative_to(HERE.parent):
        return whole
    file = target.relative_to(HERE.parent).as_posix()
    page = _PAGE_OF.get(file)
    return f"{label}({'../' * name.count('/')}{page}.md{anchor or ''})" if page else f"{label[1:-1]} (`{file}`)"


def navigation(app: Sphinx, name: str, _: str, context: dict[str, Any], __: object) -> None:
    """Gives the theme the tree of pages: two levels of it, and whatever is beside the page itself.

    Sphinx makes the tree afresh for each page from every other page's, which is half the time of a build.
    """
    context["toctree"] = lambda **_: "".join(_tree(app, "index", name, 1))


def _tree(app: Sphinx, at: str, name: str, level: int) -> Iterator[str]:
    yield "<ul>"
    for label, page in children(at):
        here = _holds(page, name)
        link = "#" if page == name else app.builder.get_relative_uri(name, page)
        yield f'<li class="toctree-l{level}{" current" if here else ""}{" current-page" if page == name else ""}">'
        yield f'<a class="{"current " if here else ""}reference internal" href="{link}">{escape(label)}</a>'
        if children(page) and (level == 1 or here):
            yield from _tree(app, page, name, level + 1)
        yield "</li>"
    yield "</ul>"


def _holds(page: str, name: str) -> bool:
    return page == name or any(_holds(inner, name) for _, inner in children(page))


class Diagrams(SphinxPostTransform):
    """Puts a drawing into the page itself, where the page's colours reach it."""

    default_priority = 5
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Replaces each image below `images/` that is a drawing."""
        for image in list(self.document.findall(nodes.image)):
            path = HERE / image["uri"]
            if path.suffix == ".svg" and path.is_file():
                text = path.read_text(encoding="utf-8")
                drawing = text.partition("?>")[2] or text
                image.replace_self(nodes.raw("", f'<div class="diagram">{drawing}</div>', format="html"))


def setup(app: Sphinx) -> dict[str, Any]:
    """Connects the parts above."""
    app.connect("source-read", text_of)
    app.connect("html-page-context", navigation, priority=400)  # before the theme's own, which reads it
    app.add_post_transform(Diagrams)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
