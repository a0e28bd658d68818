"""The functions of ARM templates for strings."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import quote, unquote, urljoin

from bluelamp.resources.located import is_well_formed
from bluelamp.resources.templates.expressions import LONGEST, Open, joined, text, unknown
from bluelamp.resources.templates.functions.lists import concat, index_of, length
from bluelamp.resources.templates.functions.signature import Function, Unsure, text_of, whole
from bluelamp.resources.templates.grammar import BadExpression

_PLACEHOLDER: Final = re.compile(r"\{\{|\}\}|\{\s*(?P<index>[0-9]+)\s*(?P<how>[:,][^}]*)?\}")
_DIGITS: Final = 6
_GROUPED: Final = re.compile(r":[nN]0")
_PADDED: Final = re.compile(r":[dD]([0-9]{1,2})")
_QUOTED: Final = re.compile(r"'((?:[^'\\]|\\.)*)'|\"(?:[^\"\\]|\\.)*\"")
_DATA: Final = re.compile(r"data:[^,;]*(;charset=(utf-?8|us-ascii))?(?P<base64>;base64)?,(?P<data>.*)", re.I | re.S)
_SPACES: Final = " \t\n\v\f\r\x85\xa0"


def _concat(arguments: list[Any]) -> Any:
    if any(isinstance(each, list) for each in arguments):
        if all(isinstance(each, list) for each in arguments):
            return concat(arguments)
        return unknown(f"concat({', '.join(map(str, arguments))})")
    if any(each is None or isinstance(each, Mapping) for each in arguments):
        return unknown(f"concat({', '.join(map(str, arguments))})")
    return joined(*arguments)


def _format(arguments: list[Any]) -> Any:
    pattern, *values = arguments or [""]
    if not isinstance(pattern, str):
        return unknown(f"format({', '.join(map(str, arguments))})")
    pieces: list[Any] = []
    at = 0
    for found in _PLACEHOLDER.finditer(pattern):
        pieces.append(pattern[at : found.start()])
        at = found.end()
        if found["index"] is None:
            pieces.append(found[0][0])
            continue
        if len(found["index"]) > _DIGITS or int(found["index"]) >= len(values):
            return unknown(f"format({', '.join(map(str, arguments))})")
        value = values[int(found["index"])]
        if isinstance(value, (list, Mapping)):
            return unknown(f"format({', '.join(map(str, arguments))})")
        pieces.append(_shown(value, found["how"]) if found["how"] else value)
    return joined(*pieces, pattern[at:])


def _shown(value: Any, format_: str) -> Any:
    """A number in a .NET format; open for unsupported formats."""
    if type(value) is int:
        if _GROUPED.fullmatch(format_):
            return f"{value:,}"
        padded = _PADDED.fullmatch(format_)
        if padded:
            return f"{'-' if value < 0 else ''}{abs(value):0{int(padded[1])}}"
    return value if isinstance(value, str) and format_.startswith(":") else unknown(f"format({{0{format_}}}, {value})")


def _string(value: Any) -> str:
    if value is None or isinstance(value, float):
        raise Unsure
    return text(value)


def _string_of_open(arguments: list[Any]) -> Any:
    """A partly known string is unchanged."""
    value = arguments[0] if len(arguments) == 1 else None
    return value if isinstance(value, Open) and any(isinstance(part, str) for part in value.parts) else None


def _cased(change: Callable[[str], str]) -> Function:
    def early(arguments: list[Any]) -> Any:
        value = arguments[0] if len(arguments) == 1 else None
        if not isinstance(value, Open):
            return None
        return Open(tuple(change(part) if isinstance(part, str) else part for part in value.parts))

    return Function(lambda value: change(text_of(value)), early=early)


def _replace(value: Any, old: Any, new: Any) -> str:
    value, old, new = text_of(value), text_of(old), text_of(new)
    if not old:
        raise Unsure
    _check_length(len(value) + value.count(old) * (len(new) - len(old)))
    return str(value.replace(old, new))


def _join(values: Any, sign: Any) -> Any:
    if not isinstance(values, list) or any(each is None or isinstance(each, (list, Mapping)) for each in values):
        raise Unsure
    pieces = [piece for each in values for piece in (text_of(sign), each)]
    return joined(*pieces[1:])


def _check_length(size: int) -> None:
    if size > LONGEST:
        raise BadExpression(f"its result has more than {LONGEST:,} characters")


def _substring(value: Any, start: Any, count: Any = None) -> str:
    string = text_of(value)
    end = len(string) if count is None else whole(start) + whole(count)
    if not 0 <= whole(start) <= end <= len(string) or length(string) != len(string):
        raise Unsure
    return string[start:end]


def _split(value: Any, signs: Any) -> list[str]:
    listed = [text_of(each) for each in (signs if isinstance(signs, list) else [signs])]
    if not listed or not all(listed):
        raise Unsure
    return re.split("|".join(map(re.escape, sorted(listed, key=len, reverse=True))), text_of(value))


def _starts(value: Any, start: Any) -> bool:
    return _folded(value).startswith(_folded(start))


def _ends(value: Any, end: Any) -> bool:
    return _folded(value).endswith(_folded(end))


def _folded(value: Any) -> str:
    """A string in lower case. Raises `Unsure` for non-ASCII characters, whose case depends on the culture."""
    if not text_of(value).isascii():
        raise Unsure
    return str(value).lower()


def _known_end(arguments: list[Any], *, at: int) -> Any:
    """Whether a partly known string starts (`at` 0) or ends (-1) with another, if enough of it is known."""
    if len(arguments) != 2 or not isinstance(arguments[0], Open) or not isinstance(arguments[1], str):
        return None
    known, wanted = arguments[0].parts[at], arguments[1]
    if not isinstance(known, str) or not (known + wanted).isascii():
        return None
    if len(known) >= len(wanted):
        return _starts(known, wanted) if at == 0 else _ends(known, wanted)
    agree = _starts(wanted, known) if at == 0 else _ends(wanted, known)
    return None if agree else False


def _index(value: Any, item: Any, *, last: bool) -> int:
    if isinstance(value, list):
        return index_of(value, item, last=last)
    string, wanted = _folded(value), _folded(item)
    if not wanted:
        raise Unsure
    return string.rfind(wanted) if last else string.find(wanted)


def _pad(value: Any, size: Any, sign: Any = " ") -> str:
    if len(text_of(sign)) != 1 or not isinstance(value, (str, int)) or isinstance(value, bool):
        raise Unsure
    _check_length(whole(size))
    return str(value).rjust(size, sign)


def _json(written: Any) -> Any:
    try:
        value = json.loads(text_of(written), object_pairs_hook=_object)
    except json.JSONDecodeError:
        value = json.loads(_QUOTED.sub(_double, written), object_pairs_hook=_object)
    if not is_well_formed(value):
        raise Unsure
    return value


def _double(found: re.Match[str]) -> str:
    """A string in single quotes, which ARM's JSON also accepts, in double quotes."""
    if found[1] is None:
        return found[0]
    inner = found[1].replace("\\'", "'")
    return '"' + re.sub(r'(?<!\\)"', '\\"', inner) + '"'


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise BadExpression("its argument is an object with a duplicate key")
    return result


