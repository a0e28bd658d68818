"""Creates or updates the one comment, or the one issue, that carries a marker."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from bluelamp.errors import UsageError
from bluelamp.posting.http import Api

Done = Literal["created", "updated", "unchanged", "closed", "none"]

_MARKER: Final = re.compile(r"<!-- bluelamp[:-][a-z0-9:-]{1,80} -->")


@dataclass(frozen=True, slots=True)
class There:
    """A comment or an issue that is on the host: its number, and its text.

    `labelled` tells that the label alone finds it, where the host does not keep markers.
    """

    number: str
    body: str
    labelled: bool = False


@dataclass(frozen=True, slots=True)
class Posted:
    """What was done: with which host's comment or issue, and its number, empty for none."""

    host: str
    what: Literal["comment", "issue"]
    done: Done
    number: str = ""


class Host(Protocol):
    """A code host, for one pull request or for one repository's issues. Its methods raise as `Api.send` does."""

    @property
    def name(self) -> str:
        """What `--host` says."""
        ...

    @property
    def api(self) -> Api:
        """Where it answers."""
        ...

    @property
    def longest(self) -> int:
        """The characters of a comment, at most."""
        ...

    def comments(self) -> Iterator[There]:
        """The comments of this pipeline's own identity, oldest first."""
        ...

    def add_comment(self, body: str) -> str:
        """Adds a comment; its number."""
        ...

    def edit_comment(self, number: str, body: str) -> None:
        """Replaces a comment's text."""
        ...

    def issues(self) -> Iterator[There]:
        """The open issues that Bluelamp labelled."""
        ...

    def add_issue(self, title: str, body: str) -> str:
        """Opens an issue with Bluelamp's label; its number."""
        ...

    def edit_issue(self, number: str, title: str, body: str) -> None:
        """Replaces an issue's title and text."""
        ...

    def close_issue(self, number: str, body: str) -> bool:
        """Replaces an issue's text and closes it; False where this host leaves closing to people."""
        ...


def marker_of(text: str) -> str:
    """The marker in the first or the last line of `text`. Raises `UsageError` where there is none."""
    marker = _marker(text)
    if not marker:
        raise UsageError(
            "it carries no marker of Bluelamp, by which a later run would find it again",
            next_step="post what `bluelamp check --comment FILE` or `bluelamp drift --issue FILE` wrote",
        )
    return marker


def _marker(text: str) -> str:
    lines = text.strip().splitlines()
    return next((line.strip() for line in (*lines[:1], *lines[-1:]) if _MARKER.fullmatch(line.strip())), "")


def comment(host: Host, text: str) -> Posted:
    """Creates the comment, or updates the one with the same marker.

    Raises `UsageError` where it has no marker or is too long, `BluelampError` where the host refuses.
    """
    marker = _checked(host, text)

    def once() -> Posted:
        there = next((each for each in host.comments() if _marker(each.body) == marker), None)
        if there is None:
            return Posted(host.name, "comment", "created", host.add_comment(text))
        if there.body.strip() == text.strip():
            return Posted(host.name, "comment", "unchanged", there.number)
        host.edit_comment(there.number, text)
        return Posted(host.name, "comment", "updated", there.number)

    return host.api.patiently(once)


def issue(host: Host, title: str, text: str) -> Posted:
    """Opens the issue, or updates the open one with the same marker. Raises as `comment` does."""
    marker = _checked(host, text)

    def once() -> Posted:
        there = next((each for each in host.issues() if each.labelled or _marker(each.body) == marker), None)
        if there is None:
            return Posted(host.name, "issue", "created", host.add_issue(title, text))
        if there.body.strip() == text.strip():
            return Posted(host.name, "issue", "unchanged", there.number)
        host.edit_issue(there.number, title, text)
        return Posted(host.name, "issue", "updated", there.number)

    return host.api.patiently(once)


def resolve(host: Host, text: str) -> Posted:
    """Closes the open issue with the marker of `text`, which becomes its text; does nothing where there is none."""
    marker = _checked(host, text)

    def once() -> Posted:
        there = next((each for each in host.issues() if each.labelled or _marker(each.body) == marker), None)
        if there is None:
            return Posted(host.name, "issue", "none")
        closed = host.close_issue(there.number, text)
        return Posted(host.name, "issue", "closed" if closed else "updated", there.number)

    return host.api.patiently(once)


def _checked(host: Host, text: str) -> str:
    if len(text) > host.longest:
        raise UsageError(
            f"it has {len(text):,} characters, and {host.name} takes {host.longest:,}",
            next_step=f"write it with --comment-limit {host.longest}",
        )
    return marker_of(text)
