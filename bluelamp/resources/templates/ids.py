"""Resource ids in ARM templates: computing them, and resolving them to resources."""

from hashlib import sha256
from typing import Any, Final

from bluelamp.resources.templates.expressions import Open, joined, segments, unknown

_FORMATTED: Final = 2


def resource_id(scope: Any, arguments: list[Any]) -> Any:
    """The result of `resourceId` and similar functions: `scope` is the scope, the rest the type and names.

    Arguments before the type are another subscription or group, which is not needed to identify the resource.
    """
    type_index = next((index for index, each in enumerate(arguments) if isinstance(each, str) and "/" in each), None)
    if type_index is None:
        return unknown(f"resourceId({', '.join(map(str, arguments))})")
    namespace, *kinds = arguments[type_index].split("/")
    names = arguments[type_index + 1 :]
    path = [part for kind, name in zip(kinds, names, strict=False) for part in ("/", kind, "/", name)]
    return joined(scope, "/providers/", namespace, *path)


def target(identifier: Any) -> tuple[str, tuple[Any, ...]] | None:
    """The resource of an id, as its ARM type in lower case and its names; None if it is not an id."""
    pieces = segments(identifier)
    provider_index = max(
        (index for index, each in enumerate(pieces) if isinstance(each, str) and each.lower() == "providers"),
        default=-1,
    )
    if provider_index < 0 or len(pieces) < provider_index + _FORMATTED:
        return None
    namespace, *rest = pieces[provider_index + 1 :]
    kinds, names = rest[::2], rest[1::2]
    return "/".join(map(str, (namespace, *kinds))).lower(), tuple(name_key(name) for name in names)


def located(identifier: Any) -> Any:
    """An id as a string with unknown names in braces, if everything else is known.

    Unknown names are identified by their expressions, so that equal ids give equal strings.
    """
    if not isinstance(identifier, Open) or target(identifier) is None:
        return identifier
    first, *pieces = segments(identifier)
    ends = [index for index, each in enumerate(pieces) if isinstance(each, str) and each.lower() == "providers"]
    # Types and names alternate: /type/name/…/providers/namespace/type/name/….
    kinds = {index + 1 for index in ends} | set(ends)
    start = 0
    for end in [*ends, len(pieces)]:
        kinds |= set(range(start, end, 2))
        start = end + 2
    if first != "" or any(isinstance(pieces[index], Open) for index in kinds if index < len(pieces)):
        return identifier
    return "/" + "/".join(each if isinstance(each, str) else _braced(each) for each in pieces)


def _braced(name: Open) -> str:
    return "".join(
        part
        if isinstance(part, str)
        else part.shown or f"{{{part.brief}-{sha256(part.key.encode(errors='replace')).hexdigest()[:8]}}}"
        for part in name.parts
    )


def name_key(name: Any) -> Any:
    """A name for comparison: in lower case if known."""
    if isinstance(name, Open):
        return Open(tuple(part.lower() if isinstance(part, str) else part for part in name.parts))
    return name.lower() if isinstance(name, str) else str(name)
