"""Reports as self-contained pages."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from bluelamp.core.text import printable
from bluelamp.reports import words
from bluelamp.reports.findings import Report
from bluelamp.reports.page import context

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_STYLES: Final = ("report.css", "print.css")
_CODE: Final = re.compile(r"`([^`]+)`")
_END_OF_PART: Final = re.compile(r"(?<=[:.$/])(?=\w)|(?=\[)")


def to_html(report: Report) -> str:
    """The page of `report`, self-contained and readable without a network or JavaScript."""
    return render("report.html.j2", "report.js", context(report))


def to_controls(report: Report) -> str:
    """The page of every control of every framework, beside the page of `report`, with the same properties."""
    from bluelamp.reports.controls import context as controls_context

    return render("controls.html.j2", "report.js", controls_context(report), styles=(*_STYLES, "controls.css"))


def to_index(reports: Sequence[Report]) -> str:
    """The page that compares `reports` and links to the page of each, `<force>/report.html`."""
    from bluelamp.reports.national import context as national_context

    return render("national.html.j2", "national.js", national_context(reports))


def render(template: str, script: str, shown: Mapping[str, Any], *, styles: Sequence[str] = _STYLES) -> str:
    """The rendered page of a template, with the script and styles inline; `shown` is the template's context."""
    templates = _templates()
    style = "\n".join(templates.get_template(each).render() for each in styles)
    code = templates.get_template(script).render()
    extra = shown.get("diagram_style", "")
    return templates.get_template(template).render(
        **shown,
        words=words,
        style=style,
        script=code,
        style_hash=_hash(style),
        script_hash=_hash(code),
        extra_style=extra,
        extra_hash=_hash(extra) if extra else "",
    )


@lru_cache(maxsize=1)
def _templates() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    from bluelamp.reports.compiled import CompiledTemplates

    templates = Environment(
        loader=PackageLoader("bluelamp.reports"),
        bytecode_cache=CompiledTemplates(),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Only the project's own style and script are inserted without escaping.
    templates.filters["own"] = Markup
    templates.filters["breakable"] = _breakable
    templates.filters["coded"] = _coded
    return templates


def _visible(value: object) -> object:
    """`value` for a page, with invisible and layout-changing characters as escapes."""
    return printable(value, keep="\n\t") if type(value) is str else value


def _breakable(text: str) -> "Markup":
    """A URN, type or path with line break opportunities after its parts."""
    from markupsafe import Markup

    return Markup("<wbr>").join(_END_OF_PART.split(printable(text)))


def _coded(text: str) -> "Markup":
    """A sentence with text between backticks as code."""
    from markupsafe import Markup

    plain, *rest = _CODE.split(printable(text))
    marked_up = Markup("").join(
        Markup("<code>{}</code>").format(each) if number % 2 == 0 else Markup("{}").format(each)
        for number, each in enumerate(rest)
    )
    return Markup("{}").format(plain) + marked_up


def _hash(text: str) -> str:
    """The content security policy source of an inline style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
