"""What people do by hand after a bootstrap, with the values that they need: as data, text or Markdown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bluelamp.infra.force import Force
from bluelamp.infra.program.bootstrap import PREFIX
from bluelamp.infra.settings.bootstrap import APPLY, PLAN, Bootstrap

UNKNOWN: Final = "(known after the bootstrap)"
_OWNED: Final = ("/stacks/approvers.yaml", "/stacks/signers/", "/stacks/*/bootstrap.yaml", "/policies/")
_FILES: Final = {"github": "/.github/", "azure": "/.azure-pipelines/", "gitlab": "/.gitlab-ci.yml"}
_ENTITLED: Final = {
    "github": "branch protection rule",
    "azure": "branch policy",
    "gitlab": "protected branch",
}


@dataclass(frozen=True)
class Item:
    """One thing to do, and the value to use for it, where there is one."""

    text: str
    value: str = ""


@dataclass(frozen=True)
class Section:
    """What is to be done at one place."""

    title: str
    items: tuple[Item, ...]


def checklist(force: Force, settings: Bootstrap, found: Mapping[str, str]) -> list[Section]:
    """Everything that the bootstrap does not do. `found` are the outputs of its stack, empty before it is deployed."""
    host = settings.written.host
    sections = [
        Section("Variables", tuple(_variables(settings, found))),
        Section("Environments and identities", tuple(_environments(settings))),
        Section(f"Branch {settings.written.branch}", tuple(_branch(settings))),
        Section("CODEOWNERS", tuple(_owners(settings))) if host != "azure" else _reviewers(),
        Section("Signing key", tuple(_signing(found, host))),
        Section("Network", tuple(_network(settings))),
        Section("Roles that are not assigned", tuple(_roles(force, settings, found))),
        Section("States", tuple(_states(force, found))),
    ]
    return [each for each in sections if each.items]


def markdown(force: str, sections: list[Section]) -> str:
    """The checklist with boxes to tick."""
    lines = [f"# Bootstrap of {force}: checklist", ""]
    for section in sections:
        lines += [f"## {section.title}", ""]
        lines += [f"- [ ] {each.text}{f': `{each.value}`' if each.value else ''}" for each in section.items]
        lines.append("")
    return "\n".join(lines)


def text(sections: list[Section]) -> str:
    """The checklist for a terminal."""
    lines: list[str] = []
    for section in sections:
        lines += ["", section.title]
        for each in section.items:
            lines.append(f"  [ ] {each.text}")
            lines += [f"      {each.value}"] if each.value else []
    return "\n".join(lines[1:])


def _variables(settings: Bootstrap, found: Mapping[str, str]) -> Iterator[Item]:
    host = settings.written.host
    where = {
        "github": "variable of the repository",
        "azure": "variable group bluelamp",
        "gitlab": "CI/CD variable",
    }[host]
    values = {"PULUMI_BACKEND_URL": found.get("backendUrl", UNKNOWN), "BLUELAMP_VAULT": found.get("vaultName", UNKNOWN)}
    if host != "azure":
        values |= {
            "AZURE_TENANT_ID": settings.tenant_id,
            "AZURE_SUBSCRIPTION_ID": settings.subscription_ids[0],
            "AZURE_PLAN_CLIENT_ID": found.get("planClientId", UNKNOWN),
            "AZURE_APPLY_CLIENT_ID": found.get("applyClientId", UNKNOWN),
        }
    for name, value in sorted(values.items()):
        yield Item(f"Set the {where} {name}", value)


def _environments(settings: Bootstrap) -> Iterator[Item]:
    host, branch = settings.written.host, settings.written.branch
    if host == "github":
        yield Item(f"Create the environment {PLAN}, without protection rules")
        yield Item(f"Create the environment {APPLY}: required reviewers, no self-review, deployment branch {branch}")
    elif host == "azure":
        for name in (PLAN, APPLY):
            yield Item(
                f"Save the service connection {name}: workload identity federation with the identity's client id"
            )
        yield Item(f"Create the environment {APPLY} with the checks approvals and exclusive lock")
        yield Item(f"Give the service connection {APPLY} a branch control check", f"refs/heads/{branch}")
        yield Item(
            "Allow the project's build service to contribute to pull requests, to edit work items, and to push to the "
            "branch bluelamp-applied"
        )
    else:
        yield Item(f"Create the environment {APPLY}, protected, with those who may deploy and their approvals")
        yield Item("Allow pushes by job tokens, for the branch bluelamp-applied")
        yield Item(f"Create a daily pipeline schedule on {branch}")
        yield Item(
            "For previews of merge requests, add a flexible credential to the plan identity, with this expression",
            f"claims['sub'] matches 'project_path:{settings.written.repository}:ref_type:branch:ref:*'",
        )
    for name, each in (("plan", settings.plan), ("apply", settings.apply)):
        yield Item(f"Compare the subject of the {name} identity with the host's, issuer {each.issuer}", each.subject)


def _branch(settings: Bootstrap) -> Iterator[Item]:
    host = settings.written.host
    kind = _ENTITLED[host]
    yield Item(
        f"Add a {kind}: changes by pull request only, no force push, no deletion, no exception for administrators"
    )
    yield Item("Require one review at least, by someone other than the author, again after each push")
    if host == "github":
        yield Item("Require a review by a code owner")
        yield Item("Require the checks of the rendered pipelines", "Affected forces, Comment")
    elif host == "azure":
        yield Item("Add a build validation policy", "/.azure-pipelines/bluelamp-plan.yml")
    else:
        yield Item("Require approval by code owners, and that pipelines succeed")
    yield Item("Let only people who may know the estate's state push branches: a job of the plan identity can read it")


def _owners(settings: Bootstrap) -> Iterator[Item]:
    for path in (*_OWNED, _FILES[settings.written.host]):
        yield Item("Name the people who approve changes of", path)


def _reviewers() -> Section:
    items = (Item("Add required reviewers for the path", path) for path in (*_OWNED, _FILES["azure"]))
    return Section("Required reviewers", tuple(items))


def _signing(found: Mapping[str, str], host: str) -> Iterator[Item]:
    vault = found.get("vaultName", UNKNOWN)
    yield Item("Make the key that signs plans, and commit its public half to stacks/signers/", "bluelamp key plan.pem")
    yield Item(
        "Store it as a secret, with the role Key Vault Secrets Officer for the time of this, and delete the file",
        f"az keyvault secret set --vault-name {vault} --name bluelamp-plan-key --file plan.pem",
    )
    if host == "gitlab":
        yield Item("Store a project access token with the scope api as the secret", "bluelamp-gitlab-token")


def _network(settings: Bootstrap) -> Iterator[Item]:
    network = settings.written.network
    where = f"the network {network.address_space}" if network.address_space else "the subnet of the private endpoints"
    yield Item(
        f"Run the jobs that log in to Azure on runners that reach {where} and resolve its private names: the state "
        "store and the key vault have no public access"
    )


def _roles(force: Force, settings: Bootstrap, found: Mapping[str, str]) -> Iterator[Item]:
    principal = found.get("applyPrincipalId", UNKNOWN)
    yield Item(
        "Where the force has policies, custom or eligible roles: assign User Access Administrator to the apply "
        "identity for the time of the deployment, by Privileged Identity Management",
        principal,
    )
    if settings.management_group is None:
        yield Item("Assign the roles on management groups (docs/first-deployment.md, step 5)", principal)
    if force.azure and force.azure.management_groups.hierarchy_settings:
        yield Item("Assign Hierarchy Settings Administrator at the tenant's root group", principal)
    if any(each.billing_scope for each in (force.azure.landing_zones if force.azure else ())):
        yield Item("Assign Azure subscription creator at the billing scope, for new subscriptions", principal)
    yield Item("Assign Contributor at /providers/Microsoft.aadiam, for the logs of Entra ID", principal)
    yield Item(
        "Where Bluelamp manages groups or conditional access: grant the permissions of Microsoft Graph", principal
    )
    if settings.shares_subscription:
        yield Item(
            "Move the bootstrap into a subscription that the pipelines do not deploy to (subscriptionId in "
            "bootstrap.yaml): the apply identity is Contributor in this one, and could change the state store",
            settings.subscription_id,
        )


def _states(force: Force, found: Mapping[str, str]) -> Iterator[Item]:
    provider = found.get("secretsProvider", UNKNOWN)
    name = PREFIX + force.slug
    folder = f".bluelamp/bootstrap/{force.slug}"
    yield Item("Create the force's stack", f"bluelamp stack init {force.slug} --secrets-provider '{provider}'")
    yield Item(
        "Export the bootstrap's own state, which is still in the backend that it was made with",
        f"bluelamp pulumi -C {folder} stack export -s {name} --file {name}.json",
    )
    yield Item(
        "With PULUMI_BACKEND_URL of the new state store, create the stack there",
        f"bluelamp pulumi -C {folder} stack init {name} --secrets-provider '{provider}'",
    )
    yield Item(
        "Import the state there, then delete the file and the old backend",
        f"bluelamp pulumi -C {folder} stack import -s {name} --file {name}.json",
    )
