"""The code hosts, each configured by the variables of its own pipelines."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from bluelamp.core.files import read
from bluelamp.core.text import cut, printable
from bluelamp.errors import BluelampError, UsageError
from bluelamp.posting.http import Api
from bluelamp.posting.post import ExistingPost, Host

TOKEN: Final = "BLUELAMP_POST_TOKEN"  # noqa: S105 - its name
"""The variable with a token that replaces the host's own."""
LABEL: Final = "bluelamp-drift"
_OPEN: Final = (
    "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project "
    "AND [System.Tags] CONTAINS 'bluelamp-drift' AND [System.State] NOT IN ('Done', 'Closed', 'Removed') "
    "ORDER BY [System.Id]"
)
"""The Azure DevOps query for open work items with the label."""
_PAGE: Final = 100
_MOST_PAGES: Final = 50
_EVENT: Final = 5_000_000


class Variables:
    """The variables of a pipeline's environment, with errors for missing ones."""

    def __init__(self, host: str, environment: Mapping[str, str]) -> None:
        self._host, self._values = host, environment

    def get(self, name: str) -> str:
        """The value of a variable; empty if it is not set."""
        return self._values.get(name, "").strip()

    def need(self, name: str, what: str, step: str = "") -> str:
        """The value of a variable. Raises `UsageError` if it is not set."""
        value = self.get(name)
        if not value:
            raise UsageError(f"{name} is not set: {what}", next_step=step or f"run in a pipeline of {self._host}")
        return value

    def number(self, name: str, what: str) -> str:
        """The number of a pull request. Raises `UsageError` if it is not a number."""
        return whole(self.need(name, what), name)

    def token(self, own: str, step: str) -> str:
        """The access token. Raises `UsageError` if it is missing or contains invalid characters."""
        value = self.get(TOKEN) or (self.get(own) if own else "")
        if not value:
            raise UsageError(f"no token: {own or TOKEN} is not set", next_step=step)
        if not value.isascii() or not value.isprintable() or " " in value:
            raise UsageError("the token contains invalid characters", next_step="set it again, without line feeds")
        return value


def whole(value: str, name: str) -> str:
    """`value`, which must be a number of at most ten digits. Raises `UsageError`."""
    if not (value.isascii() and value.isdecimal() and len(value) <= 10):
        raise UsageError(f"{name}: {cut(printable(value), 60)!r} is not a number")
    return value


