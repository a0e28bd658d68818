"""The command `bluelamp policy`."""

import json

from tests.conftest import Project


def test_it_lists_the_effective_policy_as_json(project: Project) -> None:
    run = project.here("policy", "essex", "--scope", "corp", "--format", "json")
    assert (run.returncode, run.stderr) == (0, "")
    answer = json.loads(run.stdout)["result"]
    assert answer["force"] == "essex"
    (view,) = answer["scopes"]
    assert view["inheritedFrom"] == ["root", "landing-zones"]
    named = {row["name"] for row in view["rows"]} | set(view["missing"])
    assert {"Deny-Resource-Locations", "Deny-MgmtPorts-Internet", "Deny-Public-Endpoints"} <= named


def test_an_unknown_group_or_force_is_reported_with_the_nearest(project: Project) -> None:
    run = project.here("policy", "essex", "--scope", "crop")
    assert run.returncode == 2
    assert "there is no management group 'crop'" in run.stderr
    assert "did you mean corp?" in run.stderr
    run = project.here("policy", "esex")
    assert run.returncode == 2
    assert "did you mean essex" in run.stderr


def test_help_has_examples(project: Project) -> None:
    run = project.here("policy", "--help")
    assert run.returncode == 0
    assert "bluelamp policy west-midlands --scope corp" in run.stdout
