"""ARM templates, which Bicep compiles to, as resources to be judged.

    resources = read(["infrastructure/"])

Each resource becomes what Pulumi's provider would make of it, so that every rule says of it what it says at every other
moment. What only a deployment knows is unknown. A parameters file beside a template (`site.parameters.json` beside
`site.json`) gives its parameters.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bluelamp.core.problems import Problem, SettingsError
from bluelamp.errors import UsageError
from bluelamp.reports.sources import armnames
from bluelamp.reports.sources.declared import Declared, Listener, declared
from bluelamp.reports.sources.expressions import Open, unknown
from bluelamp.reports.sources.functions import name_key, target
from bluelamp.reports.sources.located import Unreadable
from bluelamp.reports.sources.located import read as read_json
from bluelamp.reports.sources.scopes import LOCATION, Scope, level_of
from bluelamp.reports.unjudged import Skipped
from policies.model import UNKNOWN, Resource
from policies.value import joined

LARGEST: Final = 8_000_000
"""How many bytes one file may have; Azure takes no template above 4 MB."""
_URN: Final = "urn:pulumi:templates::bluelamp"
_GROUP: Final = "azure-native:resources:ResourceGroup"
_PARAMETERS: Final = ".parameters.json"
_VAULT_ITEM: Final = "azure-native:keyvault:Secret"
_SECRET_NAME: Final = re.compile(
    r"(password|secret|(account|access|shared|sas|api)key|connectionstring|sastoken)$", re.I
)
_Key = tuple[str, tuple[Any, ...]]


def read(
    paths: Sequence[str],
    hear: Callable[[str], None] = lambda _: None,
    skip: Callable[[Skipped], None] = lambda _: None,
) -> list[Resource]:
    """The resources that the templates in `paths`, files and folders, declare.

    `hear` is told of what is left out, `skip` of each resource that is. Raises `SettingsError` with everything that
    cannot be read, in every file, and `UsageError` where there is no template.
    """
    problems: list[Problem] = []
    found: dict[str, Resource] = {}
    left_out: dict[str, int] = {}
    templates = 0
    for file, named in _files(paths, problems):
        text, template = _json(file, problems)
        level = level_of(template) if isinstance(template, Mapping) else None
        if template is None or level is None:
            if named and template is not None:
                problems.append(_no_template(file))
            continue
        templates += 1
        scope = Scope(template, _given(file, problems), level, file)
        _read(file, text, scope, found, problems, left_out, skip)
    if problems:
        raise SettingsError(problems)
    if not templates:
        raise UsageError(
            f"there is no ARM template in {', '.join(paths)}",
            next_step="name JSON files or folders; of Bicep make them first: bicep build main.bicep",
        )
    if left_out:
        hear(
            "left out, as the rules do not know it: "
            + ", ".join(f"{what} ({count})" for what, count in sorted(left_out.items()))
        )
    return list(found.values())


def _read(
    file: str,
    text: str,
    scope: Scope,
    found: dict[str, Resource],
    problems: list[Problem],
    left_out: dict[str, int],
    skip: Callable[[Skipped], None],
) -> None:
    def line(start: int) -> int:
        return text.count("\n", 0, start) + 1

    def leave(what: str) -> None:
        left_out[what] = left_out.get(what, 0) + 1

    listener = Listener(
        lambda start, why: problems.append(Problem(file, line(start), message=why)),
        leave,
        lambda start, kind, name, why: skip(Skipped(kind, name, why, source=(file, line(start)))),
    )
    told: list[tuple[Declared, str, str]] = []
    for each in declared(scope, listener):
        token = armnames.token_of(each.type, each.names, each.level)
        if token is None:
            leave(each.type)
            name = "/".join(part.brief if isinstance(part, Open) else str(part) for part in each.names)
            listener.skipped(each.start, each.type, name, "the rules do not know this type")
            continue
        told.append(
            (each, token, _urn(token, each, f"{file}:{line(each.start)}", {*found, *(urn for *_, urn in told)}))
        )
    index = {(each.type.lower(), tuple(map(name_key, each.names))): urn for each, _, urn in told}
    for each, token, urn in told:
        values, strange = armnames.inputs(token, each.type, each.body)
        for name in strange:
            leave(f"{each.type} {name}")
        found[urn] = _resource(each, token, urn, (file, line(each.start)), values, index)


def _urn(token: str, each: Declared, place: str, taken: set[str]) -> str:
    name = "/".join(part.brief if isinstance(part, Open) else str(part) for part in each.names)
    urn = f"{_URN}::{token}::{name}"
    if urn in taken:
        urn = f"{urn} ({place})"
    while urn in taken:
        urn = f"{urn}'"
    return urn


def _resource(
    each: Declared, token: str, urn: str, source: tuple[str, int], values: dict[str, Any], index: Mapping[_Key, str]
) -> Resource:
    values = {**values, **armnames.address(token, list(each.names))}
    references: dict[str, set[str]] = {}
    for holder in armnames.holders(token):
        values[holder] = each.on
    if values.get("location") == LOCATION:
        del values["location"]  # it stands where its group does, and says nothing of its own
    for key, value in armnames.parents(token, each.type, each.names):
        if value in index:
            references.setdefault(key, set()).add(index[value])
    if armnames.in_group(token):
        values["resourceGroupName"] = each.group_name or unknown("resourceGroup().name")
        references["resourceGroupName"] = {f"{_URN}::{_GROUP}::{each.group}"}
    properties = {}
    for key, value in values.items():
        made: set[str] = set()
        properties[key] = _plain(value, made, index)
        if made:
            references.setdefault(key, set()).update(made)
    return Resource(
        urn,
        token,
        urn.split("::", 3)[-1],
        properties,
        secrets=frozenset(_secrets(properties, "", everything=token == _VAULT_ITEM)),
        references={key: tuple(sorted(urns)) for key, urns in references.items()},
        source=source,
    )


def _secrets(value: Any, path: str, *, everything: bool) -> Iterator[str]:
    """Where in `value` a secret stands, as far as names tell; of a vault's secret, its value."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            at = joined(path, str(key))
            if isinstance(item, str) and (_SECRET_NAME.search(str(key)) or (everything and key == "value")):
                yield at
            else:
                yield from _secrets(item, at, everything=everything)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _secrets(item, joined(path, index), everything=everything)


