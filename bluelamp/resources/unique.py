"""Names for resources of which several have the same one: each is judged, and told by its place."""


def unique(start: str, name: str, place: str, taken: dict[str, int]) -> str:
    """`name`, or where `start` and `name` are taken already a name that says `place`, and how many were there before.

    `taken` holds how often each has been asked for, and is updated.
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
