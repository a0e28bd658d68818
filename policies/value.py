"""Reading properties: a `Value` is the value at one path of a resource.

Rules read through it so that an unknown is never mistaken for a value: reading an unknown value raises `UnknownValue`,
which becomes the verdict unknown.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Final, TypeVar

from bluelamp.core.resource import UNKNOWN, Resource

_T = TypeVar("_T")
SECRET: Final = "[secret]"  # noqa: S105 - the mark that replaces a secret
_SECRET_KEY: Final = 8
UNTIL_DEPLOYED: Final = "unknown until deployed"
NOT_CONCLUSIVE: Final = "the value is known and does not decide the rule"
RENDER_AND_AUDIT: Final = "render it and audit the manifests: bluelamp audit --from manifests"
"""The suffix of a reason that deployment does not resolve, as the objects are defined elsewhere."""
_ALL: Final = "[*]"
_SCALARS: Final = frozenset({str, bool, int, float, type(None)})
_PLAIN_KEY: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-$")


class UnknownValue(Exception):  # noqa: N818 - an answer, not an error
    """A rule needed an unknown value, `value`, for this `reason`."""

    def __init__(self, value: "Value", reason: str = UNTIL_DEPLOYED) -> None:
        super().__init__(value)
        self.value = value
        self.reason = reason


class PartialObject(dict[str, Any]):
    """A partly known object: all other properties are `UNKNOWN`, not missing."""

    def get(self, key: str, default: Any = None) -> Any:
        """The property; `UNKNOWN` if it is not known."""
        del default
        return dict.get(self, key, UNKNOWN)


class PartialList(list[Any]):
    """A partly known list: it may have further items."""


_PARTIAL: Final = frozenset({PartialObject, PartialList})


def depends_on_unknown(raw: Any) -> bool:
    """Whether `raw` may still change at deployment: it is missing, unknown, or contains an unknown value."""
    if raw is None:
        return True
    waiting = [raw]
    while waiting:
        each = waiting.pop()
        if each is UNKNOWN or type(each) in _PARTIAL:
            return True
        waiting += each.values() if isinstance(each, Mapping) else each if isinstance(each, (list, tuple)) else ()
    return False


class Value:
    """The value at one path of a resource; `raw` is None if it is missing."""

    __slots__ = ("_path", "key", "outer", "raw", "resource")

    def __init__(self, resource: Resource, raw: Any, outer: "Value | None" = None, key: str | int = "") -> None:
        self.resource = resource
        self.raw = raw
        self.outer = outer
        self.key = key
        self._path: str | None = None

    @property
    def path(self) -> str:
        """The path in Pulumi's notation: `spec.containers[0].image`, `metadata.labels["app.kubernetes.io/name"]`."""
        if self._path is None:
            self._path = joined(self.outer.path, self.key) if self.outer else self.resource.within
        return self._path

    @property
    def printable_path(self) -> str:
        """The path for printing. Inside a secret it is the secret's path, as keys may be secret too."""
        path = self.path
        secrets = self.resource.secrets
        if not secrets:  # most resources have none
            return path
        for secret in secrets:
            if secret != path and covers(secret, path):
                path = secret
        return path

    @property
    def references(self) -> tuple[str, ...]:
        """The URNs of the resources on which the top-level property of this value depends.

        An empty result does not prove that there are none, as dependencies may not be recorded.
        """
        value: Value = self
        while value.outer and value.outer.outer:
            value = value.outer
        return self.resource.references.get(str(value.key), ())

    @property
    def known(self) -> Any:
        """The raw value; None if it is missing. Raises `UnknownValue` if it is unknown."""
        if self.raw is UNKNOWN:
            raise UnknownValue(self)
        return self.raw

    @property
    def missing(self) -> bool:
        """Whether there is no value. Raises `UnknownValue` if that is unknown."""
        raw = self.raw
        if raw is UNKNOWN:
            raise UnknownValue(self)
        return raw is None

    def __getitem__(self, key: str) -> "Value":
        """The property `key`, taken literally. Raises `UnknownValue`, or TypeError if this is not an object."""
        raw = self.raw
        if raw is None:
            return Value(self.resource, None, self, key)
        if type(raw) is not dict:  # the common type first, for speed
            if raw is UNKNOWN:
                raise UnknownValue(self)
            if not isinstance(raw, Mapping):
                raise TypeError(f"{self.path or 'the resource'} is a {type(raw).__name__}, not an object")
        found = raw.get(key)
        if found is None and self.key == "tags":
            found = _tag(raw, key)
        return Value(self.resource, found, self, key)

    def at(self, dotted: str) -> "Value":
        """The value at `dotted`, a path of properties such as `networkAcls.defaultAction`."""
        value = self
        for key in _steps(dotted):
            value = value[key]
        return value

    def get(self, default: Any) -> Any:
        """The raw value, or `default` (the service's default) if it is missing. Raises `UnknownValue`."""
        raw = self.raw
        if raw is UNKNOWN:
            raise UnknownValue(self)
        return default if raw is None else raw

    def text(self, default: str = "") -> str:
        """The value in lower case, for case-insensitive enumerations. Raises `UnknownValue`."""
        return str(self.get(default)).lower()

    def each(self) -> Iterator["Value"]:
        """The items of a list, or the values of an object; none if missing. Raises `UnknownValue` or TypeError.

        For a partly known value, `UnknownValue` is raised after the known items.
        """
        raw = self.known
        if raw is None:
            return
        if type(raw) is list or (isinstance(raw, Sequence) and not isinstance(raw, str)):
            for index, item in enumerate(raw):
                yield Value(self.resource, item, self, index)
        elif isinstance(raw, Mapping):
            for key, item in raw.items():
                yield Value(self.resource, item, self, key)
        else:
            raise TypeError(f"{self.path} is a {type(raw).__name__}, not a list")
        if type(raw) in _PARTIAL:
            raise UnknownValue(self)

    def places(self) -> Iterable["Value"]:
        """As `each`, but with a separate place for the unknown part of a partly known value."""
        if type(self.raw) not in _PARTIAL:
            return self.each()
        rest = Value(self.resource, UNKNOWN, self, "*")
        rest._path = self.path
        items = self.raw.items() if isinstance(self.raw, PartialObject) else enumerate(self.raw)
        return (*(Value(self.resource, item, self, key) for key, item in items), rest)

    def shown(self) -> Any:
        """The value as JSON that may be printed: secrets redacted, unknown parts marked."""
        secrets = self.resource.secrets
        if not secrets:
            return _open(self.raw)
        path = self.path
        if any(covers(secret, path) for secret in secrets):
            return SECRET
        inner = [secret for secret in secrets if covers(path, secret)]
        return _shown(self.raw, path, frozenset(inner))


