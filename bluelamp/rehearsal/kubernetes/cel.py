"""Runs the validation rules of custom resources (`x-kubernetes-validations`), which are CEL expressions.

The interpreter is the Rust crate `cel`, by way of `common-expression-language`. It reads no optional field syntax
(`self.?a`) and lacks some of Kubernetes' functions: a rule that needs them is reported once as not assessed, and
refuses nothing. Rules on a change (`oldSelf`) are not run. Source: Kubernetes v1.36,
`apiextensions-apiserver/pkg/apiserver/schema/cel`.
"""

import datetime
import ipaddress
import logging
import re
import sys
from collections.abc import Iterator, Mapping
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


def failures(value: Any, node: Node, path: str = "") -> Iterator[Failure]:
    """The rules in the schema `node` that `value` breaks, which its defaults have completed. What is not known yet is
    not judged."""
    if isinstance(value, Secret):
        value = plain(value)
    if value is UNKNOWN or value is None:
        return
    if RULES in node and not has_unknown(value):
        yield from _broken(value, node, path)
    if isinstance(value, Mapping):
        fields, others = node.get("properties") or {}, node.get("additionalProperties")
        for key, item in value.items():
            below = fields.get(key, others)
            if isinstance(below, Mapping):
                yield from failures(item, below, join(path, key))
    elif isinstance(value, list) and isinstance(node.get("items"), Mapping):
        for index, item in enumerate(value):
            yield from failures(item, node["items"], join(path, index))


def _broken(value: Any, node: Node, path: str) -> Iterator[Failure]:
    found = _converted(plain(value), node)
    for rule in node[RULES]:
        text = str(rule.get("rule", ""))
        if "oldSelf" not in text and not _holds(text, found):
            where = str(rule.get("fieldPath") or "").removeprefix(".")
            reason = str(rule.get("message") or f"breaks the rule {' '.join(text.split())}").strip()
            yield Failure(".".join(part for part in (path, where) if part), reason)


def _holds(text: str, value: Any) -> bool:
    """Whether `value` obeys the expression `text`; true where that cannot be said."""
    program = _program(text)
    if program is None or ("size(" in text and not _ascii(value)):
        # The interpreter counts bytes where Kubernetes counts characters.
        return True
    scope: Any = {"self": value}
    if _extended().search(text):
        scope = _context()
        scope.add_variable("self", value)
    try:
        return program.execute(scope) is not False
    except (KeyError, IndexError):
        # As on the server: what is not there makes the rule fail.
        return False
    except (RuntimeError, TypeError, ValueError, ArithmeticError) as error:
        _not_assessed(text, str(error))
        return True


@cache
def _library() -> Any:
    """The interpreter, without its command line, which takes longer to import than all else."""
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
    """Why `text` is not CEL; empty where it is, or has a part that the interpreter alone cannot read."""
    try:
        _library().compile(text)
    except ValueError as error:
        said = str(error)
        return "" if "unsupported" in said else said.splitlines()[0].rpartition("ERROR: ")[2]
    return ""


@lru_cache(maxsize=1024)
def _not_assessed(text: str, reason: str) -> None:
    _log.warning("a validation rule of a custom resource is not assessed: %s (%s)", text, reason.splitlines()[0])


def _ascii(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_ascii(key) and _ascii(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(_ascii, value))
    return not isinstance(value, str) or value.isascii()


def _converted(value: Any, node: Node) -> Any:
    """`value` as CEL sees it: names escaped, times and durations parsed, numbers as the schema says."""
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
    """A property's name as an expression writes it."""
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
    """Kubernetes' functions that the interpreter has not, so far as they can be told from CEL's own."""
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
    """Finds a call of a function that is not the interpreter's own."""
    _library()
    from cel.stdlib import STDLIB_FUNCTIONS

    names = sorted({*_functions(), *STDLIB_FUNCTIONS})
    return re.compile(rf"\b({'|'.join(map(re.escape, names))})\(")


def _context() -> "cel.Context":
    """What an expression may use."""
    library = _library()
    from cel.stdlib import add_stdlib_to_context

    context: cel.Context = library.Context()
    add_stdlib_to_context(context)
    for name, function in _functions().items():
        context.add_function(name, function)
    return context
