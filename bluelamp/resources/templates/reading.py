"""ARM templates, which Bicep compiles to, as resources for rules.

    resources = read(["infrastructure/"])

Each resource becomes a resource of Pulumi's provider, so that every rule gives the same verdict as for plans and
states. Values that depend on the deployment are unknown. A parameters file in the same folder (`site.parameters.json`
for `site.json`) gives the template's parameters.
"""

import codecs
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bluelamp.core.files import FileRefusedError
from bluelamp.core.files import read as read_file
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.resource import UNKNOWN, UNKNOWN_VERSION, Resource, name_of
from bluelamp.core.walk import File, files, printable
from bluelamp.errors import UsageError
from bluelamp.policies.value import joined
from bluelamp.resources.budget import LARGEST_TEMPLATE, Budget, OverBudget, first_problems
from bluelamp.resources.located import DuplicateName, Unreadable, folded
from bluelamp.resources.located import read as read_json
from bluelamp.resources.skipped import Skipped, has_problem, unread
from bluelamp.resources.templates import translation
from bluelamp.resources.templates.children import merged_into_parents
from bluelamp.resources.templates.declared import EXISTING, LINKED, Declared, Listener, brief, declared
from bluelamp.resources.templates.deployments import items, refer
from bluelamp.resources.templates.expressions import Open, unknown
from bluelamp.resources.templates.ids import located, name_key, target
from bluelamp.resources.templates.parts import Template, level_of
from bluelamp.resources.templates.scopes import LOCATION, Scope
from bluelamp.resources.unique import unique

LARGEST: Final = LARGEST_TEMPLATE
"""The maximum size of a file, in bytes; Azure accepts templates up to 4 MB."""
_SUFFIXES: Final = (".json",)
_URN: Final = "urn:pulumi:templates::bluelamp"
_GROUP: Final = "azure-native:resources:ResourceGroup"
_PARAMETERS: Final = ".parameters.json"
_ROLE_ASSIGNMENT: Final = "azure-native:authorization:RoleAssignment"
"""Its scope is used even if parts of the id are unknown."""
_VAULT_ITEM: Final = "azure-native:keyvault:Secret"
_SECRET_NAME: Final = re.compile(
    r"(password|secret|(account|access|shared|sas|api)key|connectionstring|sastoken)$", re.I
)
_LINKED: Final = "the template that a deployment links to"
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_Key = tuple[str, tuple[Any, ...]]


def read(
    paths: Sequence[str],
    notify: Callable[[str], None] = lambda _: None,
    skip: Callable[[Skipped], None] = lambda _: None,
) -> list[Resource]:
    """The resources that the templates in `paths`, files and folders, declare.

    `skip` receives everything that is left out or unreadable, and `notify` a summary. Raises `SettingsError` with all
    problems if there is nothing to judge, or if a limit of the run is exceeded, and `UsageError` if there is no
    template.
    """
    problems: list[Problem] = []
    outcome = _Outcome()
    templates: dict[str, bool] = {}
    budget = Budget()
    roots: set[str] = set()
    for file in files(paths, _SUFFIXES, problems):
        if file.path in templates:
            roots |= {file.root} if templates[file.path] else set()
            continue
        templates[file.path] = False
        try:
            text, template = _json(file, budget, problems)
            level = level_of(template) if isinstance(template, Mapping) else None
            if template is None or level is None:
                if template is not None and (file.named or _looks_like_template(template)):
                    problems.append(_no_template(file.name))
                continue
            templates[file.path] = True
            roots.add(file.root)
            parts, given = _template(file, text, template, problems), _given(file, budget, problems)
            if parts is not None and given is None:
                problems.append(Problem(file.name, message="its parameters file cannot be read"))
            elif parts is not None and given is not None:
                _read(file.name, text, Scope(parts, given, level, file.name, budget=budget, refer=refer), outcome)
        except OverBudget as error:
            raise SettingsError(first_problems([*problems, Problem(file.name, message=str(error))])) from error
    problems = list(dict.fromkeys(problems))  # a parameters file is read by itself and with its template
    wrong = [*problems, *outcome.problems]
    if wrong and not outcome.found:
        raise SettingsError(first_problems(wrong))
    # A path without templates is a mistake even if other paths have some.
    without_templates = [
        printable(path) for path in dict.fromkeys(paths) if path not in roots and not has_problem(path, problems)
    ]
    if without_templates:
        raise UsageError(
            f"there is no ARM template in {', '.join(without_templates)}",
            next_step="name JSON files or folders; compile Bicep first: bicep build main.bicep",
        )
    for one in [*map(unread, problems), *outcome.skipped]:
        skip(one)
    if outcome.left_out:
        notify(
            "left out, as no rule can judge it: "
            + ", ".join(f"{what} ({count})" for what, count in sorted(outcome.left_out.items()))
        )
    return list(outcome.found.values())


