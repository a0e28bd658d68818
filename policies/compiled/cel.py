"""Rules as CEL expressions: the places that a rule checks, and the condition for each."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from bluelamp.policies.compiled.kinds import Kind
from bluelamp.policies.compiled.result import CannotCompile
from bluelamp.policies.kubernetes._workloads import METADATA, PODS
from bluelamp.policies.rule import Must

_LISTS: Final = ("containers[*]", "initContainers[*]", "ephemeralContainers[*]")
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_EMPTY: Final = '""'
_POD, _METADATA = "variables.pod", "variables.metadata"
_OF_PODS: Final[Mapping[str, Mapping[str, str]]] = {
    base: {type_.rpartition(":")[2]: str(path) for type_, path in paths.items()}
    for base, paths in ((_POD, PODS), (_METADATA, METADATA))
}
_OF_EVERY_POD: Final[Mapping[str, str]] = {
    "containers": (
        "variables.pod.containers + variables.pod.?initContainers.orValue([]) + "
        "variables.pod.?ephemeralContainers.orValue([])"
    ),
    "contexts": "[variables.pod.?securityContext] + variables.containers.map(each, each.?securityContext)",
}


def literal(value: Any) -> str:
    """`value` as a CEL literal."""
    if isinstance(value, str):
        return "'" + json.dumps(value, ensure_ascii=False)[1:-1].replace("'", r"\'").replace(r"\"", '"') + "'"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(literal(each) for each in value) + "]"
    return json.dumps(value)


def parameter(name: str, value: Any) -> str:
    """The expression that converts the parameter `name` from text in a ConfigMap to the type of `value`."""
    text = f"params.data.{name}"
    if not isinstance(value, (list, tuple)):
        return _typed(text, value)
    items = f"{text}.split('\\n').filter(each, each != '')"
    if "" in value:
        return f"{items}.map(each, each == {literal(_EMPTY)} ? '' : each)"
    return items if not value or isinstance(value[0], str) else f"{items}.map(each, {_typed('each', value[0])})"


def setting(value: Any) -> str:
    """`value` as the text that `parameter` reads: for a list, one item a line, with `""` for an empty one."""
    if isinstance(value, (list, tuple)):
        return "\n".join(setting(each) or _EMPTY for each in value)
    return value if isinstance(value, str) else json.dumps(value)


def of_pods(kinds: Iterable[Kind]) -> Mapping[str, str]:
    """The variables of rules on kinds with pods; none for other kinds."""
    names = [kind.name for kind in kinds]
    if not all(name in _OF_PODS[_POD] for name in names):
        return {}
    return {**{base.rpartition(".")[2]: _by_kind(paths, names) for base, paths in _OF_PODS.items()}, **_OF_EVERY_POD}


def everywhere(kinds: tuple[Kind, ...], expression: str) -> list[str]:
    """The expressions that `expression` is true at every place, one for each group of kinds with the same places."""
    pod_places = {_in_pod(kind) for kind in kinds}
    if len(pod_places) == 1 and None not in pod_places:
        return [each for places in pod_places for each in _in_pods(places or (), expression)]
    by_paths: dict[tuple[str, ...], list[str]] = {}
    for kind in kinds:
        by_paths.setdefault(kind.paths, []).append(kind.name)
    if len(by_paths) == 1:
        return _all("object", kinds[0].paths, expression)
    return [
        f"!({_is(names)}) || ({each})"
        for paths, names in by_paths.items()
        for each in _all("dyn(object)", paths, expression)
    ]


def place(kinds: tuple[Kind, ...]) -> str:
    """The name of the place in an expression on `kinds`."""
    if {kind.paths for kind in kinds} == {("",)}:
        return "object"
    return _POD if {_in_pod(kind) for kind in kinds} == {((_POD, ""),)} else "place"


def must(requirement: Must, place: str) -> str:
    """The expression that the property below `place` meets `requirement`; its parameters are variables."""
    property_ = _step(place, requirement.path)
    value = (
        f"{property_}.value()"
        if requirement.default is None
        else f"{property_}.orValue({literal(requirement.default)})"
    )
    if requirement.minimum is not None:
        condition = f"{value} >= variables.minimum"
    elif isinstance(requirement.be, str):
        condition = f"{value}.lowerAscii() == {literal(requirement.be.lower())}"
    elif requirement.be is not None:
        condition = f"{value} == {literal(requirement.be)}"
    elif requirement.among and not isinstance(requirement.among[0], str):
        condition = f"{value} in variables.among"
    else:
        condition = f"{value}.lowerAscii() in variables.among.map(each, each.lowerAscii())"
    return f"{property_}.hasValue() && {condition}" if requirement.default is None else condition


def used(expressions: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """The variables of `known` that `expressions` use directly or indirectly, each after those that it uses.

    Raises `CannotCompile` for an unknown variable.
    """
    found: dict[str, str] = {}

    def collect(expression: str) -> None:
        for name in re.findall(r"\bvariables\.(\w+)", expression):
            if name not in known:
                raise CannotCompile(f"its expression uses a variable {name} that there is not")
            if name not in found:
                collect(known[name])
                found[name] = known[name]

    for each in expressions:
        collect(each)
    return found


def _in_pod(kind: Kind) -> tuple[tuple[str, str], ...] | None:
    """The places of `kind` as paths below the pod or its metadata; None if one is elsewhere."""
    found = []
    for path in kind.paths:
        bases = [(base, paths.get(kind.name)) for base, paths in _OF_PODS.items()]
        below = [(base, path[len(at) :]) for base, at in bases if at and f"{path}.".startswith(f"{at}.")]
        if not below:
            return None
        found.append((below[0][0], below[0][1].lstrip(".")))
    return tuple(found)


def _in_pods(places: tuple[tuple[str, str], ...], expression: str) -> list[str]:
    """The expressions that `expression` is true at all `places`; equal paths in all container lists are combined."""
    heads_by_tail: dict[str, set[str]] = {}
    for base, path in places:
        for head in _LISTS:
            if base == _POD and path.startswith(head):
                heads_by_tail.setdefault(path[len(head) :].lstrip("."), set()).add(head)
    common = sorted(tail for tail, heads in heads_by_tail.items() if heads == set(_LISTS))
    rest = [
        (base, path)
        for base, path in places
        if not any(base == _POD and path == ".".join(filter(None, (head, tail))) for tail in common for head in _LISTS)
    ]
    found = [_each("variables.containers", common, expression)] if common else []
    for base in _OF_PODS:
        found += _all(base, tuple(path for owner, path in rest if owner == base), expression)
    return found


def _all(base: str, paths: tuple[str, ...], expression: str) -> list[str]:
    if paths == ("",):
        return [expression]
    plain = [path for path in paths if "[*]" not in path]
    listed = [
        f"[{', '.join(_step(base, path) for path in plain)}].all(place, {expression})" if plain else "",
        *(_nested(base, path, expression) for path in paths if "[*]" in path),
    ]
    return [each for each in listed if each]


def _each(items: str, tails: list[str], expression: str) -> str:
    """The expression that `expression` is true at all of `tails` below each of `items`."""
    if tails == [""]:
        return f"{items}.all(place, {expression})"
    plain = [_step("each", tail) for tail in tails if "[*]" not in tail]
    if len(tails) == len(plain) == 1:
        return f"{items}.map(each, {plain[0]}).all(place, {expression})"
    inner = [_nested("each", tail, expression) for tail in tails if "[*]" in tail]
    inner += [f"[{', '.join(plain)}].all(place, {expression})"] if plain else []
    return f"{items}.all(each, {' && '.join(inner)})"


def _nested(base: str, path: str, expression: str, depth: int = 0) -> str:
    head, _, tail = path.partition("[*]")
    items = f"{_step(base, head)}.orValue([])"
    tail = tail.lstrip(".")
    if "[*]" in tail:
        item = f"each{depth or ''}" if base != "each" else f"inner{depth or ''}"
        return f"{items}.all({item}, {_nested(item, tail, expression, depth + 1)})"
    if not tail:
        return f"{items}.all(place, {expression})"
    item = "inner" if base.startswith("each") else "each"
    return f"{items}.map({item}, {_step(item, tail)}).all(place, {expression})"


def _step(base: str, dotted: str) -> str:
    """The value at `dotted` below `base`, as an optional value."""
    for key in filter(None, dotted.split(".")):
        base += f".?{key}" if _PLAIN.fullmatch(key) else f"[?{literal(key)}]"
    return base


def _by_kind(paths: Mapping[str, str], names: Iterable[str]) -> str:
    """The value at the path for the object's kind."""
    by_path: dict[str, list[str]] = {}
    for name in names:
        by_path.setdefault(paths[name], []).append(name)
    *rare, (common, _) = sorted(by_path.items(), key=lambda each: len(each[1]))
    # The kinds have different fields, and the server's type check rejects a field that one of them lacks.
    return " : ".join([*(f"{_is(each)} ? dyn(object).{path}" for path, each in rare), f"dyn(object).{common}"])


def _is(names: list[str]) -> str:
    return f"object.kind == {literal(names[0])}" if len(names) == 1 else f"object.kind in {literal(sorted(names))}"


def _typed(text: str, like: Any) -> str:
    if isinstance(like, bool):
        return f"{text} == 'true'"
    if isinstance(like, int):
        return f"int({text})"
    if isinstance(like, float):
        return f"double({text})"
    if isinstance(like, str):
        return text
    raise CannotCompile(f"a parameter of it is a {type(like).__name__}, which a ConfigMap cannot hold")