def _plain(value: Any, made: set[str], index: Mapping[_Key, str]) -> Any:
    """`value` as rules read it; to `made` is added which resources' ids it is made from."""
    if isinstance(value, Mapping):
        return {key: _plain(item, made, index) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_plain(item, made, index) for item in value]
    if not isinstance(value, Open):
        return value
    meant = target(value)
    if meant is not None and meant in index:
        made.add(index[meant])
    first, *_ = value.parts
    if (
        isinstance(first, str)
        and first.startswith("/")
        and all(isinstance(part, str) or part.shown for part in value.parts)
    ):
        return "".join(part if isinstance(part, str) else part.shown for part in value.parts)
    return UNKNOWN


def _files(paths: Sequence[str], problems: list[Problem]) -> Iterator[tuple[str, bool]]:
    """The files to look at, each once, and whether it was named itself."""
    seen: set[str] = set()
    for path in paths:
        folder = Path(path)
        if not folder.exists():
            problems.append(Problem(path, message="there is no such file or folder"))
            continue
        below = sorted(folder.rglob("*.json")) if folder.is_dir() else [folder]
        for file in below:
            hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
            if str(file) not in seen and not hidden:
                seen.add(str(file))
                yield str(file), not folder.is_dir()


def _json(file: str, problems: list[Problem]) -> tuple[str, Any]:
    """The text of a file and what it holds; None, and a problem more, where it cannot be read."""
    if file.endswith(".bicep"):
        problems.append(Problem(file, message="this is Bicep", next_step=f"compile it first: bicep build {file}"))
        return "", None
    try:
        if Path(file).stat().st_size > LARGEST:
            problems.append(Problem(file, message=f"it is larger than {LARGEST // 1_000_000} MB"))
            return "", None
        text = Path(file).read_text(encoding="utf-8-sig")
        return text, read_json(text, file)
    except UnicodeDecodeError as error:
        problems.append(
            Problem(file, message=f"it is not text (byte {error.start})", allowed="templates are JSON in UTF-8")
        )
    except OSError as error:
        problems.append(Problem(file, message=f"it cannot be read: {error.strerror or error}"))
    except Unreadable as error:
        problems.append(error.problem)
    return "", None


def _given(file: str, problems: list[Problem]) -> dict[str, Any]:
    """The parameters that the file beside the template gives."""
    beside = Path(file).with_name(Path(file).stem + _PARAMETERS)
    if not beside.is_file():
        return {}
    _, said = _json(str(beside), problems)
    parameters = said.get("parameters") if isinstance(said, Mapping) else None
    if not isinstance(parameters, Mapping):
        return {}
    return {
        name: value["value"] if isinstance(value, Mapping) and "value" in value else unknown(f"parameters({name})")
        for name, value in parameters.items()
    }


def _no_template(file: str) -> Problem:
    return Problem(
        file,
        path="$schema",
        message="this is no ARM template",
        allowed="its $schema is that of a deployment template, such as "
        "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    )