@dataclass
class _Outcome:
    """The result: resources by URN, with problems, skipped items and their numbers."""

    found: dict[str, Resource] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def _looks_like_template(value: Any) -> bool:
    """Whether a file is a template without `$schema`: all its resources have a type and an API version."""
    listed = items(_members(value).get("resources"))
    return bool(listed) and all({"type", "apiversion"} <= _members(each).keys() for each in listed)


def _members(value: Any) -> dict[str, Any]:
    """The members of an object by folded name; none if names differ in case only."""
    try:
        return folded(value)
    except DuplicateName:
        return {}


def _template(file: File, text: str, raw: Mapping[str, Any], problems: list[Problem]) -> Template | None:
    try:
        return Template.of(raw)
    except DuplicateName as error:
        line = text.count("\n", 0, max(error.start, 0)) + 1
        problems.append(Problem(file.name, line, message=str(error), next_step="keep one of them"))
        return None


def _read(file: str, text: str, scope: Scope, outcome: _Outcome) -> None:
    breaks = [each.start() for each in re.finditer("\n", text)]

    def line(start: int) -> int:
        return bisect_right(breaks, start) + 1

    def invalid(start: int, kind: str, name: str, why: str) -> None:
        scope.budget.problem()
        outcome.problems.append(Problem(file, line(start), message=why))
        outcome.skipped.append(
            Skipped(kind, name, f"it cannot be read: {why}", source=(file, line(start)), unread=True)
        )

    def skipped(start: int, kind: str, name: str, why: str) -> None:
        outcome.left_out[_LINKED if why == LINKED else kind] += why != EXISTING
        outcome.skipped.append(Skipped(kind, name, why, source=(file, line(start))))

    def unread(start: int, kind: str, name: str, why: str) -> None:
        scope.budget.problem()
        outcome.left_out["expressions that cannot be read"] += 1
        why = f"it cannot be read, and its value is unknown: {why}"
        outcome.skipped.append(Skipped(kind, name, why, source=(file, line(start)), of="expression"))

    known: list[tuple[Declared, str, str]] = []
    listener = Listener(invalid, skipped, unread)
    listed = []
    for each in declared(scope, listener):
        scope.budget.resource(each.body)
        listed.append(each)
    try:
        listed = merged_into_parents(listed)
    except DuplicateName as error:
        invalid(error.start, "template", file, str(error))
    for each in listed:
        token = translation.token_of(each.type, each.names, each.level)
        name = brief(each.names)
        if token is None:
            listener.skipped(each.start, each.type, name, "the rules do not know this type")
            continue
        start = f"{_URN}::{token}::"
        known.append((each, token, start + unique(start, name, f"{file}:{line(each.start)}", outcome.taken)))
    index = {(each.type.lower(), tuple(map(name_key, each.names))): urn for each, _, urn in known}
    for each, token, urn in known:
        try:
            values, unsupported = translation.inputs(token, each.type, each.body)
            source = (file, line(each.start))
            outcome.found[urn] = _resource(each, token, urn, source, values, index)
            for name in unsupported:
                outcome.left_out[f"{each.type} {name}"] += 1
                why = "it is of another API version than the rules"
                outcome.skipped.append(
                    Skipped(f"{each.type} {name}", f"{brief(each.names)}.{name}", why, source=source, of="property")
                )
        except DuplicateName as error:
            invalid(error.start if error.start > 0 else each.start, each.type, brief(each.names), str(error))
        except RecursionError:
            invalid(each.start, each.type, brief(each.names), "values are nested too deep")


def _resource(
    each: Declared, token: str, urn: str, source: tuple[str, int], values: dict[str, Any], index: Mapping[_Key, str]
) -> Resource:
    values = {**values, **translation.address(token, list(each.names))}
    references: dict[str, set[str]] = {}
    scope_inputs = translation.scope_inputs(token)
    for scope_input in scope_inputs:
        values[scope_input] = each.on
    if values.get("location") == LOCATION:
        del values["location"]  # the resource group's location is unknown
    for key, value in translation.parents(token, each.type, each.names):
        if value in index:
            references.setdefault(key, set()).add(index[value])
    if translation.in_group(token):
        values["resourceGroupName"] = each.group_name or unknown("resourceGroup().name")
        references["resourceGroupName"] = {f"{_URN}::{_GROUP}::{each.group}"}
    properties = {}
    for key, value in values.items():
        targets: set[str] = set()
        properties[key] = _plain(value, targets, index)
        if properties[key] is UNKNOWN and key in scope_inputs and token == _ROLE_ASSIGNMENT:
            identifier = located(value)
            properties[key] = identifier if isinstance(identifier, str) else UNKNOWN
        if targets:
            references.setdefault(key, set()).update(targets)
    return Resource(
        urn,
        token,
        name_of(urn),
        properties,
        secrets=frozenset(_secrets(properties, "", everything=token == _VAULT_ITEM)),
        references={key: tuple(sorted(urns)) for key, urns in references.items()},
        source=source,
        api_version=_version(each.body),
        conditions=each.conditions,
    )