@dataclass(frozen=True)
class GitHub:
    """GitHub or GitHub Enterprise Server. `person` is whether the token is a user's instead of the job's."""

    api: Api
    repository: str
    number: Callable[[], str]
    person: bool = False
    name: str = "github"
    longest: int = 65_536

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "GitHub":
        """From a job's variables. Raises `UsageError` for one that is missing."""
        variables = Variables("GitHub Actions", environment)
        step = "give the step the variable GITHUB_TOKEN with the value of github.token"
        token = variables.token("GITHUB_TOKEN", step)
        repository = variables.need("GITHUB_REPOSITORY", "the repository, as OWNER/NAME")
        owner, _, name = repository.partition("/")
        if not owner or not name or "/" in name:
            raise UsageError(f"GITHUB_REPOSITORY: {cut(printable(repository), 60)!r} is not OWNER/NAME")
        url = variables.get("GITHUB_API_URL") or "https://api.github.com"
        headers = {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": "2022-11-28"}
        permissions = "pull-requests: write for a comment, issues: write for an issue"
        return cls(
            Api(url.rstrip("/"), headers, permissions),
            f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}",
            lambda: _github_number(variables),
            bool(variables.get(TOKEN)),
        )

    def comments(self) -> Iterator[ExistingPost]:
        """The comments of a bot or of the token's own user; other users' comments are never edited."""
        own = self._login()
        for each in self._pages(f"{self.repository}/issues/{self.number()}/comments?"):
            author = each.get("user") or {}
            if author.get("type") == "Bot" or (own and author.get("login") == own):
                yield ExistingPost(str(each["id"]), str(each.get("body") or ""))

    def add_comment(self, body: str) -> str:
        """Adds a comment; its number."""
        return _id(self.api.send("POST", f"{self.repository}/issues/{self.number()}/comments", {"body": body}))

    def edit_comment(self, number: str, body: str) -> None:
        """Replaces a comment's text."""
        self.api.send("PATCH", f"{self.repository}/issues/comments/{number}", {"body": body})

    def issues(self) -> Iterator[ExistingPost]:
        """The open issues that carry the label."""
        for each in self._pages(f"{self.repository}/issues?state=open&labels={LABEL}&"):
            if "pull_request" not in each:
                yield ExistingPost(str(each["number"]), str(each.get("body") or ""))

    def add_issue(self, title: str, body: str) -> str:
        """Opens an issue; its number."""
        response = self.api.send("POST", f"{self.repository}/issues", {"title": title, "body": body, "labels": [LABEL]})
        return _id(response, "number")

    def edit_issue(self, number: str, title: str, body: str) -> None:
        """Replaces an issue's title and text."""
        self.api.send("PATCH", f"{self.repository}/issues/{number}", {"title": title, "body": body})

    def close_issue(self, number: str, body: str) -> bool:
        """Closes an issue as completed."""
        state = {"body": body, "state": "closed", "state_reason": "completed"}
        self.api.send("PATCH", f"{self.repository}/issues/{number}", state)
        return True

    def _login(self) -> str:
        """The name of the token's user; empty for the token of a job or an app."""
        if not self.person:
            return ""
        try:
            return str((self.api.get("/user") or {}).get("login") or "")
        except BluelampError:
            return ""

    def _pages(self, path: str) -> Iterator[Mapping[str, Any]]:
        return pages(self.api, f"{path}per_page={_PAGE}&page=")


def _github_number(variables: Variables) -> str:
    path = Path(variables.need("GITHUB_EVENT_PATH", "the file that describes the event"))
    try:
        event = json.loads(read(path, _EVENT))
        number = (event.get("pull_request") or {}).get("number")
    except (OSError, ValueError, AttributeError):
        number = None
    if number is None:
        raise UsageError(
            "GITHUB_EVENT_PATH: not a pull request event",
            next_step="post a comment in a workflow on pull_request, or an issue with --issue TITLE",
        )
    return whole(str(number), "pull_request.number")


