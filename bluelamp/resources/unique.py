"""Unique names for resources with equal names, which are all judged."""


def unique(start: str, name: str, place: str, taken: dict[str, int]) -> str:
    """`name` if `start` + `name` is not taken; otherwise `name` with `place`, and with a number if needed.

    `taken` has the number of uses of each name, and is updated.
    """
    for candidate in (name, f"{name} ({place})"):
        count = taken.get(start + candidate, 0)
        taken[start + candidate] = count + 1
        if count == 0:
            return candidate
    while True:
        numbered = f"{name} ({place}, {count + 1})"
        count += 1
        if start + numbered not in taken:
            taken[start + numbered] = 1
            taken[f"{start}{name} ({place})"] = count
            return numbered
