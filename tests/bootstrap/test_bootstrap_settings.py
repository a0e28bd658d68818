"""`stacks/<force>/bootstrap.yaml`: mistakes in it, and which subjects the identities trust by default."""

from pathlib import Path

import pytest
import yaml

from bluelamp.bootstrap.checklist import checklist, markdown
from bluelamp.core.problems import SettingsError
from bluelamp.infra.force import ROOT, load
from bluelamp.infra.settings.bootstrap import read_bootstrap
from bluelamp.pipelines.render import Choices, pipelines
from tests.bootstrap.written import GITHUB


@pytest.fixture(scope="module")
def force():
    return load("dyfed-powys", root=ROOT)


@pytest.fixture
def read(tmp_path: Path, force):
    def written(text: str):
        path = tmp_path / "stacks/dyfed-powys/bootstrap.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return read_bootstrap(tmp_path, force)

    return written


def test_subjects_are_those_of_the_rendered_github_jobs(read):
    settings = read(GITHUB)
    trusted = {"PLAN": settings.plan.subject, "APPLY": settings.apply.subject}
    seen = set()
    for text in pipelines("github", Choices("main", "make")).values():
        for job in yaml.safe_load(text)["jobs"].values():
            for identity, subject in trusted.items():
                if f"AZURE_{identity}_CLIENT_ID" in str(job):
                    named = job["environment"]
                    name = named["name"] if isinstance(named, dict) else named
                    assert subject == f"repo:dyfed-powys-police/estate:environment:{name}"
                    seen.add(identity)
    assert seen == {"PLAN", "APPLY"}


def test_gitlab_trusts_the_branch_that_is_applied(read):
    text = GITHUB.replace("github", "gitlab").replace("estate", "platform/estate") + "branch: trunk\n"
    settings = read(text)
    subject = "project_path:dyfed-powys-police/platform/estate:ref_type:branch:ref:trunk"
    assert (settings.plan.issuer, settings.plan.subject, settings.apply.subject) == (
        "https://gitlab.com",
        subject,
        subject,
    )


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("host: github", "host: gitea", "1", "'gitea' is not an allowed value"),
        ("dyfed-powys-police/estate", "estate", "2", "not a repository of the host github"),
        ("10.29.159.192/26", "10.29.159.192/28", "4", "is too small"),
        ("10.29.159.192/26", "10.28.0.0/26", "4", "outside of the force's addresses in uksouth"),
        ("10.29.159.192/26", "10.29.0.0/26", "4", "overlaps 10.29.0.0/22 of the hub in uksouth"),
        ("  addressSpace: 10.29.159.192/26", "  privateZoneIds: {}", "4", "needs addressSpace or subnetId"),
        ("tenantId: 6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e00\n", "", "", "no tenantId is set"),
        ("host: github", "host: azure", "", "plan is missing, which Azure DevOps needs"),
        ("host:", "hots:", "1", "no setting called 'hots'"),
    ],
)
def test_a_mistake_is_reported_with_its_location(read, old, new, place, message):
    assert old in GITHUB
    with pytest.raises(SettingsError) as caught:
        read(GITHUB.replace(old, new, 1))
    problem = next(each for each in caught.value.problems if message in str(each))
    if place:
        assert f"stacks/dyfed-powys/bootstrap.yaml:{place}:" in str(problem)


def test_two_identities_with_one_credential_are_refused(read):
    same = "{issuer: 'https://issuer.example', subject: job}"
    with pytest.raises(SettingsError, match="is the credential of plan: each of its jobs could apply"):
        read(f"{GITHUB}plan: {same}\napply: {same}\n")


def test_without_a_file_the_error_says_what_to_write(tmp_path, force):
    with pytest.raises(SettingsError, match=r"(?s)stacks/dyfed-powys/bootstrap.yaml.*host: github"):
        read_bootstrap(tmp_path, force)


CREDENTIALS = "".join(
    f"{each}:\n  issuer: https://issuer.example\n  subject: job-{each}\n" for each in ("plan", "apply")
)


@pytest.mark.parametrize(
    ("host", "more", "wanted"),
    [
        ("github", "", ["deployment branch main", "/.github/", "Affected forces, Comment", "AZURE_PLAN_CLIENT_ID"]),
        (
            "azure",
            CREDENTIALS,
            ["service connection bluelamp-apply", "exclusive lock", "/.azure-pipelines/", "job-plan"],
        ),
        ("gitlab", "", ["bluelamp-gitlab-token", "flexible credential", "/.gitlab-ci.yml", "AZURE_APPLY_CLIENT_ID"]),
    ],
)
def test_the_checklist_has_what_the_host_needs(read, force, host, more, wanted):
    settings = read(GITHUB.replace("github", host) + more)
    page = markdown(force.name, checklist(force, settings, {"vaultName": "kv-1", "backendUrl": "azblob://c"}))
    for each in (*wanted, "stacks/approvers.yaml", "stacks/signers/", "kv-1", "azblob://c"):
        assert each in page, each
    assert "(known after the bootstrap)" in page
    assert page.count("- [ ]") > 20


def test_unassigned_roles_are_in_the_checklist(read, force):
    settings = read(GITHUB)
    page = markdown(force.name, checklist(force, settings, {}))
    assigned = {
        "Management Group Contributor",
        "Resource Policy Contributor",
        "Monitoring Contributor",
        "Contributor",
    }
    named = {"User Access Administrator": "User Access Administrator"}
    named["Contributor of the directory's diagnostics"] = "/providers/Microsoft.aadiam"
    for row in yaml.safe_load((ROOT / "docs/deployer-roles.yaml").read_text("utf-8"))["azure"]:
        if row["role"] in ("Azure subscription creator", "Hierarchy Settings Administrator"):
            continue  # only with a billing scope or hierarchy settings
        assert row["role"] in assigned or named[row["role"]] in page, row["role"]
