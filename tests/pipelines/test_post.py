"""`bluelamp post`: one comment and one issue on each host, updated in place; the token goes nowhere else."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from tests.conftest import in_process
from tests.pipelines.loopback import HOSTS, TOKEN, Kept, host

MARKER = "<!-- bluelamp:check -->"
DRIFT = "<!-- bluelamp-drift -->"
NOW = {"Retry-After": "0"}


def variables(name: str, kept: Kept, folder: Path) -> dict[str, str]:
    """The variables of the host's own pipeline."""
    event = folder / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7}}))
    return {
        "github": {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": kept.url,
            "GITHUB_REPOSITORY": "force/estate",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_TOKEN": TOKEN,
        },
        "azure": {
            "TF_BUILD": "True",
            "SYSTEM_COLLECTIONURI": f"{kept.url}/",
            "SYSTEM_TEAMPROJECTID": "p-1",
            "BUILD_REPOSITORY_ID": "r-1",
            "SYSTEM_PULLREQUEST_PULLREQUESTID": "7",
            "SYSTEM_ACCESSTOKEN": TOKEN,
        },
        "gitlab": {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": kept.url,
            "CI_PROJECT_ID": "3",
            "CI_MERGE_REQUEST_IID": "7",
            "BLUELAMP_POST_TOKEN": TOKEN,
        },
    }[name]


@pytest.fixture(params=sorted(HOSTS))
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Kept, Path]]:
    own = ("GITHUB_", "CI_", "SYSTEM_", "TF_", "BUILD_", "GITLAB_", "BLUELAMP_POST")
    kept_variables = {key: value for key, value in os.environ.items() if not key.startswith(own)}
    with (
        host(request.param) as kept,
        mock.patch.dict(os.environ, kept_variables | variables(request.param, kept, tmp_path), clear=True),
    ):
        yield request.param, kept, tmp_path
        assert kept.tokens <= {TOKEN, f"Bearer {TOKEN}"}


def post(folder: Path, text: str, *words: str) -> tuple[int, str]:
    file = folder / "text.md"
    file.write_text(text, encoding="utf-8")
    status, out, err = in_process(folder, ["post", str(file), *words])
    assert TOKEN not in out + err
    return status, out + err


def bodies(kept: Kept) -> list[str]:
    return [str(each.get("body") or each.get("content")) for each in kept.comments]


def test_a_comment_is_created_once_and_then_updated(at: tuple[str, Kept, Path]) -> None:
    name, kept, folder = at
    assert post(folder, f"{MARKER}\nfirst\n") == (0, f"{name}: comment {'1/1' if name == 'azure' else '1'} created\n")
    assert post(folder, f"{MARKER}\nsecond\n")[1].endswith(" updated\n")
    assert post(folder, f"{MARKER}\nsecond\n")[1].endswith(" unchanged\n")
    assert post(folder, "<!-- bluelamp:preview -->\nanother\n")[1].endswith(" created\n")
    assert bodies(kept) == [f"{MARKER}\nsecond\n", "<!-- bluelamp:preview -->\nanother\n"]


def test_the_marker_in_another_persons_comment_is_ignored(at: tuple[str, Kept, Path]) -> None:
    _, kept, folder = at
    other = {"id": 1, "user": {"type": "User", "login": "x"}, "author": {"id": "x"}, "body": MARKER, "content": MARKER}
    quoting = other | {"id": 2, "user": {"type": "Bot"}, "body": f"> {MARKER}\n", "content": f"> {MARKER}\n"}
    kept.comments += [other, quoting]
    assert post(folder, f"{MARKER}\nours\n")[1].endswith(" created\n")
    assert len(kept.comments) == 3
    assert kept.comments[0] == other


def test_a_lost_response_causes_no_second_comment(at: tuple[str, Kept, Path]) -> None:
    _, kept, folder = at
    kept.lose = 1
    assert post(folder, f"{MARKER}\ntext\n")[0] == 0
    assert len(kept.comments) == 1


def test_a_busy_host_is_retried_four_times_at_most(at: tuple[str, Kept, Path]) -> None:
    _, kept, folder = at
    kept.first += [(429, NOW, {}), (503, NOW, {})]
    assert post(folder, f"{MARKER}\ntext\n")[0] == 0
    kept.requests.clear()
    kept.first += [(502, NOW, {})] * 9
    status, output = post(folder, f"{MARKER}\nlater\n")
    assert status == 1
    assert "502" in output
    assert "4 times" in output
    assert len(kept.requests) == 4


