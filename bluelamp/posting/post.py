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
class ExistingPost:
    """An existing comment or issue: its number and its text.

    `labelled`: it is identified by its label, as the host does not preserve markers.
    """

    number: str
    body: str
    labelled: bool = False


@dataclass(frozen=True, slots=True)
class Posted:
    """The action taken, on which host's comment or issue, and its number; empty for none."""

    host: str
    what: Literal["comment", "issue"]
    done: Done
    number: str = ""


class Host(Protocol):
    """A code host, for one pull request or for one repository's issues. Its methods raise as `Api.send` does."""

    @property
    def name(self) -> str:
        """The value of `--host`."""
        ...

    @property
    def api(self) -> Api:
        """The host's REST API."""
        ...

    @property
    def longest(self) -> int:
        """The maximum number of characters of a comment."""
        ...

    def comments(self) -> Iterator[ExistingPost]:
        """The comments of this pipeline's own identity, oldest first."""
        ...

    def add_comment(self, body: str) -> str:
        """Adds a comment; its number."""
        ...

    def edit_comment(self, number: str, body: str) -> None:
        """Replaces a comment's text."""
        ...

    def issues(self) -> Iterator[ExistingPost]:
        """The open issues with Bluelamp's label."""
        ...

    def add_issue(self, title: str, body: str) -> str:
        """Opens an issue with Bluelamp's label; its number."""
        ...

    def edit_issue(self, number: str, title: str, body: str) -> None:
        """Replaces an issue's title and text."""
        ...

    def close_issue(self, number: str, body: str) -> bool:
        """Replaces an issue's text and closes it; False if people must close it on this host."""
        ...


def marker_of(text: str) -> str:
    """The marker in the first or the last line of `text`. Raises `UsageError` if there is none."""
    marker = _marker(text)
    if not marker:
        raise UsageError(
            "the text has no Bluelamp marker, by which later runs find the comment or issue",
            next_step="post the file of `bluelamp check --comment FILE` or `bluelamp drift --issue FILE`",
        )
    return marker


def _marker(text: str) -> str:
    lines = text.strip().splitlines()
    return next((line.strip() for line in (*lines[:1], *lines[-1:]) if _MARKER.fullmatch(line.strip())), "")


def comment(host: Host, text: str) -> Posted:
    """Creates the comment, or updates the one with the same marker.

    Raises `UsageError` if it has no marker or is too long, `BluelampError` if the host refuses.
    """
    marker = _checked(host, text)

    def once() -> Posted:
        existing = next((each for each in host.comments() if _marker(each.body) == marker), None)
        if existing is None:
            return Posted(host.name, "comment", "created", host.add_comment(text))
        if existing.body.strip() == text.strip():
            return Posted(host.name, "comment", "unchanged", existing.number)
        host.edit_comment(existing.number, text)
        return Posted(host.name, "comment", "updated", existing.number)

    return host.api.with_retries(once)


def issue(host: Host, title: str, text: str) -> Posted:
    """Opens the issue, or updates the open one with the same marker. Raises as `comment` does."""
    marker = _checked(host, text)

    def once() -> Posted:
        existing = next((each for each in host.issues() if each.labelled or _marker(each.body) == marker), None)
        if existing is None:
            return Posted(host.name, "issue", "created", host.add_issue(title, text))
        if existing.body.strip() == text.strip():
            return Posted(host.name, "issue", "unchanged", existing.number)
        host.edit_issue(existing.number, title, text)
        return Posted(host.name, "issue", "updated", existing.number)

    return host.api.with_retries(once)


def resolve(host: Host, text: str) -> Posted:
    """Closes the open issue with the marker of `text` and replaces its text; does nothing if there is none."""
    marker = _checked(host, text)

    def once() -> Posted:
        existing = next((each for each in host.issues() if each.labelled or _marker(each.body) == marker), None)
        if existing is None:
            return Posted(host.name, "issue", "none")
        closed = host.close_issue(existing.number, text)
        return Posted(host.name, "issue", "closed" if closed else "updated", existing.number)

    return host.api.with_retries(once)


def _checked(host: Host, text: str) -> str:
    if len(text) > host.longest:
        raise UsageError(
            f"it has {len(text):,} characters, and {host.name} accepts {host.longest:,}",
            next_step=f"write it with --comment-limit {host.longest}",
        )
    return marker_of(text)
