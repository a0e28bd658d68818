"""Thousands of broken settings files: each gives a force or named problems, never anything else."""

import copy
import random
import string
from ipaddress import IPv4Network
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluelamp.core.reader import parse
from bluelamp.infra.checks.context import Context
from bluelamp.infra.force import ROOT, Force, SettingsError, from_source, load
from bluelamp.infra.settings.register import read_register
from tests.thorough import tries

NAME = "stacks/Pulumi.essex.yaml"
BASE = Path(__file__).with_name("base.yaml").read_text("utf-8")
TREE = yaml.safe_load(BASE)
for section, more in yaml.safe_load(Path(__file__).with_name("grown.yaml").read_text("utf-8")).items():
    TREE["config"][section] = {**TREE["config"].get(section, {}), **more} if isinstance(more, dict) else more
REGISTER = read_register(ROOT)
CONTEXT = Context(REGISTER.entry("essex"), REGISTER, ROOT)

many = settings(max_examples=tries(1000), deadline=None, suppress_health_check=list(HealthCheck))
some = settings(max_examples=tries(500), deadline=None, suppress_health_check=list(HealthCheck))


def judge(content: bytes) -> Force | SettingsError:
    """The result of a stack file; any other result fails the test."""
    try:
        return from_source(parse(content, NAME), CONTEXT)
    except SettingsError as error:
        outcome = error
    lines = len(content.decode("utf-8", "replace").splitlines())
    assert outcome.problems
    for problem in outcome.problems:
        assert problem.file == NAME
        assert problem.message
        assert 0 <= problem.line <= lines + 1
        text = str(problem)
        assert text.startswith(NAME)
        assert text.isprintable()
        assert len(text) < 2000
        assert not any(word in text for word in ("pydantic", "Traceback", "Input should"))
    return outcome


def dump(tree: object) -> bytes:
    return yaml.dump(tree, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True).encode("utf-8", "replace")


def paths(tree: object, here: tuple = ()) -> list[tuple]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path for key, value in items for path in [(*here, key), *paths(value, (*here, key))]]


def at(tree: object, path: tuple) -> object:
    for step in path:
        tree = tree[step]
    return tree


PATHS = paths(TREE["config"])
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.text(string.ascii_letters + "0123456789./-_:@*", max_size=20),
    st.sampled_from(
        ["uksouth", "10.30.0.0/22", "*", "Internet", "OFFICIAL", "SECRET", "1e400", "0x", "yes", "=", "<<"]
    ),
    st.dates(),
    st.binary(max_size=8),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=4),
    max_leaves=8,
)


@st.composite
def mutants(draw) -> dict:
    """The valid settings after a few deletions, renamings, replacements, moves and duplications."""
    tree = copy.deepcopy(TREE)
    for _ in range(draw(st.integers(1, 5))):
        path = draw(st.sampled_from(PATHS))
        try:
            parent = at(tree["config"], path[:-1])
            value = parent[path[-1]]
            parent[path[-1]] = value  # raises for text
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change removed it
        match draw(st.sampled_from(["delete", "rename", "replace", "graft", "double"])):
            case "delete":
                del parent[path[-1]]
            case "rename" if isinstance(parent, dict):
                del parent[path[-1]]
                parent[draw(st.text(max_size=12) | st.just(str(path[-1]).swapcase()))] = value
            case "graft":
                parent[path[-1]] = copy.deepcopy(at(TREE["config"], draw(st.sampled_from(PATHS))))
            case "double" if isinstance(value, list):
                value.extend(copy.deepcopy(value))
            case _:
                parent[path[-1]] = draw(values)
    return tree


@many
@given(mutants())
def test_changed_settings_give_a_force_or_problems(tree):
    judge(dump(tree))


@many
@given(st.data())
def test_edited_text_gives_a_force_or_problems(data):
    text = BASE
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 40)))
        text = (
            text[:start] + data.draw(st.text(max_size=6) | st.sampled_from("\t\n:-[]{}&*!|>'\"#%@`,?~ ")) + text[end:]
        )
    judge(text.encode("utf-8", "replace"))


@some
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_give_a_force_or_problems(content):
    judge(content)


@some
@given(
    st.lists(
        st.sampled_from(
            [*"[]{}:,-?&*!|>'\"#%@` \n\t", "a", "config", ": ", "\n  ", "- ", "---\n", "...\n", "<<", "&a ", "*a"]
        )
    )
)
def test_yaml_like_text_gives_a_force_or_problems(parts):
    judge("".join(parts).encode())
    judge(b"config:\n  bluelamp:azure: " + "".join(parts).encode())


@some
@given(st.dictionaries(st.sampled_from([*TREE["config"], "bluelamp:versionAliases", "x"]), values))
def test_any_value_for_any_setting_gives_a_force_or_problems(config):
    judge(dump({"config": config}))


@some
@given(mutants(), st.booleans())
def test_the_engines_values_give_a_force_or_problems(tree, prefixed):
    config = {
        str(key) if prefixed else str(key).removeprefix("bluelamp:"): value for key, value in tree["config"].items()
    }
    try:
        load("essex", config)
    except SettingsError as error:
        problems = error.problems
    else:
        return
    assert problems
    assert all(problem.message and problem.file in (NAME, "stacks/essex/access.yaml") for problem in problems)


@many
@given(st.integers(0, 2**32 - 1), st.integers(0, 33), st.booleans())
def test_ranges_give_a_force_or_problems(address, prefix, near):
    if near:  # most addresses are far from the plan: use the force's own range half of the time
        address = int(IPv4Network("10.30.0.0/16").network_address) + address % 2**17
    text = f"{IPv4Network(address).network_address}/{prefix}"
    outcome = judge(BASE.replace("10.30.0.0/22", text).encode())
    try:
        network = IPv4Network(text)
    except ValueError:
        right = False
    else:
        right = prefix <= 22 and network.subnet_of(IPv4Network("10.30.0.0/16"))
    if right:
        assert str(outcome.azure.hub.address_space) == text
    else:
        assert {problem.path for problem in outcome.problems} == {"bluelamp:azure.hub.addressSpace"}


