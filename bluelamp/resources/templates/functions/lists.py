"""The functions of ARM templates for arrays and objects, and those with lambdas."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cmp_to_key, reduce
from typing import Any, Final

from bluelamp.resources.located import fold
from bluelamp.resources.templates.expressions import LONGEST, Lambda, Open, is_open, member, unknown
from bluelamp.resources.templates.functions.numbers import equal
from bluelamp.resources.templates.functions.signature import Function, Unsure, text_of, truth, whole
from bluelamp.resources.templates.grammar import BadExpression


def length(value: Any) -> int:
    """The number of items, members or characters, with characters as UTF-16 code units, as in .NET."""
    if isinstance(value, str):
        return len(value.encode("utf-16-le", "surrogatepass")) // 2
    if not isinstance(value, (list, Mapping)):
        raise Unsure
    return len(value)


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Unsure
    return value


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Unsure
    return value


def _sequence(value: Any) -> Any:
    """A list, or a string whose characters are single UTF-16 code units."""
    if isinstance(value, str) and length(value) != len(value):
        raise Unsure
    if not isinstance(value, (str, list)):
        raise Unsure
    return value


def _array(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _array_of_open(arguments: list[Any]) -> Any:
    """An array with one unknown value; None if the value may itself be an array."""
    return unknown(f"array({arguments[0]})") if len(arguments) == 1 and isinstance(arguments[0], Open) else None


def _contains(container: Any, item: Any) -> Any:
    if isinstance(container, Mapping):
        return fold(text_of(item)) in {fold(str(key)) for key in container}
    if isinstance(container, str):
        return text_of(item) in container
    found = False
    for each in _listed(container):
        if is_open(each):
            raise Unsure
        found = found or equal(each, item)
    return found


def _contained(arguments: list[Any]) -> Any:
    """Whether an item is contained, if the known parts of the holder decide it."""
    if len(arguments) != 2 or is_open(arguments[1]):
        return None
    container, item = arguments
    if isinstance(container, Open) and isinstance(item, str):
        return True if any(isinstance(part, str) and item in part for part in container.parts) else None
    if isinstance(container, list):
        with suppress(Unsure):
            return True if any(equal(each, item) for each in container if not is_open(each)) else None
    return None


def _create_object(*pairs: Any) -> dict[str, Any]:
    result = dict(zip(map(text_of, pairs[::2]), pairs[1::2], strict=True))
    if len({fold(key) for key in result}) * 2 != len(pairs):
        raise BadExpression("its result is an object with a duplicate key")
    return result


def _empty(value: Any) -> bool:
    return value is None or length(value) == 0


def _not_empty(arguments: list[Any]) -> Any:
    """False if part of the string is known."""
    value = arguments[0] if len(arguments) == 1 else None
    return False if isinstance(value, Open) and any(isinstance(part, str) for part in value.parts) else None


def _first(value: Any) -> Any:
    sequence = _sequence(value)
    if isinstance(sequence, list):
        return sequence[0]
    return sequence[:1]


def _last(value: Any) -> Any:
    sequence = _sequence(value)
    if isinstance(sequence, list):
        return sequence[-1]
    return sequence[-1:]


def _flatten(value: Any) -> list[Any]:
    return [item for each in _listed(value) for item in _listed(each)]


def _intersection(*values: Any) -> Any:
    first, *others = values
    if isinstance(first, list):
        rest = [_listed(each) for each in others]
        return [item for item in _distinct(first) if all(_contains(each, item) for each in rest)]
    common = dict(_object(first))
    for other in map(_object, others):
        _same_spelling(common, other)
        common = {key: item for key, item in common.items() if key in other and equal(item, other[key])}
    return common


def _distinct(values: Iterable[Any]) -> list[Any]:
    distinct: dict[str, Any] = {}
    for item in values:
        distinct.setdefault(json.dumps(item, sort_keys=True), item)
    return list(distinct.values())


def _same_spelling(one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    """Raises `Unsure` if names of the two differ in case only, as it is undocumented which one is kept."""
    spelled = {fold(str(key)): key for key in one}
    if any(spelled.get(fold(str(key)), key) != key for key in other):
        raise Unsure


def _items(value: Any) -> list[Any]:
    return [
        {"key": key, "value": item} for key, item in sorted(_object(value).items(), key=lambda each: _sorted(each[0]))
    ]


def _sorted(key: str) -> Any:
    return fold(key), key


def _object_keys(value: Any) -> list[str]:
    return sorted(_object(value), key=_sorted)


def index_of(values: Any, item: Any, *, last: bool = False) -> int:
    """The first or last index of an item in a list; -1 if it is absent. Strings are case-sensitive."""
    found = -1
    for index, each in enumerate(_listed(values)):
        if equal(each, item) and (last or found < 0):
            found = index
    return found


def _skip(value: Any, count: Any) -> Any:
    return _sequence(value)[max(whole(count), 0) :]


def _take(value: Any, count: Any) -> Any:
    return _sequence(value)[: max(whole(count), 0)]


def _try_get(value: Any, *keys: Any) -> Any:
    for key in keys:
        if value is None:
            return None
        value = member(value, key, absent=None)
    return value


def _from_end(value: Any, index: Any) -> Any:
    values = _listed(value)
    return values[len(values) - whole(index)] if 0 < whole(index) <= len(values) else None


def _index_from_end(value: Any, index: Any) -> Any:
    if not 0 < whole(index) <= len(_listed(value)):
        raise Unsure
    return _from_end(value, index)


def _union(*values: Any) -> Any:
    if isinstance(values[0], list):
        if any(map(is_open, values)):
            raise Unsure
        return _distinct(item for value in values for item in _listed(value))
    merged: dict[str, Any] = {}
    for value in map(_object, values):
        _same_spelling(merged, value)
        for key, item in value.items():
            merged[key] = _merged(merged[key], item) if key in merged else item
    return merged


def _merged(one: Any, other: Any) -> Any:
    """The result of `union` for two values of the same name: merged objects, else the second value."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return _union(one, other)
    if isinstance(one, Mapping) and isinstance(other, Open):
        return unknown(f"union({one}, {other})")
    if isinstance(one, Open) and isinstance(other, Mapping):
        return unknown(f"union({one}, {other})")
    return _replaced(one, other)