def _version(body: Mapping[str, Any]) -> str:
    """The date of a resource's API version."""
    version = folded(body).get("apiversion")
    return version[: len("2023-01-01")] if isinstance(version, str) and _DATE.match(version) else UNKNOWN_VERSION


def _secrets(value: Any, path: str, *, everything: bool) -> Iterator[str]:
    """The paths of secrets in `value`, by their names; for a key vault secret, its value."""
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


def _plain(value: Any, targets: set[str], index: Mapping[_Key, str]) -> Any:
    """`value` in the form that rules read. The URNs of the resources whose ids it contains are added to `targets`."""
    if isinstance(value, Mapping):
        return {key: _plain(item, targets, index) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_plain(item, targets, index) for item in value]
    if not isinstance(value, Open):
        return value
    wanted = target(value)
    if wanted is not None and wanted in index:
        targets.add(index[wanted])
    first, *_ = value.parts
    if (
        isinstance(first, str)
        and first.startswith("/")
        and all(isinstance(part, str) or part.shown for part in value.parts)
    ):
        return "".join(part if isinstance(part, str) else part.shown for part in value.parts)
    return UNKNOWN


def _json(file: File, budget: Budget, problems: list[Problem]) -> tuple[str, Any]:
    """The text of a file and its value; None with a problem added if it cannot be read. Raises `OverBudget`."""

    def refuse(message: str, *, allowed: str = "", next_step: str = "") -> None:
        problems.append(Problem(file.name, message=message, allowed=allowed, next_step=next_step))

    if file.name.lower().endswith(".bicep"):
        refuse("this is Bicep", next_step=f"compile it first: bicep build {file.name}")
        return "", None
    try:
        raw = read_file(Path(file.path), LARGEST)
        budget.read(len(raw))
        text = raw.decode("utf-16" if raw.startswith(_UTF_16) else "utf-8-sig")
        return text, read_json(text, file.name)
    except UnicodeDecodeError as error:
        refuse(f"it is not text (byte {error.start})", allowed="templates are JSON in UTF-8 or UTF-16")
    except FileRefusedError as error:
        large = "larger" in str(error.strerror)
        refuse(f"it is larger than {LARGEST // 1_000_000} MB" if large else f"it {error.strerror}")
    except OSError as error:
        refuse(f"it cannot be read: {error.strerror or error}")
    except Unreadable as error:
        problems.append(error.problem)
    return "", None


def _given(file: File, budget: Budget, problems: list[Problem]) -> dict[str, Any] | None:
    """The parameters in the template's parameters file, by folded name; None with a problem added if that file cannot
    be read.

    Its name is compared without case, as on Windows and macOS, so that verdicts do not depend on the platform.
    """
    template = Path(file.path)
    wanted = (template.stem + _PARAMETERS).lower()
    try:
        names = sorted(each.name for each in template.parent.iterdir() if each.name.lower() == wanted)
    except OSError:
        names = [template.stem + _PARAMETERS]  # if it exists, reading it reports the reason
    if not names:
        return {}
    if len(names) > 1:
        message = f"{' and '.join(map(printable, names))} are its parameters on machines that ignore case"
        problems.append(Problem(file.name, message=message, next_step="keep one of them"))
        return None
    path = str(template.with_name(names[0]))
    parameters = File(path, printable(path), file.root, named=False)
    before = len(problems)
    text, content = _json(parameters, budget, problems)
    if len(problems) > before:
        return None
    try:
        parts = folded(content)
        # Azure's CLI also accepts a file with the bare parameters.
        given = folded(parts.get("parameters", parts))
        return {name: _given_value(name, value) for name, value in given.items()}
    except DuplicateName as error:
        line = text.count("\n", 0, max(error.start, 0)) + 1
        problems.append(Problem(parameters.name, line, message=str(error), next_step="keep one of them"))
        return None


def _given_value(name: str, parameter: Any) -> Any:
    parts = folded(parameter)
    return parts["value"] if "value" in parts else unknown(f"parameters({name})")


def _no_template(file: str) -> Problem:
    return Problem(
        file,
        path="$schema",
        message="this is not an ARM template",
        allowed="its $schema is that of a deployment template, such as "
        "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    )
