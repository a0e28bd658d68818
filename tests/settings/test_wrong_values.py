"""Every leaf of the settings refuses wrong values with its file, line and path, before anything is planned."""

import copy
import functools
import json
import operator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluelamp.core.reader import parse
from bluelamp.core.source import spell
from bluelamp.errors import Status
from bluelamp.fleet.judge import check_plan
from bluelamp.infra.checks import restrictions
from bluelamp.infra.checks.context import Context
from bluelamp.infra.force import ROOT, Force, SettingsError, from_source
from bluelamp.infra.settings.register import read_register
from bluelamp.modules import naming
from bluelamp.planning.refused_settings import problem_of, refusals
from tests.conftest import Project
from tests.thorough import tries

NAME = "stacks/Pulumi.essex.yaml"
TREE: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("whole.yaml").read_text("utf-8"))["config"]
REGISTER = read_register(ROOT)
CONTEXT = Context(REGISTER.entry("essex"), REGISTER, ROOT)
Path_ = tuple[str | int, ...]


def leaves(tree: object, here: Path_ = ()) -> list[Path_]:
    if isinstance(tree, dict):
        return [path for key, value in tree.items() for path in leaves(value, (*here, key))]
    if isinstance(tree, list):
        return [path for index, value in enumerate(tree) for path in leaves(value, (*here, index))]
    return [here]


def at(tree: Any, path: Path_) -> Any:
    return functools.reduce(operator.getitem, path, tree)


def judged(path: Path_, value: object) -> Force | SettingsError:
    """The result of the settings with `value` at `path`: one of these two."""
    tree = copy.deepcopy(TREE)
    at(tree, path[:-1])[path[-1]] = value
    content = yaml.dump(json.loads(json.dumps({"config": tree})), sort_keys=False, allow_unicode=True, width=10_000)
    try:
        return from_source(parse(content.encode(), NAME), CONTEXT)
    except SettingsError as error:
        outcome = error
    for problem in outcome.problems:
        assert problem.file == NAME
        assert problem.line > 0
        assert problem.path
        assert problem.message
        assert len(str(problem)) < 2500
    return outcome


def assert_refused(path: Path_, value: object) -> None:
    outcome = judged(path, value)
    assert isinstance(outcome, SettingsError), f"{spell(path)}: {value!r} is accepted"
    named = {problem.path for problem in outcome.problems}
    around = {spell(path[:end]) for end in range(1, len(path) + 1)}
    assert named & around, f"{spell(path)}: {value!r}: {named}"


LEAVES = [path for path in leaves(TREE) if str(path[0]).startswith("bluelamp:")]
ENUMERATIONS = [
    path
    for path in LEAVES
    if path[-1]
    in (
        *("environment", "tier", "handling", "profile", "sentinel", "ddosPlan", "versionAliases", "topology"),
        *("threatIntelMode", "sku", "direction", "access", "protocol", "archetype", "region", "immutability"),
        *("category", "infrastructure", "distribution", "podSecurity", "os", "kind", "licenseType", "version"),
        *("edition", "assignment", "scope", "cluster", "site", "failureDomain"),
    )
    or path[-2:-1] in (("regions",),)
    or (path[-1] == "role" and "access" in path)
]
ENUMERATIONS = [path for path in ENUMERATIONS if "vsphere" not in path or path[-1] != "cluster"]


def test_the_settings_of_the_tests_use_every_leaf_and_are_valid():
    content = yaml.dump({"config": TREE}, sort_keys=False).encode()
    assert isinstance(from_source(parse(content, NAME), CONTEXT), Force)


