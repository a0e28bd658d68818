"""Resource ids in ARM templates: those that expressions compute, and which resource each means."""

from hashlib import sha256
from typing import Any, Final

from bluelamp.resources.templates.expressions import Open, joined, segments, unknown

_FORMATTED: Final = 2


def resource_id(place: Any, arguments: list[Any]) -> Any:
    """The id that `resourceId` and its kin give: `place` is where the resource stands, the rest its type and names.

    What comes before the type says another subscription or group, which is not needed to tell the resource.
    """
    at = next((index for index, each in enumerate(arguments) if isinstance(each, str) and "/" in each), None)
    if at is None:
        return unknown(f"resourceId({', '.join(map(str, arguments))})")
    namespace, *kinds = arguments[at].split("/")
    names = arguments[at + 1 :]
    steps = [part for kind, name in zip(kinds, names, strict=False) for part in ("/", kind, "/", name)]
    return joined(place, "/providers/", namespace, *steps)


def target(identifier: Any) -> tuple[str, tuple[Any, ...]] | None:
    """Which resource an id means, as its ARM type in lower case and its names; None where it is no id."""
    pieces = segments(identifier)
    at = max(
        (index for index, each in enumerate(pieces) if isinstance(each, str) and each.lower() == "providers"),
        default=-1,
    )
    if at < 0 or len(pieces) < at + _FORMATTED:
        return None
    namespace, *rest = pieces[at + 1 :]
    kinds, names = rest[::2], rest[1::2]
    return "/".join(map(str, (namespace, *kinds))).lower(), tuple(name_key(name) for name in names)


def located(identifier: Any) -> Any:
    """An id as a text in which names that are not known stand in braces, where all else of it is known.

    Each is told by what it comes from, so that two texts are the same where the ids are.
    """
    if not isinstance(identifier, Open) or target(identifier) is None:
        return identifier
    first, *pieces = segments(identifier)
    ends = [index for index, each in enumerate(pieces) if isinstance(each, str) and each.lower() == "providers"]
    # Kinds and names take turns: /kind/name/…/providers/namespace/kind/name/….
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
    """A name as it is compared: without case where it is known."""
    if isinstance(name, Open):
        return Open(tuple(part.lower() if isinstance(part, str) else part for part in name.parts))
    return name.lower() if isinstance(name, str) else str(name)
