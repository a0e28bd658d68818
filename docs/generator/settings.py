"""The page of the settings, from their models: types, allowed values and defaults, by profile where those differ."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bluelamp.cli.settings_index import Setting, by_profile
from bluelamp.cli.settings_index import settings as index
from docs.generator.text import code, page, table

_PREFIX: Final = "bluelamp:"


def settings() -> str:
    """Every setting of a force, a section at a time."""
    known = index()
    differing = by_profile(Path(__file__).parents[2])
    parts = [
        "A force's settings are in `stacks/Pulumi.<force>.yaml`, under `config:`, each with `bluelamp:` in front. "
        "`bluelamp new FORCE` writes a file to start from, `bluelamp check FORCE` reports every mistake at once, and "
        "`bluelamp explain azure.hub` describes a setting or a section and lists the forces that set it. A further "
        "environment's file holds what differs: see [environments](environments.md).",
        "`[]` after a name means each item of a list, or each value of a mapping. Where a default depends on the "
        "profile, it is given for each.",
    ]
    for at, rows in _sections(known):
        title = "Top level" if not at else code(_PREFIX + at)
        text = known[at].text if at else "The keys directly under `config:`."
        cells = (
            (code(_PREFIX + each.path), _kind(each), _default(each, differing.get(each.path, {})), each.note)
            for each in rows
        )
        parts += [f"## {title}", text, table(("setting", "type", "default", "meaning"), cells)]
    return page("Settings", *parts)


def _sections(known: Mapping[str, Setting]) -> Iterator[tuple[str, Sequence[Setting]]]:
    """Each section's path with the settings directly in it, in the order of the models."""
    found: dict[str, list[Setting]] = {}
    for each in known.values():
        found.setdefault(each.path.rpartition(".")[0].removesuffix("[]"), []).append(each)
    yield from found.items()


def _kind(setting: Setting) -> str:
    allowed = ", ".join(code(each) for each in setting.allowed)
    if setting.kind == "one of the allowed values":
        return allowed
    return f"{setting.kind.replace('one of the allowed values', 'values')}: {allowed}" if allowed else setting.kind


def _default(setting: Setting, differing: Mapping[str, Any]) -> str:
    if setting.required:
        said = "required"
    elif setting.section and setting.kind == "section":
        said = "not set" if setting.default is None and not setting.filled else "see the section"
    elif setting.allocated:
        said = "from the force's allocation"
    elif setting.planned:
        said = "from the force's roadmap"
    elif len({_shown(each) for each in differing.values()}) > 1:
        said = "; ".join(f"{profile}: {_shown(each)}" for profile, each in differing.items())
    elif differing and setting.default is None:
        said = _shown(next(iter(differing.values())))
    else:
        said = _shown(setting.default)
    return said


def _shown(value: Any) -> str:
    """A default as it is written in YAML; in words, where there is none to write."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, Mapping) and value:
        return f"{len(value)} entries, see the section"
    if isinstance(value, (tuple, list, Mapping)):
        if any(not isinstance(item, (str, int, float)) for item in value):
            return f"{len(value)}, see the section"
        return ", ".join(code(str(item)) for item in value) or "empty"
    return code(str(value))
