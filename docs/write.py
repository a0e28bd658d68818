"""Writes the reference pages from the code: `python docs/write.py`. A test fails when a page is behind."""

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel

HERE = Path(__file__).parent
_MADE = "<!-- Written by `make docs` from the code; do not edit. -->\n"


def command() -> str:
    """Every verb and option of the command."""
    from typer.main import get_command

    from bluelamp.cli import app as module

    module.load()
    pages = [f"# The command\n\n{_MADE}", f"{module.app.info.help}\n\n{module.app.info.epilog}\n"]
    for path, verb in sorted(_verbs(get_command(module.app), ("bluelamp",))):
        pages.append(f"## `{' '.join(path)}`\n\n{inspect.cleandoc(verb.help or '')}\n")
        rows = [row for parameter in verb.params if (row := _parameter(parameter))]
        if rows:
            pages.append("| option | means |\n|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(pages)


def _verbs(group: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, verb in group.commands.items():
        if hasattr(verb, "commands"):
            yield from _verbs(verb, (*path, name))
        else:
            yield (*path, name), verb


def _parameter(parameter: Any) -> str:
    if getattr(parameter, "hidden", False):
        return ""
    if parameter.param_type_name == "argument":
        return f"| `{parameter.metavar or parameter.name.upper()}` | {parameter.help or ''} |"
    names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
    return f"| {names} | {(parameter.help or '').strip()} |"


def rules() -> str:
    """Every rule with its controls."""
    from bluelamp.policies import rules as discovered
    from bluelamp.policies.compiled import to_admission, to_azure_policy

    admitted, defined = to_admission(discovered()).documents, to_azure_policy(discovered()).documents
    pages = [
        f"# The rules\n\n{_MADE}\n{len(discovered())} rules. Read more of one with `bluelamp explain ID`.\n",
        f"`bluelamp compile` writes {len(admitted)} of them as admission policies for Kubernetes and {len(defined)} as "
        "Azure Policy definitions; the last column says which ([more](compiled.md)).\n",
    ]
    for area in sorted({rule.area for rule in discovered()}):
        head = "| rule | asks | a failure reads | severity | | controls | compiles to |"
        pages.append(f"## {area}\n\n{head}\n|---|---|---|---|---|---|---|")
        for rule in sorted((one for one in discovered() if one.area == area), key=lambda one: one.id):
            controls = "; ".join(str(control) for control in rule.controls)
            other = "admission" if rule.id in admitted else "Azure Policy" if rule.id in defined else ""
            cells = (rule.id, rule.title, rule.failure, rule.severity, rule.enforcement, controls, other)
            pages.append(f"| {' | '.join(cells)} |")
        pages.append("")
    return "\n".join(pages)


def settings() -> str:
    """Every setting of a force, from the models."""
    from bluelamp.cli.settings_index import settings as index
    from bluelamp.infra.settings.model import Settings
    from bluelamp.infra.settings.profiles import COMES_WITH

    known = index()

    def default(path: str, field: Any) -> str:
        if known[path].required:
            return "required"
        if field.is_required():
            if known[path].planned:
                return "from the force's roadmap"
            return "from the force's allocation" if known[path].allocated else "as below"
        component = path.removeprefix("components.")
        if component in COMES_WITH and component != path:
            first = COMES_WITH[component]
            return "`off`" if first == "off" else f"`off`; the profile's from `{first}` on"
        return _shown(field.get_default(call_default_factory=True))

    pages = [
        f"# Settings\n\n{_MADE}\n",
        "A force's settings stand in `stacks/Pulumi.<force>.yaml`, under `config:`, each with `bluelamp:` in front. "
        "`bluelamp new FORCE` writes a file to start from, and `bluelamp check FORCE` says every mistake at once. "
        "A further environment's file holds what differs: see [environments](environments.md).\n",
    ]
    for title, model in _models(Settings, "bluelamp:"):
        pages.append(f"## {title or 'Top level'}\n\n{inspect.cleandoc(model.__doc__ or '')}\n")
        pages.append("| setting | kind | default | |\n|---|---|---|---|")
        notes = _notes(model)
        for name, field in model.model_fields.items():
            path = f"{title.removeprefix('bluelamp:')}{field.alias or name}"
            setting = known[path]
            allowed = ", ".join(f"`{each}`" for each in setting.allowed)
            kind = allowed if setting.kind == "one of the allowed values" else setting.kind
            if allowed and allowed != kind:
                kind = f"{kind.replace('one of the allowed values', 'values')}: {allowed}"
            cells = (f"`{title}{field.alias or name}`", kind, default(path, field), notes.get(name, ""))
            pages.append(f"| {' | '.join(cells)} |")
        pages.append("")
    return "\n".join(pages)


def _models(model: type[BaseModel], path: str) -> Iterator[tuple[str, type[BaseModel]]]:
    yield path, model
    for name, field in model.model_fields.items():
        for inner in _inside(field.annotation):
            many = "[]" if "tuple" in str(field.annotation) else ""
            yield from _models(inner, f"{path}{field.alias or name}{many}.")


def _inside(annotation: Any) -> Iterator[type[BaseModel]]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _inside(argument)


def _notes(model: type[BaseModel]) -> dict[str, str]:
    """What the model's source says below each field."""
    source = inspect.getsource(model)
    found = re.findall(r'^    (\w+):[^\n]*(?:\n(?:        [^\n]*|    \)[^\n]*))*\n    """(.*?)"""', source, re.S | re.M)
    return {name: " ".join(text.split()).replace("|", "\\|") for name, text in found}


def _shown(value: Any) -> str:
    """A default as it is written in YAML; in words, where there is none to write."""
    if isinstance(value, BaseModel):
        return "as below"
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, (tuple, dict)):
        if any(isinstance(item, BaseModel) for item in value):
            return f"{len(value)}, as below"
        return ", ".join(f"`{item}`" for item in value) or "empty"
    return f"`{value}`"


def modules() -> str:
    """Every module: what it makes, and its smallest example."""
    from bluelamp import modules as package

    pages = [f"# The modules\n\n{_MADE}\n"]
    for module in _packages(package):
        examples = sorted((Path(module.__file__ or "").parent / "examples").glob("*.py"))
        if not examples:
            continue
        pages.append(f"## `{module.__name__}`\n\n{inspect.cleandoc(module.__doc__ or '')}\n")
        for example in examples:
            pages.append(f"{example.stem}:\n\n```python\n{example.read_text(encoding='utf-8').strip()}\n```\n")
    return "\n".join(pages)


def _packages(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if found.ispkg and ".examples" not in found.name:
            yield importlib.import_module(found.name)


def exercises() -> dict[str, Callable[[], str]]:
    """The pages of the exercises, and their index."""
    from bluelamp.learn.text import pages

    return {f"learn/{name}": partial(str, text) for name, text in pages(_MADE.strip()).items()}


PAGES: dict[str, Callable[[], str]] = {
    "command": command,
    "rules": rules,
    "settings": settings,
    "modules": modules,
    **exercises(),
}


def main() -> None:
    """Writes every page."""
    for name, page in PAGES.items():
        path = HERE / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(page().rstrip() + "\n", encoding="utf-8")
        sys.stdout.write(f"wrote {path.relative_to(HERE.parent)}\n")
    from bluelamp import schemas
    from bluelamp.schemas import editor

    schemas.write(schemas.HERE, HERE / "schemas")
    for path in editor.generate():
        sys.stdout.write(f"wrote {path.relative_to(HERE.parent)}\n")


if __name__ == "__main__":
    main()
