"""Output of `bluelamp explain` for a setting: kind, allowed values, defaults, description, and forces that set it."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bluelamp.cli.screen import Screen, escape
from bluelamp.cli.select import with_stacks
from bluelamp.cli.settings_index import Setting, canonical, defaults, settings
from bluelamp.core.problems import SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Steps
from bluelamp.infra.settings.layers import STACK_FILE
from bluelamp.infra.settings.register import read_register
from bluelamp.reports.words import value


def named(thing: str) -> Setting | None:
    """The setting named `thing`, with or without `bluelamp:` and indexes."""
    return settings().get(canonical(thing))


def show(screen: Screen, setting: Setting, root: Path) -> None:
    """Shows the setting, with the default of each profile and each force that sets it."""
    register = read_register(root)
    there = with_stacks(root)
    entry = register.forces[next((slug for slug in there if slug in register.forces), next(iter(register.forces)))]
    by_profile = defaults(setting.path, entry)
    given = _written(setting.path, root, there)
    inner = [each for each in settings() if each.startswith((f"{setting.path}.", f"{setting.path}[]."))]
    screen.show(f"[bold]bluelamp:{escape(setting.path)}[/bold]{' (required)' if setting.required else ''}")
    if setting.note:
        screen.show(escape(setting.note))
    screen.show(f"\n[bold]Kind[/bold] {escape(setting.kind)}")
    if setting.allowed:
        screen.show(f"[bold]Allowed[/bold] {escape(', '.join(setting.allowed))}")
    for line in _defaults(setting, by_profile):
        screen.show(line)
    if inner:
        direct = [each for each in inner if "." not in each.removeprefix(setting.path).lstrip("[].")]
        screen.show(f"[bold]Settings[/bold] {escape(', '.join(direct))}")
    screen.show(f"\n[bold]Set by[/bold] {len({each['force'] for each in given})} of {len(there)} forces")
    if given and not setting.section:
        screen.columns(
            ["force", "value", "place"],
            [[each["force"], value(each["value"]), f"{each['file']}:{each['line']}"] for each in given],
        )
    elif given:
        screen.show(escape(", ".join(dict.fromkeys(each["force"] for each in given))))
    screen.give(
        {
            "setting": f"bluelamp:{setting.path}",
            "kind": setting.kind,
            "allowed": list(setting.allowed),
            "required": setting.required,
            "default": _plain(setting.default),
            "defaults": by_profile,
            "note": setting.note,
            "settings": inner,
            "set_by": given,
        }
    )


def _defaults(setting: Setting, by_profile: dict[str, Any]) -> Iterator[str]:
    if setting.section:
        return
    shown = {profile: value(each) for profile, each in by_profile.items()}
    if len(set(shown.values())) > 1:
        text = ", ".join(f"{profile}: {escape(each)}" for profile, each in shown.items())
        yield f"[bold]Default[/bold] {text}"
    elif setting.allocated:
        yield "[bold]Default[/bold] from the address plan in stacks/forces.yaml"
    elif setting.planned:
        yield "[bold]Default[/bold] the monthly budget in stacks/FORCE/roadmap.yaml, where it has one"
    elif shown and not setting.required:
        yield f"[bold]Default[/bold] {escape(next(iter(shown.values())))} in every profile"
    elif not setting.required:
        yield f"[bold]Default[/bold] {escape(value(_plain(setting.default)))}"


def _written(path: str, root: Path, forces: list[str]) -> list[dict[str, Any]]:
    """The place where each force sets it."""
    wanted = path.split(".")
    found = []
    for slug in forces:
        with suppress(SettingsError):
            source = parse(*content_of(root / STACK_FILE.format(slug=slug), root))
            for steps, (line, _) in source.places.items():
                if len(steps) > 1 and steps[0] == "config" and _fits(steps[1:], wanted):
                    held: Any = source.values
                    for step in steps:
                        held = held[step]
                    found.append({"force": slug, "value": held, "file": source.file, "line": line})
    return found


def _fits(steps: Steps, wanted: list[str]) -> bool:
    """Whether a path in a stack file belongs to the setting: `[]` matches one index or key."""
    expected = [
        part for each in wanted for part in ((each.removesuffix("[]"), "[]") if each.endswith("[]") else (each,))
    ]
    if len(steps) != len(expected):
        return False
    first = str(steps[0]).removeprefix("bluelamp:")
    return all(want in ("[]", have) for want, have in zip(expected, (first, *steps[1:]), strict=True))


def _plain(default: Any) -> Any:
    if isinstance(default, BaseModel):
        return default.model_dump(mode="json", by_alias=True)
    if isinstance(default, (tuple, list)):
        return [_plain(each) for each in default]
    return default if default is None or isinstance(default, (str, bool, int, float, dict)) else str(default)
