"""Checks the arguments of components. Without the check, a misspelt key is ignored."""

from collections.abc import Mapping
from typing import Any, NotRequired, get_args, get_origin, is_typeddict

from bluelamp.core.suggestions import did_you_mean


def check(owner: str, shape: Any, value: object) -> None:
    """Raises `ValueError` listing every unknown key of `value` and every missing key of the typed dictionary `shape`.

    Checks nested typed dictionaries, alone, in lists and as values. `owner` is the component named in the error.
    """
    problems = list(_problems(shape, value, ""))
    if problems:
        raise ValueError(f"{owner}: " + "; ".join(problems))


def _problems(shape: Any, value: object, path: str) -> list[str]:
    if get_origin(shape) is NotRequired:
        return _problems(get_args(shape)[0], value, path)
    if get_origin(shape) is list and isinstance(value, list):
        return [
            problem
            for index, item in enumerate(value)
            for problem in _problems(get_args(shape)[0], item, f"{path}[{index}]")
        ]
    if get_origin(shape) is dict and isinstance(value, Mapping):
        return [
            problem for key, item in value.items() for problem in _problems(get_args(shape)[1], item, f"{path}.{key}")
        ]
    if not is_typeddict(shape):
        return []
    if not isinstance(value, Mapping):
        return [f"{path.lstrip('.')} must be a dictionary, found {value!r}"]
    known: dict[str, Any] = dict(shape.__annotations__)
    found: list[str] = []
    for key, item in value.items():
        where = f"{path}.{key}"
        if key in known:
            found += _problems(known[key], item, where)
        else:
            found.append(f"{where.lstrip('.')} is not an argument" + did_you_mean(str(key), known, before="; "))
    missing = sorted(key for key in shape.__required_keys__ if value.get(key) is None)
    return found + [f"{path}.{key}".lstrip(".") + " is required" for key in missing]