def test_a_refusal_names_the_tokens_permissions_and_never_shows_it(at: tuple[str, Kept, Path]) -> None:
    name, kept, folder = at
    kept.first += [(401, {}, {"message": f"bad credentials {TOKEN}"})]
    status, output = post(folder, f"{MARKER}\ntext\n")
    assert status == 1
    assert "401" in output
    needs = {"github": "pull-requests: write", "azure": "Contribute to pull requests", "gitlab": "the scope api"}
    assert needs[name] in output
    assert kept.comments == []


def test_a_redirect_is_not_followed_with_the_token(at: tuple[str, Kept, Path]) -> None:
    _, kept, folder = at
    with host("github") as elsewhere:
        kept.first += [(302, {"Location": f"{elsewhere.url}/user"}, {})]
        status, output = post(folder, f"{MARKER}\ntext\n")
        assert elsewhere.requests == []
    assert status == 1
    assert "redirects are not followed" in output


def test_an_issue_is_opened_updated_and_resolved(at: tuple[str, Kept, Path]) -> None:
    name, kept, folder = at
    assert post(folder, f"No drift\n{DRIFT}\n", "--resolved") == (0, f"{name}: issue is not open\n")
    assert post(folder, f"drift\n{DRIFT}\n", "--issue", "Drift")[1].endswith("issue 1 created\n")
    assert post(folder, f"more drift\n{DRIFT}\n", "--issue", "Drift")[1].endswith("issue 1 updated\n")
    assert len(kept.issues) == 1
    output = post(folder, f"No drift\n{DRIFT}\n", "--resolved")[1]
    # Azure DevOps: the final state of a work item has another name in each process.
    assert output == f"{name}: issue 1 {'updated' if name == 'azure' else 'closed'}\n"
    assert kept.issues[0]["state"] == ("open" if name == "azure" else "closed")


def test_text_not_from_bluelamp_or_too_long_is_not_posted(at: tuple[str, Kept, Path]) -> None:
    name, kept, folder = at
    status, output = post(folder, "no marker\n")
    assert status == 2
    assert "no Bluelamp marker" in output
    longest = {"github": 65_536, "azure": 150_000, "gitlab": 1_000_000}[name]
    status, output = post(folder, f"{MARKER}\n{'x' * longest}")
    assert status == 2
    assert f"--comment-limit {longest}" in output
    assert kept.requests == []


def test_the_json_names_the_actions(at: tuple[str, Kept, Path]) -> None:
    name, _, folder = at
    status, output = post(folder, f"{MARKER}\ntext\n", "--format", "json")
    result = json.loads(output)["result"]
    assert status == 0
    assert (result["host"], result["what"], result["done"]) == (name, "comment", "created")


@pytest.mark.parametrize(
    ("given", "words", "message"),
    [
        ({}, (), "not in a pipeline of GitHub, Azure DevOps or GitLab"),
        ({}, ("--host", "bitbucket"), "allowed: github, azure, gitlab"),
        ({"GITHUB_ACTIONS": "true"}, (), "GITHUB_TOKEN is not set"),
        ({"GITHUB_TOKEN": "a", "GITHUB_REPOSITORY": "a/b/c"}, ("--host", "github"), "is not OWNER/NAME"),
        (
            {"GITHUB_TOKEN": "a\nb", "GITHUB_REPOSITORY": "a/b"},
            ("--host", "github"),
            "the token contains invalid characters",
        ),
        (
            {"GITHUB_TOKEN": "a", "GITHUB_REPOSITORY": "a/b", "GITHUB_API_URL": "http://api.example"},
            ("--host", "github"),
            "not https://",
        ),
        (
            {"SYSTEM_ACCESSTOKEN": "a", "SYSTEM_COLLECTIONURI": "https://user:pass@host.example"},
            ("--host", "azure"),
            "SYSTEM_TEAMPROJECTID is not set",
        ),
        ({"BLUELAMP_POST_TOKEN": "a"}, ("--host", "gitlab"), "CI_API_V4_URL is not set"),
        ({}, ("--issue", "two\nlines"), "a title is one line"),
        ({}, ("--issue", "A", "--resolved"), "are mutually exclusive"),
    ],
)
def test_wrong_use_is_refused_with_the_next_step(
    given: dict[str, str], words: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    own = ("GITHUB_", "CI_", "SYSTEM_", "TF_", "BUILD_", "GITLAB_", "BLUELAMP_POST")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(own)}
    with mock.patch.dict(os.environ, kept | given, clear=True):
        status, shown = post(tmp_path, f"{MARKER}\ntext\n", *words)
    assert status == 2
    assert message in " ".join(shown.split())