def _base64(value: Any) -> str:
    return base64.b64encode(text_of(value).encode()).decode()


def _base64_to_string(value: Any) -> str:
    try:
        return base64.b64decode(text_of(value), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Unsure from error


def _data_uri(value: Any) -> str:
    return f"data:text/plain;charset=utf8;base64,{_base64(value)}"


def _data_uri_to_string(value: Any) -> str:
    found = _DATA.fullmatch(text_of(value))
    if not found:
        raise Unsure
    return _base64_to_string(found["data"]) if found["base64"] else unquote(found["data"])


def _uri(base: Any, relative: Any) -> str:
    if not text_of(base).lower().startswith(("http://", "https://")):
        raise Unsure
    return str(urljoin(base, text_of(relative)))


FUNCTIONS: Final[Mapping[str, Function]] = {
    "base64": Function(_base64),
    "base64tojson": Function(lambda value: _json(_base64_to_string(value))),
    "base64tostring": Function(_base64_to_string),
    "concat": Function(lambda *values: _concat(list(values)), 0, None, anything=True),
    "datauri": Function(_data_uri),
    "datauritostring": Function(_data_uri_to_string),
    "endswith": Function(_ends, 2, 2, early=partial(_known_end, at=-1)),
    "format": Function(lambda *values: _format(list(values)), 1, None, anything=True),
    "indexof": Function(partial(_index, last=False), 2, 2),
    "join": Function(_join, 2, 2, shallow=True),
    "json": Function(_json),
    "lastindexof": Function(partial(_index, last=True), 2, 2),
    "padleft": Function(_pad, 2, 3),
    "replace": Function(_replace, 3, 3),
    "split": Function(_split, 2, 2),
    "startswith": Function(_starts, 2, 2, early=partial(_known_end, at=0)),
    "string": Function(_string, early=_string_of_open),
    "substring": Function(_substring, 2, 3),
    "tolower": _cased(str.lower),
    "toupper": _cased(str.upper),
    "trim": Function(lambda value: text_of(value).strip(_SPACES)),
    "uri": Function(_uri, 2, 2),
    "uricomponent": Function(lambda value: quote(text_of(value), safe="-_.~")),
    "uricomponenttostring": Function(lambda value: unquote(text_of(value))),
}
"""The functions by their names in lower case."""
