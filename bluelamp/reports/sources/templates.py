"""ARM templates, which Bicep compiles to, as resources to be judged.

    resources = read(["infrastructure/"])

Each resource becomes what Pulumi's provider would make of it, so that every rule says of it what it says at every other
moment. What only a deployment knows is unknown. A parameters file beside a template (`site.parameters.json` beside
`site.json`) gives its parameters.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bluelamp.core.files import FileRefusedError
from bluelamp.core.files import read as read_file
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.resource import UNKNOWN, UNKNOWN_VERSION, Resource
from bluelamp.core.walk import File, files, printable
from bluelamp.errors import UsageError
from bluelamp.policies.value import joined
from bluelamp.reports.sources import armnames
from bluelamp.reports.sources.budget import LARGEST_TEMPLATE, Budget, OverBudget, told
from bluelamp.reports.sources.children import joined_to_parents
from bluelamp.reports.sources.declared import Declared, Listener, declared
from bluelamp.reports.sources.expressions import Open, unknown
from bluelamp.reports.sources.functions import name_key, target
from bluelamp.reports.sources.located import Twice, Unreadable, folded
from bluelamp.reports.sources.located import read as read_json
from bluelamp.reports.sources.scopes import LOCATION, Scope, Template, level_of
from bluelamp.reports.sources.unique import unique
from bluelamp.reports.unjudged import Skipped

LARGEST: Final = LARGEST_TEMPLATE
"""How many bytes one file may have; Azure takes no template above 4 MB."""
_ENDINGS: Final = (".json",)
_URN: Final = "urn:pulumi:templates::bluelamp"
_GROUP: Final = "azure-native:resources:ResourceGroup"
_PARAMETERS: Final = ".parameters.json"
_VAULT_ITEM: Final = "azure-native:keyvault:Secret"
_SECRET_NAME: Final = re.compile(
    r"(password|secret|(account|access|shared|sas|api)key|connectionstring|sastoken)$", re.I
)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
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
    taken: dict[str, int] = {}
    templates: dict[str, bool] = {}
    budget = Budget()
    roots: set[str] = set()
    for file in files(paths, _ENDINGS, problems):
        if file.path in templates:
            roots |= {file.root} if templates[file.path] else set()
            continue
        templates[file.path] = False
        try:
            text, template = _json(file, budget, problems)
            level = level_of(template) if isinstance(template, Mapping) else None
            if template is None or level is None:
                if file.named and template is not None:
                    problems.append(_no_template(file.name))
                continue
            templates[file.path] = True
            roots.add(file.root)
            whole, given = _template(file, text, template, problems), _given(file, budget, problems)
            if whole is not None:
                scope = Scope(whole, given, level, file.name, budget=budget)
                _read(file.name, text, scope, found, taken, problems, left_out, skip)
        except OverBudget as error:
            problems.append(Problem(file.name, message=str(error)))
            break
    if problems:
        raise SettingsError(told(problems))
    # A path that gives nothing is no less a mistake where others give something.
    without = [printable(path) for path in dict.fromkeys(paths) if path not in roots]
    if without:
        raise UsageError(
            f"there is no ARM template in {', '.join(without)}",
            next_step="name JSON files or folders; of Bicep make them first: bicep build main.bicep",
        )
    if left_out:
        hear(
            "left out, as the rules do not know it: "
            + ", ".join(f"{what} ({count})" for what, count in sorted(left_out.items()))
        )
    return list(found.values())


def _template(file: File, text: str, raw: Mapping[str, Any], problems: list[Problem]) -> Template | None:
    try:
        return Template.of(raw)
    except Twice as error:
        line = text.count("\n", 0, max(error.start, 0)) + 1
        problems.append(Problem(file.name, line, message=str(error), next_step="keep one of them"))
        return None


def _read(
    file: str,
    text: str,
    scope: Scope,
    found: dict[str, Resource],
    taken: dict[str, int],
    problems: list[Problem],
    left_out: dict[str, int],
    skip: Callable[[Skipped], None],
) -> None:
    breaks = [each.start() for each in re.finditer("\n", text)]

    def line(start: int) -> int:
        return bisect_right(breaks, start) + 1

    def leave(what: str) -> None:
        left_out[what] = left_out.get(what, 0) + 1

    def wrong(start: int, why: str) -> None:
        scope.budget.problem()
        problems.append(Problem(file, line(start), message=why))

    def skipped(start: int, kind: str, name: str, why: str) -> None:
        skip(Skipped(kind, name, why, source=(file, line(start))))

    told_: list[tuple[Declared, str, str]] = []
    listener = Listener(wrong, leave, skipped)
    listed = []
    for each in declared(scope, listener):
        scope.budget.resource(each.body)
        listed.append(each)
    for each in joined_to_parents(listed):
        token = armnames.token_of(each.type, each.names, each.level)
        name = "/".join(part.brief if isinstance(part, Open) else str(part) for part in each.names)
        if token is None:
            leave(each.type)
            listener.skipped(each.start, each.type, name, "the rules do not know this type")
            continue
        start = f"{_URN}::{token}::"
        told_.append((each, token, start + unique(start, name, f"{file}:{line(each.start)}", taken)))
    index = {(each.type.lower(), tuple(map(name_key, each.names))): urn for each, _, urn in told_}
    for each, token, urn in told_:
        try:
            values, strange = armnames.inputs(token, each.type, each.body)
            for name in strange:
                leave(f"{each.type} {name}")
            found[urn] = _resource(each, token, urn, (file, line(each.start)), values, index)
        except Twice as error:
            wrong(error.start if error.start > 0 else each.start, str(error))
        except RecursionError:
            wrong(each.start, "values are nested too deep")


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
        api_version=_version(each.body),
    )


def _version(body: Mapping[str, Any]) -> str:
    """The date of the API version that a resource is declared with."""
    said = folded(body).get("apiversion")
    return said[: len("2023-01-01")] if isinstance(said, str) and _DATE.match(said) else UNKNOWN_VERSION


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


def _json(file: File, budget: Budget, problems: list[Problem]) -> tuple[str, Any]:
    """The text of a file and what it holds; None, and a problem more, where it cannot be read. Raises `OverBudget`."""

    def wrong(message: str, *, allowed: str = "", next_step: str = "") -> None:
        problems.append(Problem(file.name, message=message, allowed=allowed, next_step=next_step))

    if file.name.lower().endswith(".bicep"):
        wrong("this is Bicep", next_step=f"compile it first: bicep build {file.name}")
        return "", None
    try:
        raw = read_file(Path(file.path), LARGEST)
        budget.read(len(raw))
        text = raw.decode("utf-8-sig")
        return text, read_json(text, file.name)
    except UnicodeDecodeError as error:
        wrong(f"it is not text (byte {error.start})", allowed="templates are JSON in UTF-8")
    except FileRefusedError as error:
        large = "larger" in str(error.strerror)
        wrong(f"it is larger than {LARGEST // 1_000_000} MB" if large else f"it {error.strerror}")
    except OSError as error:
        wrong(f"it cannot be read: {error.strerror or error}")
    except Unreadable as error:
        problems.append(error.problem)
    return "", None


def _given(file: File, budget: Budget, problems: list[Problem]) -> dict[str, Any]:
    """The parameters that the file beside the template gives, by folded names.

    Its name is compared without case, as Windows and macOS do: a verdict must not depend on where it is made.
    """
    template = Path(file.path)
    wanted = (template.stem + _PARAMETERS).lower()
    try:
        names = sorted(each.name for each in template.parent.iterdir() if each.name.lower() == wanted)
    except OSError:
        names = [template.stem + _PARAMETERS]  # it may be there: reading it says why it cannot be read
    if not names:
        return {}
    if len(names) > 1:
        message = f"{' and '.join(map(printable, names))} are its parameters on machines that ignore case"
        problems.append(Problem(file.name, message=message, next_step="keep one of them"))
        return {}
    beside = str(template.with_name(names[0]))
    parameters = File(beside, printable(beside), file.root, named=False)
    text, said = _json(parameters, budget, problems)
    try:
        parts = folded(said)
        # Azure's command line also takes a file that holds the parameters alone.
        given = folded(parts.get("parameters", parts))
        return {name: _given_value(name, value) for name, value in given.items()}
    except Twice as error:
        line = text.count("\n", 0, max(error.start, 0)) + 1
        problems.append(Problem(parameters.name, line, message=str(error), next_step="keep one of them"))
        return {}


def _given_value(name: str, said: Any) -> Any:
    parts = folded(said)
    return parts["value"] if "value" in parts else unknown(f"parameters({name})")


def _no_template(file: str) -> Problem:
    return Problem(
        file,
        path="$schema",
        message="this is no ARM template",
        allowed="its $schema is that of a deployment template, such as "
        "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    )
