"""The index of completion: commands and options, rules, frameworks, groups of controls, modules and settings."""

from enum import Enum
from pathlib import Path
from typing import Any, Final, get_args

from bluelamp.completion.store import index_file, signature, write

_OPTIONS: Final = {
    "--rule": "rules",
    "--framework": "frameworks",
    "--region": "regions",
    "--severity": "severities",
    "--area": "areas",
    "--force": "forces",
    "--changed": "none",
    "--formats": "formats",
}
"""The kind of value of each option."""


def build() -> dict[str, Any]:
    """Builds the index, writes it and returns it."""
    from typer.main import get_command

    from bluelamp.cli import app as module
    from bluelamp.cli.explain_framework import editions, groups
    from bluelamp.cli.module_index import modules
    from bluelamp.cli.settings_index import settings
    from bluelamp.policies import Severity, rules
    from bluelamp.reports.write import FORMATS

    module.load()
    root = Path(module.__file__).resolve().parents[2]
    found = {
        "signature": signature(),
        "command": _command(get_command(module.app)),
        "rules": {rule.id: rule.title for rule in rules()},
        "frameworks": {each.name: each.title for each in editions()},
        "groups": dict.fromkeys(groups(), ""),
        "controls": {id_: title for each in editions() for id_, title in each.controls.items()},
        "modules": {each.folder: each.title for each in modules(root)},
        "settings": {path: each.note for path, each in settings().items() if "[]" not in path},
        "severities": {str(each): "" for each in Severity},
        "areas": {rule.area: "" for rule in rules()},
        "formats": dict.fromkeys((*FORMATS, "all"), ""),
    }
    write(index_file(), found)
    return found


def _command(command: Any) -> dict[str, Any]:
    if hasattr(command, "commands"):
        return {
            "help": _first(command.help),
            "commands": {name: _command(each) for name, each in command.commands.items() if not each.hidden},
            "options": {"--help": {"help": "Show this message and exit.", "kind": "flag"}},
        }
    options: dict[str, Any] = {"--help": {"help": "Show this message and exit.", "kind": "flag"}}
    arguments = []
    for each in command.params:
        if each.param_type_name == "argument":
            arguments.append({"kind": _argument(each), "many": each.nargs != 1, "choices": _choices(each)})
        elif not getattr(each, "hidden", False):
            about = {"help": _first(each.help), "kind": _option(each), "choices": _choices(each)}
            options |= dict.fromkeys((*each.opts, *each.secondary_opts), about)
    return {"help": _first(command.help), "options": options, "arguments": arguments}


def _option(option: Any) -> str:
    if option.is_flag or getattr(option, "count", False):
        return "flag"
    named = next((_OPTIONS[name] for name in option.opts if name in _OPTIONS), "")
    return named or ("files" if _takes_path(option) else "choices")


def _argument(argument: Any) -> str:
    metavar = argument.metavar or ""
    by_metavar = {"NAME": "names", "URN": "resources", "PROPERTY": "properties"}
    if metavar in by_metavar:
        return by_metavar[metavar]
    if "FORCE" in metavar:
        return "forces"
    return "files" if _takes_path(argument) or metavar in ("DIR", "FILE") else "choices"


def _choices(parameter: Any) -> list[str]:
    return [str(each.value) for part in _types(parameter) if issubclass(part, Enum) for each in part]


def _takes_path(parameter: Any) -> bool:
    return any(issubclass(part, Path) for part in _types(parameter))


def _types(parameter: Any) -> list[type]:
    """The classes in a parameter's annotation, as recorded by Typer."""
    waiting, found = [getattr(getattr(parameter, "type_descriptor", None), "annotation", None)], []
    while waiting:
        one = waiting.pop()
        waiting += get_args(one)
        if isinstance(one, type):
            found.append(one)
    return found


def _first(text: str | None) -> str:
    return " ".join((text or "").partition("\n\n")[0].split())


if __name__ == "__main__":
    build()
