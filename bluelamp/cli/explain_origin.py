"""Output of `bluelamp explain` for the origin of a property's value."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from bluelamp.cli.screen import escape
from bluelamp.core.text import first_of
from bluelamp.reports.words import value

if TYPE_CHECKING:
    from bluelamp.origins import Influence, Origin

_MOST: Final = 8
"""The number of settings of a kind described in full."""
_COMPONENTS: Final = "bluelamp:components."
_REGISTER: Final = "forces."


def sentences(origin: "Origin", code: str) -> Iterator[str]:
    """The origin as lines of markup; `code` is the file and line that sets the property."""
    from bluelamp.origins import Kind

    yield from _first(origin, code)
    if origin.settings:
        yield from _follows("It follows", origin.settings[0], origin.value)
    others = origin.settings[1:]
    if others:
        yield "Other settings that change it:"
    for each in others[:_MOST]:
        yield from _follows("  ", each, origin.value)
    yield from _rest(len(others) - _MOST)
    if origin.conditions:
        yield "The resource exists because of:"
        yield from (f"   {_named(each)}" for each in origin.conditions[:_MOST])
        yield from _rest(len(origin.conditions) - _MOST)
    if code and origin.kind is not Kind.CODE:
        yield f"Code: {escape(code)}"
    yield from _certainty(origin)


def _first(origin: "Origin", code: str) -> Iterator[str]:
    from bluelamp.origins import Kind

    match origin.kind:
        case Kind.CODE:
            yield _fixed(origin, code)
        case Kind.PROVIDER:
            yield "Set by the provider, not by the program."
        case Kind.CLOUD:
            made = [escape(urn.rpartition("::")[2]) for urn in origin.references]
            yield f"Known after deployment{', from ' if made else ''}{', '.join(made)}."
        case Kind.NOTHING:
            yield "Not set: the default of the service applies."
        case _:
            if origin.value is None:
                yield "Not set by the current settings."


def _fixed(origin: "Origin", code: str) -> str:
    where = escape(code) if code else "the program"
    if origin.exhausted:
        return f"It is fixed by the code at {where}: no setting changes it ({origin.tried} tried)."
    return f"It comes from the code at {where}: no setting that could be tried changes it ({origin.tried} tried)."


def _follows(verb: str, each: "Influence", now: Any) -> Iterator[str]:
    if verb.strip():
        yield f"{verb} the {_kind(each)} {_named(each)}."
    else:
        yield f"{verb} {_named(each)}"
    yield f"     [dim]with {escape(value(each.tried))} it would be {escape(value(_changed(now, each.became)))}[/dim]"


def _changed(now: Any, became: Any) -> Any:
    """The entries of an object that differ."""
    if not isinstance(now, dict) or not isinstance(became, dict):
        return became
    return {key: _changed(now.get(key), item) for key, item in became.items() if now.get(key) != item} or became


def _kind(each: "Influence") -> str:
    return "register entry" if each.path.startswith(_REGISTER) else "setting"


def _named(each: "Influence") -> str:
    where = f"{each.file}:{each.line}" if each.line else each.file
    name = f"[bold]{escape(each.path)}[/bold]"
    if each.written:
        return f"{name}, which is {escape(value(each.value))} in {escape(where)}"
    return f"{name}, which is not written: {_default(each)} ({escape(where)})"


def _default(each: "Influence") -> str:
    if each.path.startswith(_COMPONENTS) and each.value is None:
        from bluelamp.infra.settings.profiles import COMES_WITH

        profile = COMES_WITH.get(each.path.removeprefix(_COMPONENTS), "off")
        return "no profile includes it" if profile == "off" else f"the profiles from {profile} on include it"
    return f"the default is {escape(value(each.value))}"


def _rest(count: int) -> Iterator[str]:
    if count > 0:
        yield f"   and {count} more (--format json lists them)"


def _certainty(origin: "Origin") -> Iterator[str]:
    if origin.exhausted:
        return
    if origin.untried:
        named = first_of([escape(path) for path in origin.untried], _MOST)
        yield f"[yellow]Not certain:[/yellow] these could not be tried, and may change it too: {named}."
    else:
        yield "[yellow]Not certain:[/yellow] planned alone, the resource has another value than in the whole plan."