@dataclass(frozen=True)
class AzureDevOps:
    """Azure DevOps: threads of pull requests, and work items."""

    api: Api
    project: str
    repository: Callable[[], str]
    name: str = "azure"
    longest: int = 150_000
    kind: str = "Task"
    """A work item type that exists in the Basic, Agile, Scrum and CMMI processes."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "AzureDevOps":
        """From a job's variables. Raises `UsageError` for one that is missing."""
        variables = Variables("Azure Pipelines", environment)
        token = variables.token(
            "SYSTEM_ACCESSTOKEN", "give the step the variable SYSTEM_ACCESSTOKEN: $(System.AccessToken)"
        )
        collection = variables.need("SYSTEM_COLLECTIONURI", "the address of the organisation").rstrip("/")
        project = quote(variables.need("SYSTEM_TEAMPROJECTID", "the project"), safe="")

        def repository() -> str:
            name = quote(variables.need("BUILD_REPOSITORY_ID", "the repository"), safe="")
            number = variables.number("SYSTEM_PULLREQUEST_PULLREQUESTID", "the pull request")
            return f"/{project}/_apis/git/repositories/{name}/pullRequests/{number}/threads"

        permissions = "Contribute to pull requests for a comment, Edit work items for an issue"
        return cls(Api(collection, {"Authorization": f"Bearer {token}"}, permissions), f"/{project}", repository)

    def comments(self) -> Iterator[ExistingPost]:
        """The first comments of threads that this pipeline's identity has opened."""
        own = (self.api.get("/_apis/connectionData") or {}).get("authenticatedUser", {}).get("id")
        response = self.api.get(f"{self.repository()}?api-version=7.1") or {}
        for thread in _list(response.get("value")):
            first = next(iter(_list(thread.get("comments"))), None)
            if not thread.get("isDeleted") and first and own and (first.get("author") or {}).get("id") == own:
                yield ExistingPost(f"{thread['id']}/{first['id']}", str(first.get("content") or ""))

    def add_comment(self, body: str) -> str:
        """Opens a thread with the status closed, so that a policy on unresolved comments does not block the merge."""
        response = self.api.send(
            "POST",
            f"{self.repository()}?api-version=7.1",
            {"comments": [{"parentCommentId": 0, "content": body, "commentType": "text"}], "status": "closed"},
        )
        return f"{_id(response)}/1"

    def edit_comment(self, number: str, body: str) -> None:
        """Replaces the text of the first comment of a thread."""
        thread, _, each = number.partition("/")
        self.api.send("PATCH", f"{self.repository()}/{thread}/comments/{each}?api-version=7.1", {"content": body})

    def issues(self) -> Iterator[ExistingPost]:
        """The open work items with the tag."""
        path = f"{self.project}/_apis/wit/wiql?$top={_PAGE}&api-version=7.1"
        response = self.api.send("POST", path, {"query": _OPEN})
        for each in _list((response or {}).get("workItems")):
            number = whole(str(each.get("id")), "id")
            item = self.api.get(
                f"{self.project}/_apis/wit/workitems/{number}?fields=System.Description&api-version=7.1"
            )
            body = ((item or {}).get("fields") or {}).get("System.Description") or ""
            # HTML comments are removed from rich text, so work items are found by the tag only.
            yield ExistingPost(number, str(body), labelled=True)

    def add_issue(self, title: str, body: str) -> str:
        """Creates a work item whose description is Markdown; its number."""
        fields = {"System.Title": title, "System.Description": body, "System.Tags": LABEL}
        return _id(self._patch("POST", f"${self.kind}", fields))

    def edit_issue(self, number: str, title: str, body: str) -> None:
        """Replaces a work item's title and description."""
        self._patch("PATCH", number, {"System.Title": title, "System.Description": body})

    def close_issue(self, number: str, body: str) -> bool:
        """Replaces the description only, as the name of the closed state depends on the process."""
        self._patch("PATCH", number, {"System.Description": body})
        return False

    def _patch(self, method: str, place: str, fields: Mapping[str, str]) -> Any:
        steps = [{"op": "add", "path": f"/fields/{name}", "value": value} for name, value in fields.items()]
        steps.append({"op": "add", "path": "/multilineFieldsFormat/System.Description", "value": "Markdown"})
        path = f"{self.project}/_apis/wit/workitems/{place}?api-version=7.1"
        return self.api.send(method, path, steps, "application/json-patch+json")


