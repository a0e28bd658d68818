"""Reads YAML and JSON as Kubernetes clients do, with the line of every object.

YAML has the semantics of `sigs.k8s.io/yaml`, which differ from PyYAML's: `y` is true, `010` is eight, `1:30` and dates
are strings, and so are keys. Duplicate keys, custom tags, exponential aliases and endless nesting are errors.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from yaml import MappingNode, MarkedYAMLError, Node, ScalarNode, YAMLError
from yaml._yaml import CParser

from bluelamp.core.source import show
from bluelamp.resources.budget import DEEPEST
from bluelamp.resources.located import LONE_SURROGATE, finite, is_well_formed, no_constant, reason
from bluelamp.resources.manifests.fast_yaml import Document, TooManyError, read_fast
from bluelamp.resources.manifests.scalars import scalar

MOST: Final = 2_000_000
"""The maximum number of values in a document."""
MOST_NODES: Final = 500_000
"""The maximum number of values in a document with aliases, merges or tags, whose nodes need ten times the memory."""
MOST_DOCUMENTS: Final = 100_000
"""The maximum number of documents in a file."""
_MOST_DIRECTIVES: Final = 100
"""The maximum number of directives in a document; libyaml compares each with all others."""
_EXPANDED: Final = 100_000
"""The maximum number of values that aliases may add to a document."""
_CHARACTERS: Final = 16
"""The number of characters of a repeated string that count as one value."""

_DOCUMENT_START: Final = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_DIRECTIVE: Final = re.compile(r"^%.*$", re.MULTILINE)
_PLAIN, _QUOTED = "", "quoted"
_STANDARD: Final = "tag:yaml.org,2002:"
_STRING_TAGS: Final = frozenset({_QUOTED, f"{_STANDARD}str", f"{_STANDARD}binary"})
_RESOLVED_TAGS: Final = frozenset({_PLAIN, *(f"{_STANDARD}{kind}" for kind in ("int", "bool", "float", "null"))})


class Unreadable(Exception):  # noqa: N818 - describes the input, not an error of the program
    """A document that cannot be read: the reason, and the line and column, counted from 1."""

    def __init__(self, message: str, line: int, column: int = 1) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


def documents(text: str, *, as_json: bool = False) -> Iterator[Document | Unreadable]:
    """The documents of `text`, with `Unreadable` in place of each that cannot be read.

    `as_json` reads one or several JSON values; YAML includes most JSON, but no tabs.
    """
    return _json(text) if as_json else _yaml(text)


def _yaml(text: str) -> Iterator[Document | Unreadable]:
    starts = [0, *islice((found.start() for found in _DOCUMENT_START.finditer(text)), MOST_DOCUMENTS)]
    lines_before = 0
    if len(starts) > MOST_DOCUMENTS:
        line = text.count("\n", 0, starts[-1]) + 1
        yield Unreadable(f"there are more than {MOST_DOCUMENTS:,} documents in the file", line)
        return
    # Documents are separated before parsing, so that an error in one does not affect the next.
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        part = text[start:end]
        if start == 0 and not part.startswith("---"):
            part = _DIRECTIVE.sub("", part)
        try:
            yield from _part(part, lines_before)
        except Unreadable as reason:
            yield reason
        lines_before += part.count("\n")


def _part(text: str, lines_before: int) -> Iterator[Document]:
    if "\n%" in text and len(list(islice(_DIRECTIVE.finditer(text), _MOST_DIRECTIVES + 1))) > _MOST_DIRECTIVES:
        raise Unreadable(f"there are more than {_MOST_DIRECTIVES} directives", lines_before + 1)
    try:
        found = read_fast(text, lines_before, MOST)
    except TooManyError as error:
        raise Unreadable(f"a document has more than {MOST:,} values", error.line) from None
    if found is not None:
        yield from found
        return
    try:
        parser = _Parser(text)
        read = _Reader(lines_before, len(text) + len(text) // _CHARACTERS + _EXPANDED)
        while parser.check_node() and (node := parser.get_node()) is not None:
            items: tuple[int, ...] = ()
            if type(node) is MappingNode:
                listed = next((value for key, value in node.value if key.value == "items"), None)
                if listed is not None and isinstance(listed.value, list):
                    nodes = (each for each in listed.value if isinstance(each, Node))
                    items = tuple(each.start_mark.line + lines_before + 1 for each in nodes)
            yield Document(read(node), node.start_mark.line + lines_before + 1, items)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        raise Unreadable(str(error.problem or error.context), line + lines_before + 1, column + 1) from error
    except YAMLError as error:
        raise Unreadable(" ".join(str(error).split()), lines_before + 1) from error


class _Parser(CParser):  # type: ignore[misc, unused-ignore]
    """libyaml without resolving tags: a scalar only records whether it was quoted."""

    depth = 0
    seen = 0

    def resolve(self, _kind: type, _value: str | None, implicit: Any) -> str:
        """The tag of an untagged node."""
        return _PLAIN if implicit is True or (implicit and implicit[0]) else _QUOTED

    def descend_resolver(self, parent: Node | None, _index: object) -> None:
        """Counts values and depth, as the parser itself has no limits."""
        self.depth += 1
        self.seen += 1
        if self.seen > MOST_NODES:
            problem = f"a document with aliases or tags has more than {MOST_NODES:,} values"
            raise MarkedYAMLError(problem=problem, problem_mark=_mark(parent))
        if self.depth > DEEPEST:
            raise MarkedYAMLError(problem=f"values are nested deeper than {DEEPEST}", problem_mark=_mark(parent))

    def ascend_resolver(self) -> None:
        """Reduces the depth."""
        self.depth -= 1


def _mark(node: Node | None) -> Any:
    return node.start_mark if node else None


class _Reader:
    """Converts nodes to values. An alias is expanded at each use, up to `most` values in total."""

    def __init__(self, lines_before: int, most: int) -> None:
        self._lines_before = lines_before
        self._most = most
        self._depth = 0

    def __call__(self, node: Node) -> Any:
        kind = type(node)
        if kind is ScalarNode:
            text = node.value
            self._most -= len(text) // _CHARACTERS
            if self._most < 0:
                raise self._error(node, "its aliases unfold into too many values")
            if node.tag is _QUOTED or node.tag in _STRING_TAGS:
                return text
            if node.tag not in _RESOLVED_TAGS:
                raise self._error(node, f"the tag {node.tag} means nothing in Kubernetes")
            return scalar(text)
        self._most -= len(node.value) + 1
        self._depth += 1
        if self._most < 0 or self._depth > DEEPEST:
            raise self._error(node, "its aliases unfold into too many values")
        value = self._mapping(node) if kind is MappingNode else [self(item) for item in node.value]
        self._depth -= 1
        return value

    def _mapping(self, node: Node) -> dict[str, Any]:
        result: dict[str, Any] = {}
        merged: list[dict[str, Any]] = []
        for key, value in node.value:
            name = key.value
            if type(name) is not str:
                raise self._error(key, "a key has to be text")
            if name == "<<" and key.tag is not _QUOTED:
                merged += self._merged(value)
            elif name in result:
                raise self._error(key, f"duplicate key {show(name, quote=False)}")
            else:
                result[name] = self(value)
        for other in merged:
            for name, item in other.items():
                result.setdefault(name, item)
        return result

    def _merged(self, node: Node) -> list[dict[str, Any]]:
        value = self(node)
        found = value if isinstance(value, list) else [value]
        if not all(isinstance(each, dict) for each in found):
            raise self._error(node, "only a map can be merged with <<")
        return found

    def _error(self, node: Node, message: str) -> Unreadable:
        return Unreadable(message, node.start_mark.line + self._lines_before + 1, node.start_mark.column + 1)


def _json(text: str) -> Iterator[Document | Unreadable]:
    decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=no_constant, parse_float=finite)
    position, end = 0, len(text)
    line, counted, documents_ = 1, 0, 0
    escaped = "\\u" in text
    while (position := _skipped(text, position)) < end:
        # Counted from the previous document, to keep the total linear.
        line, counted = line + text.count("\n", counted, position), position
        documents_ += 1
        if documents_ > MOST_DOCUMENTS:
            yield Unreadable(f"there are more than {MOST_DOCUMENTS:,} documents in the file", line)
            return
        try:
            value, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            yield Unreadable(f"this is not JSON: {error.msg}", error.lineno, error.colno)
            return
        except ValueError as error:
            yield Unreadable(reason(error), line)
            return
        except RecursionError:
            yield Unreadable(f"values are nested deeper than {DEEPEST}", line)
            return
        if _deeper(value, DEEPEST):
            yield Unreadable(f"values are nested deeper than {DEEPEST}", line)
            return
        if escaped and not is_well_formed(value):
            yield Unreadable(LONE_SURROGATE, line)
            return
        yield Document(value, line)


def _deeper(value: Any, levels: int) -> bool:
    """Whether `value` is nested deeper than `levels`."""
    if not isinstance(value, (dict, list)):
        return False
    return levels == 0 or any(
        _deeper(each, levels - 1) for each in (value.values() if isinstance(value, dict) else value)
    )


_SPACE: Final = re.compile(r"[ \t\r\n]*")


def _skipped(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError(f"duplicate key {show(repeated(name for name, _ in pairs), quote=False)}")
    return result


def repeated(names: Iterable[str]) -> str:
    """The first duplicate in `names`; empty if there is none."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return ""