def _tag(tags: Mapping[str, Any], name: str) -> Any:
    """The tag `name`, compared without case, as in Azure."""
    return next((value for key, value in tags.items() if str(key).lower() == name.lower()), None)


def root(resource: Resource) -> Value:
    """The properties of `resource`, as one value."""
    return Value(resource, resource.properties)


def places(start: Value, pattern: str) -> Iterator[Value]:
    """The values at `pattern` below `start`; `[*]` after a property means each of its items.

    An unknown value on the way is itself the place, so that reading it raises `UnknownValue`.
    """
    values = [start]
    for step in _steps(pattern):
        values = [inner for value in values for inner in stepped(value, step)]
    return iter(values)


def stepped(value: Value, step: str) -> Iterable[Value]:
    """The values one step of a pattern below `value`."""
    raw = value.raw
    if raw is UNKNOWN or isinstance(raw, BaseException):
        return (value,)
    key = _listed(step)
    if key is None:
        return (value[step],)
    inner = value[key]
    if inner.raw is None:
        return ()
    return (inner,) if inner.raw is UNKNOWN else inner.places()


@cache
def _listed(step: str) -> str | None:
    """The property of a step that ends in `[*]`; None for any other step."""
    return step[: -len(_ALL)] if step.endswith(_ALL) else None


def some(values: Iterable[Value], holds: Callable[[Value], bool]) -> Value | None:
    """The first of `values` for which `holds` is true; None if there is none.

    Raises `UnknownValue` if it is true for no known value but might be for an unknown one.
    """
    doubt: UnknownValue | None = None
    for value in values:
        try:
            if holds(value):
                return value
        except UnknownValue as unknown:
            doubt = doubt or unknown
    if doubt:
        raise doubt
    return None


def any_of(questions: Iterable[Callable[[], _T | None]]) -> _T | None:
    """The first answer that is not None; None if there is none.

    Raises `UnknownValue` if all known answers are None and one of `questions` has an unknown answer.
    """
    doubt: UnknownValue | None = None
    for question in questions:
        try:
            answer = question()
        except UnknownValue as unknown:
            doubt = doubt or unknown
        else:
            if answer is not None:
                return answer
    if doubt:
        raise doubt
    return None


def all_of(*questions: Callable[[], _T | None]) -> tuple[_T, ...]:
    """The answers of `questions` if none is None; otherwise an empty tuple, even if other answers are unknown.

    Raises `UnknownValue` if no answer is None and one is unknown.
    """
    doubt: UnknownValue | None = None
    answers: list[_T] = []
    for question in questions:
        try:
            answer = question()
        except UnknownValue as unknown:
            doubt = doubt or unknown
        else:
            if answer is None:
                return ()
            answers.append(answer)
    if doubt:
        raise doubt
    return tuple(answers)


def joined(path: str, key: str | int) -> str:
    """`path` with one more step."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if not _is_plain(key):
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


@lru_cache(maxsize=4096)
def _is_plain(key: str) -> bool:
    return _PLAIN_KEY.issuperset(key)


def covers(path: str, other: str) -> bool:
    """Whether `other` is `path` or below it."""
    return not path or other == path or (other.startswith(path) and other[len(path)] in ".[")


def secret_key(key: object) -> bool:
    """Whether a key inside a secret may itself be a secret: it is long and has a digit, unlike most property names."""
    return isinstance(key, str) and len(key) >= _SECRET_KEY and any(map(str.isdigit, key))


@cache
def _steps(dotted: str) -> tuple[str, ...]:
    return tuple(dotted.split(".")) if dotted else ()


def _open(raw: Any) -> Any:
    """As `_shown` for resources without secrets, which are most, without computing paths."""
    kind = type(raw)
    if kind in _SCALARS:
        return raw
    if kind is dict:
        return {str(key): _open(item) for key, item in raw.items()}
    if kind is list:
        return [_open(item) for item in raw]
    return _shown(raw, "", frozenset())


def _shown(raw: Any, path: str, secrets: frozenset[str]) -> Any:
    if raw is UNKNOWN:
        return repr(UNKNOWN)
    if path in secrets:
        return SECRET
    if type(raw) in _SCALARS:
        return raw
    if isinstance(raw, Mapping):
        return {str(key): _shown(item, joined(path, key), secrets) for key, item in raw.items()}
    if isinstance(raw, Sequence) and not isinstance(raw, str):
        return [_shown(item, joined(path, index), secrets) for index, item in enumerate(raw)]
    return raw if isinstance(raw, (str, int, float, bool)) or raw is None else str(type(raw).__name__)
