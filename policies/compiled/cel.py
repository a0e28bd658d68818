"""Rules as CEL expressions: the places that a rule looks at, and what must be true of each."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from policies.compiled.kinds import Kind
from policies.compiled.result import CannotCompile
from policies.kubernetes._workloads import PODS
from policies.rule import Must

_LISTS: Final = ("containers[*]", "initContainers[*]", "ephemeralContainers[*]")
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_POD_PATHS: Final[Mapping[str, str]] = {type_.rpartition(":")[2]: str(path) for type_, path in PODS.items()}

CONTAINERS: Final = (
    "variables.pod.containers + variables.pod.?initContainers.orValue([]) + "
    "variables.pod.?ephemeralContainers.orValue([])"
)
"""Every container of a pod, whatever it is for."""


def literal(value: Any) -> str:
    """`value` as CEL writes it."""
    if isinstance(value, str):
        return "'" + json.dumps(value, ensure_ascii=False)[1:-1].replace("'", r"\'").replace(r"\"", '"') + "'"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(literal(each) for each in value) + "]"
    return json.dumps(value)


def parameter(name: str, value: Any) -> str:
    """How the parameter `name`, which is text in a ConfigMap, becomes what it is in the rule."""
    text = f"params.data.{name}"
    if isinstance(value, (list, tuple)):
        items = f"{text}.split('\\n').filter(each, each != '')"
        return items if not value or isinstance(value[0], str) else f"{items}.map(each, {_typed('each', value[0])})"
    return _typed(text, value)


def setting(value: Any) -> str:
    """`value` as the text that `parameter` reads."""
    if isinstance(value, (list, tuple)):
        return "\n".join(setting(each) for each in value)
    return value if isinstance(value, str) else json.dumps(value)


def pod_paths(kinds: Iterable[Kind]) -> Mapping[str, str]:
    """The pod's path in each of `kinds`; empty when the rule looks elsewhere than at pods."""
    found = {}
    for kind in kinds:
        path = _POD_PATHS.get(kind.name)
        if path is None or any(each != path and not each.startswith(f"{path}.") for each in kind.paths):
            return {}
        found[kind.name] = path
    return found


def pod(paths: Mapping[str, str]) -> str:
    """The pod's specification, whichever of the kinds the object is of."""
    by_path: dict[str, list[str]] = {}
    for name, path in paths.items():
        by_path.setdefault(path, []).append(name)
    *rare, (common, _) = sorted(by_path.items(), key=lambda each: len(each[1]))
    # The kinds have different fields, and the server's check of types would complain of each that one of them lacks.
    return " : ".join([*(f"{_is(names)} ? dyn(object).{path}" for path, names in rare), f"dyn(object).{common}"])


def everywhere(kinds: tuple[Kind, ...], expression: str) -> list[str]:
    """One expression for each way in which the places differ: `expression` is true of every place."""
    within = pod_paths(kinds)
    tails = {tuple(path[len(within[kind.name]) :].lstrip(".") for path in kind.paths) for kind in kinds if within}
    if len(tails) == 1:
        return _all("variables.pod", tails.pop(), expression)
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


def must(asked: Must, place: str) -> str:
    """What `asked` says of the property below `place`; the parameters are variables."""
    found = _step(place, asked.path)
    given = f"{found}.value()" if asked.default is None else f"{found}.orValue({literal(asked.default)})"
    if asked.minimum is not None:
        holds = f"{given} >= variables.minimum"
    elif asked.among and isinstance(asked.among[0], str):
        holds = f"{given}.lowerAscii() in variables.among.map(each, each.lowerAscii())"
    elif asked.among:
        holds = f"{given} in variables.among"
    elif isinstance(asked.be, str):
        holds = f"{given}.lowerAscii() == {literal(asked.be.lower())}"
    else:
        holds = f"{given} == {literal(asked.be)}"
    return f"{found}.hasValue() && {holds}" if asked.default is None else holds


def used(expressions: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """Those of the `known` variables that `expressions` use, straight or through one another, each after what it uses.

    Raises `CannotCompile` for a variable that nobody knows.
    """
    found: dict[str, str] = {}

    def take(expression: str) -> None:
        for name in re.findall(r"\bvariables\.(\w+)", expression):
            if name not in known:
                raise CannotCompile(f"its expression uses a variable {name} that there is not")
            if name not in found:
                take(known[name])
                found[name] = known[name]

    for each in expressions:
        take(each)
    return found


def _all(base: str, paths: tuple[str, ...], expression: str) -> list[str]:
    if paths == ("",):
        return [expression]
    heads = tuple(next((each for each in _LISTS if path.startswith(each)), "") for path in paths)
    tails = {path[len(head) :] for path, head in zip(paths, heads, strict=True)}
    if base == "variables.pod" and set(heads) == set(_LISTS) and len(paths) == len(_LISTS) * len(tails):
        return [_each("variables.containers", sorted(tail.lstrip(".") for tail in tails), expression)]
    plain = [path for path in paths if "[*]" not in path]
    listed = [
        f"[{', '.join(_step(base, path) for path in plain)}].all(place, {expression})" if plain else "",
        *(_nested(base, path, expression) for path in paths if "[*]" in path),
    ]
    return [each for each in listed if each]


def _each(items: str, tails: list[str], expression: str) -> str:
    """`expression` is true at all of `tails` below each of `items`."""
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
    """What stands under `dotted` below `base`, as an optional value."""
    for key in filter(None, dotted.split(".")):
        base += f".?{key}" if _PLAIN.fullmatch(key) else f"[?{literal(key)}]"
    return base


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
