"""Runs the validation rules of custom resources (`x-kubernetes-validations`), which are CEL expressions.

The interpreter is the Rust crate `cel`, through `common-expression-language`. It does not support optional field
selection (`self.?a`) and lacks some of Kubernetes' functions. A rule that needs them is logged once as not assessed and
does not fail.

A transition rule, which uses `oldSelf`, runs if there is an old value to compare with: in an update, at the same
fields, map keys and items of lists of type map. With `optionalOldSelf` it always runs. Other rules do not fail if their
value is unchanged (validation ratcheting). Source: Kubernetes v1.36,
`apiextensions-apiserver/pkg/apiserver/schema/cel` and `apiserver/pkg/cel/common`.
"""

import datetime
import ipaddress
import logging
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bluelamp.rehearsal.kubernetes.formats import is_quantity, quantity
from bluelamp.rehearsal.kubernetes.schema import join
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.values import UNKNOWN, Secret, has_unknown, plain

if TYPE_CHECKING:
    import cel

Node = Mapping[str, Any]

RULES = "x-kubernetes-validations"
_log = logging.getLogger(__name__)
ABSENT: Any = type("Absent", (), {"__repr__": lambda _: "ABSENT"})()
"""A missing old value."""
_STRINGS = re.compile(
    r'''[rRbB]{0,2}("""(?:.|\n)*?"""|\'\'\'(?:.|\n)*?\'\'\'|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')'''
)
_OLD = re.compile(r"(?<![\w.])oldSelf\b")
_OPTIONAL_OLD = re.compile(
    r"(?<![\w.])oldSelf(?=\s*\.\s*(?:hasValue|value|orValue|or)\s*\(|\s*[!=]=\s*optional\.none\(\))"
)
_ABSORBS = re.compile(r"\.\s*exists\s*\(|(?:!(?!=)|\?).*\.\s*all\s*\(|\.\s*all\s*\(.*\?", re.DOTALL)
"""A macro in which the server ignores the error of one item if another decides; the interpreter does not."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ESCAPES = {"__": "__underscores__", ".": "__dot__", "-": "__dash__", "/": "__slash__"}
_KEYWORDS = frozenset(
    [
        *("true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import"),
        *("let", "loop", "package", "namespace", "return", "var", "void", "while"),
    ]
)
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def failures(
    value: Any, node: Node, path: str = "", *, old: Any = ABSENT, transitions: bool = True
) -> Iterator[Failure]:
    """The failures of `value`, with defaults, under the rules in the schema `node`. Unknown values are not checked.

    `old` is the value before an update, also with defaults; `ABSENT` for a new one. Without `transitions`, transition
    rules do not run.
    """
    value, old = (plain(item) if isinstance(item, Secret) else item for item in (value, old))
    if value is UNKNOWN or value is None:
        return
    if RULES in node and not has_unknown(value):
        yield from _broken(value, node, path, old, transitions=transitions)
    for key, item, before, below in _inner(value, node, old):
        yield from failures(item, below, join(path, key), old=before, transitions=transitions)


def _inner(value: Any, node: Node, old: Any) -> Iterator[tuple[str | int, Any, Any, Node]]:
    """The items of `value`: key, item, old item and schema."""
    if isinstance(value, Mapping):
        fields, others = node.get("properties") or {}, node.get("additionalProperties")
        before = old if isinstance(old, Mapping) else {}
        for key, item in value.items():
            below = fields.get(key, others)
            if isinstance(below, Mapping):
                yield key, item, before.get(key, ABSENT), below
    elif isinstance(value, list) and isinstance(node.get("items"), Mapping):
        matched = _matched(value, node, old)
        for index, item in enumerate(value):
            yield index, item, matched[index], node["items"]


def _matched(value: list[Any], node: Node, old: Any) -> list[Any]:
    """The old item of each item of a list, by its keys in a list of type map; else only if the list is unchanged."""
    if plain(value) == plain(old):
        return value
    keys = node.get("x-kubernetes-list-map-keys") or ()
    if not (isinstance(old, list) and keys and node.get("x-kubernetes-list-type") == "map"):
        return [ABSENT] * len(value)
    known = {_key(each, keys): each for each in reversed(old)}
    return [known.get(_key(item, keys), ABSENT) for item in value]


def _key(item: Any, keys: Iterable[str]) -> str:
    found = plain(item)
    return repr([found.get(key) for key in keys] if isinstance(found, Mapping) else found)


@lru_cache(maxsize=4096)
def bare(text: str) -> str:
    """The expression `text` without comments and with empty string literals."""
    return re.sub(r"//.*", "", _STRINGS.sub("''", text))


def is_transition(text: str) -> bool:
    """Whether the rule `text` is a transition rule, which uses `oldSelf`."""
    return "oldSelf" in text and _OLD.search(bare(text)) is not None


def _broken(value: Any, node: Node, path: str, old: Any, *, transitions: bool) -> Iterator[Failure]:
    found = _converted(plain(value), node)
    old = ABSENT if old is None else plain(old)
    before = old if old is ABSENT or old is UNKNOWN or has_unknown(old) else _converted(old, node)
    same = old is not ABSENT and plain(value) == old
    for rule in node[RULES]:
        text = str(rule.get("rule", ""))
        if is_transition(text):
            runs, optional = transitions, rule.get("optionalOldSelf") is True
            runs = runs and not has_unknown(before) and (optional or before is not ABSENT)
            held = not runs or _holds(text, found, before, optional=optional)
        else:
            held = same or _holds(text, found)
        if not held:
            where = str(rule.get("fieldPath") or "").removeprefix(".")
            reason = str(rule.get("message") or f"breaks the rule {' '.join(text.split())}").strip()
            yield Failure(".".join(part for part in (path, where) if part), reason)


def _holds(text: str, value: Any, old: Any = ABSENT, *, optional: bool = False) -> bool:
    """Whether `value`, previously `old`, satisfies the expression `text`; true if that cannot be determined."""
    written = text
    if optional:
        if not len(_OLD.findall(text)) == len(_OLD.findall(bare(text))) == len(_OPTIONAL_OLD.findall(text)):
            _not_assessed(text, "it uses oldSelf, an optional value, in a way that is not supported")
            return True
        written = _OLD.sub("optional.none()" if old is ABSENT else "optional.of(oldSelf)", text)
    program, differs = _program(written), _differs(bare(text), value, old)
    if differs:
        _not_assessed(text, "the interpreter measures or writes a value in another way than the server")
    if program is None or differs:
        return True
    scope: Any = {"self": value} if old is ABSENT else {"self": value, "oldSelf": old}
    if _extended().search(text):
        names, scope = scope, _context()
        for name, each in names.items():
            scope.add_variable(name, each)
    try:
        return program.execute(scope) is not False
    except (KeyError, IndexError) as error:
        # As on the server, a missing field or index makes the rule fail, unless another item may decide.
        decided_elsewhere = _ABSORBS.search(bare(text)) is not None
        if decided_elsewhere:
            _not_assessed(text, f"{error} is missing in an item, and another item may decide")
        return decided_elsewhere
    except (RuntimeError, TypeError, ValueError, ArithmeticError) as error:
        if "optional.none() dereference" in str(error):
            return False
        _not_assessed(text, str(error))
        return True


@cache
def _library() -> Any:
    """The interpreter, without its command line, whose import is slow."""
    sys.modules.setdefault("cel.cli", ModuleType("cel.cli"))
    import cel

    return cel


@lru_cache(maxsize=4096)
def _program(text: str) -> "cel.Program | None":
    try:
        program: cel.Program = _library().compile(text)
    except ValueError as error:
        _not_assessed(text, str(error))
        return None
    return program


def syntax(text: str) -> str:
    """Why `text` is not CEL; empty if it is, or if it uses syntax that the interpreter does not support."""
    try:
        _library().compile(text)
    except ValueError as error:
        message = str(error)
        return "" if "unsupported" in message else message.splitlines()[0].rpartition("ERROR: ")[2]
    return ""


@lru_cache(maxsize=1024)
def _not_assessed(text: str, reason: str) -> None:
    _log.warning("a validation rule of a custom resource is not assessed: %s (%s)", text, reason.splitlines()[0])


def _differs(text: str, *values: Any) -> bool:
    """Whether the interpreter may evaluate the expression `text` otherwise than the server does.

    It counts bytes, not characters, and writes times, durations and fractions in other ways.
    """
    return ("size(" in text and any(not item.isascii() for item in _scalars(values) if isinstance(item, str))) or (
        "string(" in text and ("timestamp(" in text or "duration(" in text or any(map(_is_rewritten, _scalars(values))))
    )


def _is_rewritten(value: Any) -> bool:
    return isinstance(value, (float, datetime.datetime, datetime.timedelta))


def _scalars(value: Any) -> Iterator[Any]:
    """The keys and scalars in `value`."""
    if isinstance(value, Mapping):
        yield from value
        yield from _scalars(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _scalars(item)
    else:
        yield value


def _converted(value: Any, node: Node) -> Any:
    """`value` for CEL: names escaped, times and durations parsed, numbers of the schema's type."""
    if isinstance(value, Mapping):
        fields = node.get("properties") or {}
        others = node.get("additionalProperties")
        if fields:
            return {_escaped(key): _converted(item, fields.get(key) or {}) for key, item in value.items()}
        other = others if isinstance(others, Mapping) else {}
        return {key: _converted(item, other) for key, item in value.items()}
    if isinstance(value, list):
        return [_converted(item, node.get("items") or {}) for item in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        kind = node.get("type")
        return float(value) if kind == "number" else int(value) if kind == "integer" else value
    if isinstance(value, str):
        return _text(value, str(node.get("format", "")))
    return value


def _text(value: str, form: str) -> Any:
    if form in ("date-time", "date"):
        try:
            return datetime.datetime.fromisoformat(value)
        except ValueError:
            return value
    if form == "duration" and _DURATION.match(value):
        return datetime.timedelta(
            seconds=sum(float(number) * _SECONDS[unit] for number, unit in _DURATION.findall(value))
        )
    return value


@lru_cache(maxsize=4096)
def _escaped(name: str) -> str:
    """A property's name as it is escaped in expressions."""
    if name in _KEYWORDS:
        return f"__{name}__"
    if _NAME.fullmatch(name) and "__" not in name:
        return name
    return re.sub(r"__|[./-]", lambda found: _ESCAPES[found[0]], name)


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_cidr(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return "/" in text


def _is_url(text: str) -> bool:
    try:
        found = urlsplit(text)
    except ValueError:
        return False
    return bool(found.scheme and (found.netloc or found.path.startswith("/")))


def _index_of(where: Any, what: Any) -> int:
    return where.index(what) if what in where else -1


def _last_index_of(where: Any, what: Any) -> int:
    if isinstance(where, str):
        return where.rfind(what)
    return max((index for index, each in enumerate(where) if each == what), default=-1)


def _find(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    return found[0] if found else ""


def _find_all(text: str, pattern: str) -> list[str]:
    return [found[0] for found in re.finditer(pattern, text)]


@cache
def _functions() -> dict[str, Any]:
    """Kubernetes' CEL functions that the interpreter lacks."""
    return {
        "isIP": _is_ip,
        "isCIDR": _is_cidr,
        "isURL": _is_url,
        "isQuantity": is_quantity,
        "quantity": lambda text: {"quantity": quantity(text)},
        "isLessThan": lambda one, other: one["quantity"] < other["quantity"],
        "isGreaterThan": lambda one, other: one["quantity"] > other["quantity"],
        "isSorted": lambda items: list(items) == sorted(items),
        "indexOf": _index_of,
        "lastIndexOf": _last_index_of,
        "find": _find,
        "findAll": _find_all,
    }


@cache
def _extended() -> re.Pattern[str]:
    """Matches a call of a function that the interpreter does not have built in."""
    _library()
    from cel.stdlib import STDLIB_FUNCTIONS

    names = sorted({*_functions(), *STDLIB_FUNCTIONS})
    return re.compile(rf"\b({'|'.join(map(re.escape, names))})\(")


def _context() -> "cel.Context":
    """The functions that an expression can use."""
    library = _library()
    from cel.stdlib import add_stdlib_to_context

    context: cel.Context = library.Context()
    add_stdlib_to_context(context)
    for name, function in _functions().items():
        context.add_function(name, function)
    return context
