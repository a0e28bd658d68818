"""Type tokens of resources that the rehearsal cloud supports."""

from collections.abc import Iterable
from contextlib import suppress

from bluelamp.core.suggestions import nearest
from bluelamp.errors import UsageError


def resource_type(word: str, held: Iterable[str] = ()) -> str:
    """The type token `word`, in its package's spelling; `held` are the types of resources in the cloud.

    Raises `UsageError`, with the most similar types, if there is no such type.
    """
    from bluelamp.rehearsal.sdk.schema import Catalogue, installed_packages

    known = {token.casefold(): token for package in installed_packages() for token in Catalogue(package).tokens()}
    known |= {token.casefold(): token for token in held}
    found = known.get(word.casefold())
    if found is not None:
        return found
    if _is_custom(word):
        return word
    near = _near(word, sorted(known.values()))
    raise UsageError(
        f"{word!r} is not a resource type of an installed package",
        next_step=f"did you mean {' or '.join(near)}?" if near else "to list types, run: bluelamp cloud ls",
    )


def _is_custom(word: str) -> bool:
    """Whether `word` is the token of a Kubernetes custom resource, which no package lists."""
    from bluelamp.rehearsal.kubernetes.kinds import is_builtin_group
    from bluelamp.rehearsal.kubernetes.names import of_token

    with suppress(ValueError):
        api_version, kind = of_token(word)
        group, _, version = api_version.partition("/")
        named = word.startswith("kubernetes:") and "." in group and version.isalnum() and kind.isalnum()
        return named and not is_builtin_group(api_version)
    return False


def _near(word: str, known: list[str]) -> list[str]:
    """Up to three tokens most similar to `word`, those with the same resource name first."""
    name = word.rpartition(":")[2].casefold()
    prefix = word.partition(":")[0].casefold()
    same = [token for token in known if token.rpartition(":")[2].casefold() == name]
    same.sort(key=lambda token: (not token.casefold().startswith(f"{prefix}:"), len(token)))
    return list(dict.fromkeys([*same, *nearest(word, known)]))[:3]