@settings(
    max_examples=tries(250), derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
@given(
    st.sampled_from(LEAVES),
    st.sampled_from(
        [{"a": 1}, [[]], [], {}, True, "", " ", "\n", "a\nb", "é\u202e", "x" * 5000, -1, 1e300, float("inf")]
    ),
)
def test_values_of_another_type_are_refused(path, value):
    mine = at(TREE, path)
    if isinstance(mine, bool) and isinstance(value, bool):
        return
    assert_refused(path, value)


@settings(
    max_examples=tries(250), derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
@given(st.sampled_from(ENUMERATIONS), st.integers(0, 40), st.sampled_from(["swap", "drop", "double", "case", "add"]))
def test_misspelt_words_are_refused(path, place, how):
    word = str(at(TREE, path))
    at_ = place % len(word)
    match how:
        case "swap":
            other = word[:at_] + word[at_ : at_ + 2][::-1] + word[at_ + 2 :]
        case "drop":
            other = word[:at_] + word[at_ + 1 :]
        case "double":
            other = word[:at_] + word[at_] + word[at_:]
        case "case":
            other = word.swapcase()
        case _:
            other = word + "x"
    if other == word or (
        path[-1] == "version" and "clusters" in path and other.count(".") and other[:3] in ("1.3", "1.2")
    ):
        return
    assert_refused(path, other)


@settings(
    max_examples=tries(300), derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
@given(st.sampled_from(LEAVES), st.sampled_from(LEAVES))
def test_the_value_of_another_setting_gives_a_force_or_a_problem(path, other):
    """Valid or not, the result is a force or a problem with its location."""
    judged(path, at(TREE, other))


AZURE, PREMISES = "bluelamp:azure", "bluelamp:onPremises"
RULE: Path_ = (AZURE, "hub", "rules", 0)
ZONE: Path_ = (AZURE, "landingZones", 0)
SITE: Path_ = (PREMISES, "sites", 0)
CLUSTER: Path_ = (PREMISES, "clusters", 0)
NIL = "00000000-0000-0000-0000-000000000000"
WRONG: list[tuple[Path_, object]] = [
    ((*ZONE, "access", 0, "role"), "Redaer"),
    ((*ZONE, "access", 0, "role"), "Owner"),
    ((*ZONE, "access", 0, "role"), "reader"),
    ((*ZONE, "access", 0, "principalId"), NIL),
    ((*ZONE, "name"), "a--b"),
    ((*ZONE, "subscriptionId"), TREE[AZURE]["subscriptionId"]),
    ((*ZONE, "budget", "thresholds"), [50, 50]),
    ((*ZONE, "budget", "contacts"), ["a@b.example", "A@B.example"]),
    ((*ZONE, "budget", "contacts"), [f"a{number}@b.example" for number in range(51)]),
    ((*ZONE, "access"), [TREE[AZURE]["landingZones"][0]["access"][0]] * 2),
    ((AZURE, "landingZones", 1, "backup"), {"immutability": "Locked"}),
    ((AZURE, "landingZones", 1, "expires"), "0"),
    ((AZURE, "landingZones", 1, "expires"), "0001-01-01"),
    ((AZURE, "landingZones", 2, "billingScope"), "/providers/Microsoft.Billing/billingAccounts/1234567"),
    ((AZURE, "landingZones", 2, "billingScope"), "/providers/Microsoft.Billing/bilingAccounts/1/enrollmentAccounts/2"),
    ((AZURE, "tenantId"), NIL),
    ((AZURE, "managementGroups", "parent"), "a b"),
    ((AZURE, "managementGroups", "parent"), "a/b"),
    ((AZURE, "logAnalytics", "dailyQuotaGb"), 0.01),
    ((AZURE, "hub", "addressSpace"), "10.30.0.0/22 "),
    ((AZURE, "hub", "addressSpace"), "10.30.0.0/+22"),
    ((AZURE, "breakGlass", "accountIds"), [TREE[AZURE]["breakGlass"]["accountIds"][0]] * 2),
    ((*RULE, "name"), "a b"),
    ((*RULE, "name"), "a/b"),
    ((*RULE, "name"), "denyallinbound"),
    ((*RULE, "source"), "Interent"),
    ((*RULE, "source"), "internet"),
    ((*RULE, "source"), "Storage.UKSuoth"),
    ((*RULE, "destination"), "velero"),
    ((*RULE, "ports"), ["22-21"]),
    ((AZURE, "hub", "rules", 1, "destination"), "2001:db8::/32"),
    ((AZURE, "policyExemptions", 0, "definitions"), ["nothing"]),
    ((AZURE, "policyExemptions", 0, "assignment"), "Deny-Public-IPs"),
    ((AZURE, "policyExemptions", 0, "scope"), f"/subscriptions/{'-' * 36}"),
    ((*SITE, "asn"), 65515),
    ((*SITE, "asn"), 64500),
    ((*SITE, "asn"), 4_294_967_295),
    ((*SITE, "devices", 0, "address"), "10.0.0.1"),
    ((*SITE, "devices", 0, "address"), "203.0.113.11"),
    ((*SITE, "devices", 0, "address"), "127.0.0.1"),
    ((*SITE, "devices", 0, "bgpAddress"), "10.158.0.2"),
    ((*SITE, "devices", 0, "bgpAddress"), "10.158.0.0"),
    ((*SITE, "dnsServers"), ["0.0.0.0"]),
    ((*SITE, "dnsServers"), ["10.158.0.10"] * 2),
    ((*SITE, "dnsServers"), [f"10.158.0.{number}" for number in range(10, 17)]),
    ((*SITE, "key", "expires"), "0001-01-01"),
    ((*SITE, "expressRoute", "peering", "primary"), "10.158.1.0/29"),
    ((*SITE, "expressRoute", "peering", "secondary"), "10.158.1.0/30"),
    ((*SITE, "name"), "a--b"),
    ((PREMISES, "domain"), "blob.core.windows.net"),
    ((PREMISES, "domain"), "azure.com"),
    ((*CLUSTER, "version"), "1.99.1"),
    ((*CLUSTER, "version"), "1.5.1"),
    ((*CLUSTER, "name"), "a--b"),
    ((*CLUSTER, "name"), "x" * 31),
    ((*CLUSTER, "endpoint"), "10.158.8.11"),
    ((*CLUSTER, "endpoint"), "10.158.0.0"),
    ((*CLUSTER, "metal3"), TREE[PREMISES]["clusters"][1]["metal3"]),
    ((*CLUSTER, "workers", 0, "failureDomain"), "headquarter"),
    ((*CLUSTER, "workers"), [{"name": "a"}, {"name": "a"}]),
    ((*CLUSTER, "signingKeys"), TREE[PREMISES]["clusters"][0]["signingKeys"] * 2),
    ((PREMISES, "clusters", 1, "metal3", "imageUrl"), "images/k8s.qcow2"),
    ((PREMISES, "clusters", 1, "metal3", "imageUrl"), "ftp://images/k8s.qcow2"),
    ((PREMISES, "clusters", 1, "metal3", "imageChecksum"), "9f86"),
    ((PREMISES, "vsphere", "sites"), TREE[PREMISES]["vsphere"]["sites"] * 2),
    ((PREMISES, "tenants", 0, "name"), "velero"),
    ((PREMISES, "tenants", 0, "cluster"), "liv"),
    ((PREMISES, "servers", "machines", 0, "sql", 0, "name"), "a b"),
    ((PREMISES, "servers", "machines", 0, "sql", 0, "name"), "mssqlserver"),
    ((PREMISES, "servers", "machines", 0, "sql", 0, "name"), "Default"),
]


@pytest.mark.parametrize(
    ("path", "value"), WRONG, ids=lambda each: spell(each) if isinstance(each, tuple) else str(each)[:30]
)
def test_restrictions_of_azure_and_kubernetes_are_checked(path, value):
    outcome = judged(path, value)
    assert isinstance(outcome, SettingsError)
    assert any(problem.path.startswith(spell(path[:2])) for problem in outcome.problems)


def test_a_second_hub_needs_a_second_region():
    outcome = judged((AZURE, "regions"), ["uksouth"])
    assert isinstance(outcome, SettingsError)
    assert "bluelamp:azure.secondHub" in {problem.path for problem in outcome.problems}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((*RULE, "source"), "Storage.UKSouth"),
        ((*RULE, "source"), "Storage.WestEurope"),
        ((*RULE, "source"), "AzureFrontDoor.Backend"),
        ((*RULE, "name"), "a.b_"),
        ((*ZONE, "access", 0, "role"), "Backup Operator"),
        ((AZURE, "managementGroups", "parent"), "mg_national-(1)"),
        ((PREMISES, "servers", "machines", 0, "sql", 0, "name"), "RECORDS$1"),
    ],
)
def test_values_that_azure_accepts_are_accepted(path, value):
    assert isinstance(judged(path, value), Force)


def test_a_sandbox_needs_its_management_group():
    tree = copy.deepcopy(TREE)
    tree[AZURE]["managementGroups"]["sandbox"] = False
    tree[AZURE]["landingZones"][1]["subscriptionId"] = "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e77"
    with pytest.raises(SettingsError, match=r"landingZones\[1\].archetype: a sandbox with a subscription"):
        from_source(parse(yaml.dump({"config": tree}).encode(), NAME), CONTEXT)


def test_the_reserved_names_are_those_that_the_modules_use():
    from bluelamp.modules.azure.hub.rules import DENY_ALL, hub_rules

    made = {rule["name"] for rule in DENY_ALL}
    source = Path(hub_rules.__code__.co_filename).read_text("utf-8")
    assert made <= set(restrictions.HUB_RULES)
    assert all(f'"{name}"' in source for name in restrictions.HUB_RULES)
    folder = Path(naming.__file__).parent.parent / "kubernetes"
    defaults = [
        line.split('"namespace", "')[1].split('"')[0]
        for file in folder.rglob("*.py")
        for line in file.read_text("utf-8").splitlines()
        if 'args.get("namespace", "' in line
    ]
    assert defaults
    assert set(defaults) <= set(restrictions.NAMESPACES)


def test_a_modules_refusal_has_its_location(root):
    """A value that passes validation and is quoted by a module's own check of its arguments."""
    (root / NAME).write_text("config:\n  bluelamp:azure:\n    landingZones:\n      - name: a--b\n", encoding="utf-8")
    label = naming.Label(force="essex", code="esx", environment="prod")  # type: ignore[typeddict-item] # enough here
    with pytest.raises(ValueError, match="cannot be in a name") as raised:
        naming.name("resource_group", "a--b", label, "uksouth")
    problem = problem_of(raised.value, "essex", root)
    assert problem is not None
    assert problem.where == f"{NAME}:4:15"
    assert problem.path == "bluelamp:azure.landingZones[0].name"
    assert "cannot be in a name" in problem.message
    assert problem.next_step


def test_an_error_of_the_program_is_no_problem_of_the_settings(root):
    (root / NAME).write_text("config:\n  bluelamp:costCentre: ESX-1\n", encoding="utf-8")
    assert problem_of(KeyError("sandbox"), "essex", root) is None


def test_a_refusal_by_the_cloud_has_its_location(root):
    (root / NAME).write_text("config:\n  bluelamp:azure:\n    a: right\n    b: wrong one\n", encoding="utf-8")
    found = refusals("essex", root, ["vault: name: 'wrong one' is not a name", "vault: sku: 'other' is unknown"])
    assert [(one.where, one.path) for one in found] == [(f"{NAME}:4:8", "bluelamp:azure.b")]


def test_check_and_preview_end_with_status_2(project: Project):
    file = project.settings("greater-manchester")
    text = file.read_text("utf-8")
    assert "role: Reader" in text
    file.write_text(text.replace("role: Reader", "role: Redaer", 1), encoding="utf-8")
    line = (
        file.read_text("utf-8")
        .splitlines()
        .index(next(x for x in file.read_text("utf-8").splitlines() if "Redaer" in x))
        + 1
    )
    for words in (("check",), ("preview", "--rehearse"), ("up", "--rehearse"), ("audit",)):
        run = project.run(*words, "greater-manchester")
        assert run.returncode == Status.WRONG_USE, run.stdout + run.stderr
        assert f"stacks/Pulumi.greater-manchester.yaml:{line}:" in run.stderr
        assert "'Redaer' is not a role that a landing zone may assign" in run.stderr
        assert "did you mean Reader?" in run.stderr
        assert "Traceback" not in run.stderr


def test_a_refusal_while_planning_is_a_problem_of_the_settings(monkeypatch: pytest.MonkeyPatch, root):
    import bluelamp.infra.force

    (root / NAME).write_text((ROOT / NAME).read_text("utf-8"), encoding="utf-8")

    text = (root / NAME).read_text("utf-8")
    role = text.split("role: ")[1].split("\n")[0]

    def refuse_role(*_: object, **__: object) -> Force:
        raise ValueError(f"LandingZone 'x': role is '{role}'; use another")

    monkeypatch.setattr(bluelamp.infra.force, "load", refuse_role)
    with pytest.raises(
        SettingsError, match=r"stacks/Pulumi.essex.yaml:\d+:\d+: bluelamp:owner.role: the program refuses"
    ):
        check_plan("essex", root)