def _replaced(one: Any, other: Any) -> Any:
    """The second of two values; open if it is null, as it is undocumented whether null replaces a value."""
    return unknown(f"{one} or null") if other is None and one is not None else other


def _shallow_merge(values: Any) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for value in map(_object, _listed(values)):
        _same_spelling(merged, value)
        merged |= {key: _replaced(merged.get(key), item) for key, item in value.items()}
    return merged


def _lambda(value: Any) -> Lambda:
    if not isinstance(value, Lambda):
        raise Unsure
    return value


def _filter(values: Any, keep: Any) -> list[Any]:
    predicate = _lambda(keep)
    return [item for index, item in enumerate(_listed(values)) if truth(predicate(item, index))]


def _map(values: Any, make: Any) -> list[Any]:
    function = _lambda(make)
    return [function(item, index) for index, item in enumerate(_listed(values))]


def _reduce(values: Any, start: Any, join: Any) -> Any:
    function = _lambda(join)
    return reduce(lambda result, each: function(result, each[1], each[0]), enumerate(_listed(values)), start)


def _sort(values: Any, before: Any) -> list[Any]:
    comes_before = _lambda(before)

    def compare(one: Any, other: Any) -> int:
        return truth(comes_before(other, one)) - truth(comes_before(one, other))

    return sorted(_listed(values), key=cmp_to_key(compare))


def _to_object(values: Any, key: Any, value: Any = None) -> dict[str, Any]:
    keys, items = _lambda(key), _lambda(value) if value is not None else None
    result: dict[str, Any] = {}
    for index, item in enumerate(_listed(values)):
        name = text_of(keys(item, index))
        if fold(name) in {fold(each) for each in result}:
            raise Unsure
        result[name] = items(item, index) if items else item
    return result


def _map_values(value: Any, make: Any) -> dict[str, Any]:
    function = _lambda(make)
    return {key: function(item) for key, item in _object(value).items()}


def _group_by(values: Any, key: Any) -> dict[str, Any]:
    key_of = _lambda(key)
    groups: dict[str, Any] = {}
    for index, item in enumerate(_listed(values)):
        groups.setdefault(text_of(key_of(item, index)), []).append(item)
    if len({fold(each) for each in groups}) != len(groups):
        raise Unsure
    return groups


def concat(arguments: list[Any]) -> list[Any]:
    """The concatenated lists. Raises `BadExpression` if the result is too long."""
    if sum(map(len, arguments)) > LONGEST:
        raise BadExpression(f"its result has more than {LONGEST:,} items")
    return [item for each in arguments for item in each]


FUNCTIONS: Final[Mapping[str, Function]] = {
    "array": Function(_array, shallow=True, early=_array_of_open),
    "contains": Function(_contains, 2, 2, shallow=True, early=_contained),
    "createarray": Function(lambda *values: list(values), 0, None, anything=True),
    "createobject": Function(_create_object, 0, None, anything=True),
    "empty": Function(_empty, shallow=True, early=_not_empty),
    "filter": Function(_filter, 2, 2, shallow=True),
    "first": Function(_first, shallow=True),
    "flatten": Function(_flatten, shallow=True),
    "groupby": Function(_group_by, 2, 2, shallow=True),
    "indexfromend": Function(_index_from_end, 2, 2, shallow=True),
    "intersection": Function(_intersection, 2, None),
    "items": Function(_items, shallow=True),
    "last": Function(_last, shallow=True),
    "length": Function(length, shallow=True),
    "map": Function(_map, 2, 2, shallow=True),
    "mapvalues": Function(_map_values, 2, 2, shallow=True),
    "objectkeys": Function(_object_keys, shallow=True),
    "reduce": Function(_reduce, 3, 3, shallow=True),
    "shallowmerge": Function(_shallow_merge, shallow=True),
    "skip": Function(_skip, 2, 2, shallow=True),
    "sort": Function(_sort, 2, 2, shallow=True),
    "take": Function(_take, 2, 2, shallow=True),
    "toobject": Function(_to_object, 2, 3, shallow=True),
    "tryget": Function(_try_get, 2, None, shallow=True),
    "tryindexfromend": Function(_from_end, 2, 2, shallow=True),
    "union": Function(_union, 1, None, shallow=True),
}
"""The functions by their names in lower case."""