INDEPENDENT = {
    "bluelamp:owner.email": (("bluelamp:owner", "email"), "nobody"),
    "bluelamp:costCentre": (("bluelamp:costCentre",), 41),
    "bluelamp:environment": (("bluelamp:environment",), "live"),
    "bluelamp:classification.tier": (("bluelamp:classification", "tier"), "TOP SECRET"),
    "bluelamp:classification.handling": (("bluelamp:classification", "handling"), ""),
    "bluelamp:azure.regions[1]": (("bluelamp:azure", "regions", 1), "francecentral"),
    "bluelamp:azure.hub.addressSpace": (("bluelamp:azure", "hub", "addressSpace"), "10.31.0.0/22"),
    "bluelamp:azure.hub.firewall.enabled": (("bluelamp:azure", "hub", "firewall", "enabled"), "on"),
    "bluelamp:azure.hub.firewall.mode": (("bluelamp:azure", "hub", "firewall", "mode"), "Deny"),
    "bluelamp:azure.hub.rules[1].priority": (("bluelamp:azure", "hub", "rules", 1, "priority"), 200),
    "bluelamp:azure.hub.rules[1].name": (("bluelamp:azure", "hub", "rules", 1, "name"), "web"),
    "bluelamp:azure.hub.rules[0].ports[0]": (("bluelamp:azure", "hub", "rules", 0, "ports", 0), "ssh"),
    "bluelamp:azure.logAnalytics.retentionDays": (("bluelamp:azure", "logAnalytics", "retentionDays"), 400),
    "bluelamp:azure.keyVault.softDeleteRetentionDays": (("bluelamp:azure", "keyVault", "softDeleteRetentionDays"), 1),
    "bluelamp:azure.budget.amount": (("bluelamp:azure", "budget", "amount"), -0.01),
    "bluelamp:azure.budget.contacts[0]": (("bluelamp:azure", "budget", "contacts", 0), "@"),
    "bluelamp:onPremises.addressSpace": (("bluelamp:onPremises", "addressSpace"), "10.158.0.1/16"),
    "bluelamp:onPremises.tenants[0].name": (("bluelamp:onPremises", "tenants", 0, "name"), "kube-system"),
    "bluelamp:onPremises.tenants[0].quota.memory": (("bluelamp:onPremises", "tenants", 0, "quota", "memory"), "lots"),
    "bluelamp:onPremises.tenants[0].groups.admin": (("bluelamp:onPremises", "tenants", 0, "groups", "admin"), "1-2"),
    "bluelamp:onPremises.tenants[1].cluster": (("bluelamp:onPremises", "tenants", 1, "cluster"), "other"),
    "bluelamp:profile": (("bluelamp:profile",), "hybird"),
    "bluelamp:components.sentinel": (("bluelamp:components", "sentinel"), "maybe"),
    "bluelamp:azure.secondHub.addressSpace": (("bluelamp:azure", "secondHub", "addressSpace"), "10.94.0.1/22"),
    "bluelamp:azure.landingZones[1].expires": (("bluelamp:azure", "landingZones", 1, "expires"), "soon"),
    "bluelamp:azure.landingZones[1].addressSpace": (
        ("bluelamp:azure", "landingZones", 1, "addressSpace"),
        "10.95.8.0/24",
    ),
    "bluelamp:azure.landingZones[0].access[0].role": (
        ("bluelamp:azure", "landingZones", 0, "access", 0, "role"),
        "",
    ),
    "bluelamp:onPremises.sites[0].asn": (("bluelamp:onPremises", "sites", 0, "asn"), "x"),
    "bluelamp:onPremises.sites[0].devices[0].bgpAddress": (
        ("bluelamp:onPremises", "sites", 0, "devices", 0, "bgpAddress"),
        "10.159.0.1",
    ),
    "bluelamp:onPremises.vsphere.server": (("bluelamp:onPremises", "vsphere", "server"), "vcenter"),
    "colour": (("colour",), "blue"),
    "vsphere:host": (("vsphere:host",), "esx1"),
}


@some
@given(st.sets(st.sampled_from(sorted(INDEPENDENT)), min_size=1))
def test_every_mistake_is_reported_at_once_and_nothing_else(chosen):
    tree = copy.deepcopy(TREE)
    for name in chosen:
        path, value = INDEPENDENT[name]
        at(tree["config"], path[:-1])[path[-1]] = value
    assert sorted(problem.path for problem in judge(dump(tree)).problems) == sorted(chosen)


@pytest.mark.parametrize("depth", [31, 1_000, 100_000])
@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_depth_does_not_exhaust_the_reader(opening, depth):
    judge(b"config: " + opening.encode() * depth)
    judge(b"config:\n  bluelamp:azure:\n    " + opening.encode() * depth)


def test_files_with_many_mistakes_are_processed_quickly_with_bounded_output():
    lines = "".join(f"  bluelamp:k{n}: &a{n} 1\n" for n in range(8_000))
    assert len(judge(f"config:\n{lines}".encode()).problems) < 500
    rules = [{"name": f"r{n}", "priority": random.Random(n).randint(100, 3999), "ports": [1]} for n in range(2_000)]
    tree = copy.deepcopy(TREE)
    tree["config"]["bluelamp:azure"]["hub"]["rules"] = rules
    judge(dump(tree))