@dataclass(frozen=True)
class GitLab:
    """GitLab, hosted or self-managed."""

    api: Api
    project: str
    number: Callable[[], str]
    name: str = "gitlab"
    longest: int = 1_000_000

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "GitLab":
        """From a job's variables. Raises `UsageError` for one that is missing."""
        variables = Variables("GitLab CI", environment)
        step = f"set {TOKEN} to a project access token with the scope api: a job's own token cannot write comments"
        token = variables.token("", step)
        url = variables.need("CI_API_V4_URL", "the address of the API").rstrip("/")
        project = whole(variables.need("CI_PROJECT_ID", "the project"), "CI_PROJECT_ID")
        permissions = "the scope api, and the role Developer or above"
        return cls(
            Api(url, {"PRIVATE-TOKEN": token}, permissions),
            f"/projects/{project}",
            lambda: variables.number("CI_MERGE_REQUEST_IID", "the merge request"),
        )

    def comments(self) -> Iterator[ExistingPost]:
        """The notes of this token's identity."""
        own = (self.api.get("/user") or {}).get("id")
        for each in pages(self.api, f"{self._notes()}?sort=asc&per_page={_PAGE}&page="):
            if own is not None and (each.get("author") or {}).get("id") == own:
                yield ExistingPost(str(each["id"]), str(each.get("body") or ""))

    def add_comment(self, body: str) -> str:
        """Adds a note; its number."""
        return _id(self.api.send("POST", self._notes(), {"body": body}))

    def edit_comment(self, number: str, body: str) -> None:
        """Replaces a note's text."""
        self.api.send("PUT", f"{self._notes()}/{number}", {"body": body})

    def issues(self) -> Iterator[ExistingPost]:
        """The open issues that carry the label."""
        for each in pages(self.api, f"{self.project}/issues?state=opened&labels={LABEL}&per_page={_PAGE}&page="):
            yield ExistingPost(str(each["iid"]), str(each.get("description") or ""))

    def add_issue(self, title: str, body: str) -> str:
        """Opens an issue; its number."""
        content = {"title": title, "description": body, "labels": LABEL}
        return _id(self.api.send("POST", f"{self.project}/issues", content), "iid")

    def edit_issue(self, number: str, title: str, body: str) -> None:
        """Replaces an issue's title and text."""
        self.api.send("PUT", f"{self.project}/issues/{number}", {"title": title, "description": body})

    def close_issue(self, number: str, body: str) -> bool:
        """Closes an issue."""
        self.api.send("PUT", f"{self.project}/issues/{number}", {"description": body, "state_event": "close"})
        return True

    def _notes(self) -> str:
        return f"{self.project}/merge_requests/{self.number()}/notes"


def pages(api: Api, path: str) -> Iterator[Mapping[str, Any]]:
    """The entries of a paged list; the page number is appended to `path`.

    Raises `BluelampError` for more than 5,000 entries, as a missed comment would be posted twice.
    """
    for page in range(1, _MOST_PAGES + 1):
        found = _list(api.get(f"{path}{page}"))
        yield from found
        if len(found) < _PAGE:
            return
    raise BluelampError(f"{api.url}: more than {_MOST_PAGES * _PAGE:,} entries", next_step="close old issues")


def _list(found: Any) -> list[Mapping[str, Any]]:
    if not isinstance(found, list):
        raise BluelampError("the host's answer is not a list", next_step="check the address of its API")
    return [each for each in found if isinstance(each, Mapping)]


def _id(response: Any, name: str = "id") -> str:
    if not isinstance(response, Mapping) or name not in response:
        raise BluelampError(f"the host's answer has no {name}", next_step="check the address of its API")
    return str(response[name])


HOSTS: Final[Mapping[str, tuple[str, Callable[[Mapping[str, str]], Host]]]] = {
    "github": ("GITHUB_ACTIONS", GitHub.of),
    "azure": ("TF_BUILD", AzureDevOps.of),
    "gitlab": ("GITLAB_CI", GitLab.of),
}
"""By name: the variable that is true in the host's pipelines, and the function that configures the host."""


def of_environment(named: str | None = None, environment: Mapping[str, str] = os.environ) -> Host:
    """The host called `named`, or the host of the pipeline in which this runs.

    Raises `UsageError` if there is neither, or if a variable is missing.
    """
    if named is not None and named not in HOSTS:
        raise UsageError(f"{cut(printable(named), 60)!r} is not a code host; allowed: {', '.join(HOSTS)}")
    found = named or next(
        (name for name, (flag, _) in HOSTS.items() if environment.get(flag, "").lower() == "true"), None
    )
    if found is None:
        raise UsageError(
            "not in a pipeline of GitHub, Azure DevOps or GitLab",
            next_step=f"name the host: --host {next(iter(HOSTS))}",
        )
    return HOSTS[found][1](environment)
