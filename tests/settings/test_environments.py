"""Several environments of a force: their names, layers and addresses, and what they never share."""

import json
from copy import deepcopy
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.cli.select import select
from bluelamp.core.environments import ENVIRONMENTS
from bluelamp.core.reader import parse
from bluelamp.core.source import Source
from bluelamp.errors import UsageError
from bluelamp.infra.checks.environments import used
from bluelamp.infra.force import ROOT, SettingsError, load
from bluelamp.infra.program.build import label_of
from bluelamp.infra.settings.environment import environment_of
from bluelamp.infra.settings.layers import merge
from bluelamp.infra.settings.register import read_register
from bluelamp.infra.settings.stack_file import stack_source
from bluelamp.infra.settings.written import WrittenSettings
from bluelamp.modules import naming
from bluelamp.origins.leaves import leaves
from tests.thorough import tries

ID = "11111111-2222-4333-8444-55555555555"
DEV = f"""config:
  bluelamp:environment: dev
  bluelamp:azure:
    subscriptionId: {ID}5
    budget: {{amount: 300, contacts: [dev@essex.police.example]}}
"""


def write(root: Path, stack: str, text: str) -> None:
    (root / f"stacks/Pulumi.{stack}.yaml").write_text(text, "utf-8")


@pytest.fixture
def essex(root: Path) -> Path:
    """A project with the real settings of essex, and an environment dev."""
    write(root, "essex", (ROOT / "stacks/Pulumi.essex.yaml").read_text("utf-8"))
    write(root, "essex-dev", DEV)
    return root


def problems(root: Path, stack: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(stack, root=root)
    return [str(problem) for problem in caught.value.problems]


def test_an_environment_has_only_the_differences(essex):
    prod, dev = load("essex", root=essex), load("essex-dev", root=essex)
    assert (dev.slug, dev.name, dev.environment) == ("essex-dev", "Essex Police (dev)", "dev")
    assert (dev.profile, dev.owner, dev.azure.log_analytics) == (prod.profile, prod.owner, prod.azure.log_analytics)
    assert [zone.name for zone in dev.azure.landing_zones] == [zone.name for zone in prod.azure.landing_zones]
    assert dev.azure.budget.amount == 300
    assert label_of(dev)["force"] == label_of(prod)["force"] == "essex"
    assert environment_of(essex, "essex-dev") == "dev"
    assert environment_of(essex, "essex") == "prod"


def test_a_change_of_the_base_reaches_the_environment_and_not_vice_versa(essex):
    before = load("essex", root=essex)
    write(essex, "essex-dev", DEV + "    logAnalytics: {retentionDays: 90}\n")
    assert load("essex", root=essex) == before
    text = (essex / "stacks/Pulumi.essex.yaml").read_text()
    write(essex, "essex", text.replace("threatIntelMode: Deny", "threatIntelMode: Alert"))
    assert load("essex-dev", root=essex).azure.hub.firewall.threat_intel_mode == "Alert"


def test_items_of_lists_are_merged_by_name(essex):
    zones = (
        "    landingZones:\n"
        "      - {name: public-contact, remove: true}\n"
        "      - {name: extra, budget: {amount: 10, contacts: [a@b.example]}}\n"
        "      - {name: records, budget: {amount: 100}}\n"
    )
    write(essex, "essex-dev", DEV + zones)
    found = load("essex-dev", root=essex).azure.landing_zones
    assert [(zone.name, zone.budget.amount) for zone in found if zone.name != "data"] == [
        ("records", 100),
        ("extra", 10),
    ]
    assert found[0].budget.contacts == ("records@essex.police.example",)
    write(essex, "essex-dev", DEV + "    landingZones: []\n    data: null\n")
    assert load("essex-dev", root=essex).azure.landing_zones == ()
    write(essex, "essex-dev", DEV + "    landingZones: null\n    data: null\n  bluelamp:profile: null\n")
    without = load("essex-dev", root=essex)
    assert (without.azure.landing_zones, without.profile) == ((), "starter")
    write(essex, "essex-dev", DEV + "    landingZones: [{name: recrods, remove: true}]\n")
    assert any(":6:" in each and "there is no 'recrods' to remove" in each for each in problems(essex, "essex-dev"))


def test_a_value_has_the_file_and_the_line_that_set_it(essex):
    write(essex, "essex-dev", DEV + "    landingZones: [{name: records, budget: {amount: 100}}]\n")
    found = {leaf.path: (leaf.file, leaf.line) for leaf in leaves(load("essex-dev", root=essex), essex)}
    text = (essex / "stacks/Pulumi.essex.yaml").read_text().splitlines()

    def line(word: str) -> int:
        return next(number for number, each in enumerate(text, 1) if word in each)

    assert found["bluelamp:profile"] == ("stacks/Pulumi.essex.yaml", line("profile: full"))
    assert found["bluelamp:azure.hub.firewall.tier"] == ("stacks/Pulumi.essex.yaml", line("tier: Standard"))
    assert found["bluelamp:azure.subscriptionId"] == ("stacks/Pulumi.essex-dev.yaml", 4)
    assert found["bluelamp:azure.landingZones[0].budget.amount"] == ("stacks/Pulumi.essex-dev.yaml", 6)
    assert found["bluelamp:azure.landingZones[0].budget.contacts[0]"][0] == "stacks/Pulumi.essex.yaml"
    write(essex, "essex", "\n".join(text).replace("retentionDays: 365", "retentionDays: 3"))
    place = f"stacks/Pulumi.essex.yaml:{line('retentionDays')}:"
    assert problems(essex, "essex-dev")[0].startswith(place)


def test_settings_of_one_environment_are_not_inherited(base, root):
    own = yaml.safe_load(base)
    azure = own["config"]["bluelamp:azure"]
    azure |= {"subscriptionId": f"{ID}1", "breakGlass": {"accountIds": [f"{ID}2", f"{ID}3"]}}
    write(root, "essex", yaml.safe_dump(own))
    write(root, "essex-dev", DEV)
    prod, dev = load("essex", root=root), load("essex-dev", root=root)
    assert prod.azure.break_glass
    assert dev.azure.break_glass is None
    assert dev.azure.subscription_id == f"{ID}5"
    assert (dev.on_premises, dev.azure.policy_exemptions) == (None, ())
    assert all(net.subnet_of(dev.allocation.ranges()[region]) for region, net in dev.azure.hubs.items())
    write(root, "essex-dev", "config: {}\n")
    output = problems(root, "essex-dev")
    assert any(
        "azure.subscriptionId: is missing: an environment has a subscription of its own" in each for each in output
    )
    assert any("bluelamp:azure.budget: is missing" in each for each in output)


def test_a_shared_file_is_the_base_of_every_environment(essex):
    shared = essex / "stacks/essex/settings.yaml"
    shared.parent.mkdir()
    shared.write_text(
        "config:\n  bluelamp:costCentre: SHARED-1\n  bluelamp:owner: {role: CTO, email: c@essex.example}\n"
    )
    assert load("essex", root=essex).cost_centre == "ESX-2075", "the stack's own file wins"
    assert load("essex-dev", root=essex).cost_centre == "SHARED-1"
    assert load("essex-dev", root=essex).profile == "starter", "production's own settings are not shared then"
    shared.write_text(f"config:\n  bluelamp:azure:\n    subscriptionId: {ID}9\n  bluelamp:costCenter: X\n")
    output = problems(essex, "essex")
    assert output[0].startswith(
        "stacks/essex/settings.yaml:3:5: bluelamp:azure.subscriptionId: names the subscription of one environment and "
        "cannot be shared; move it to stacks/Pulumi.essex.yaml"
    )
    assert any(each.startswith("stacks/essex/settings.yaml:4:") and "costCentre" in each for each in output)


@pytest.mark.parametrize("stack", ["essex", "essex-dev"])
def test_the_engine_provides_the_stacks_own_file_with_defaults(essex, stack):
    (essex / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text())
    declared = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    config = {key: more["default"] for key, more in declared.items()}
    config |= yaml.safe_load((essex / f"stacks/Pulumi.{stack}.yaml").read_text())["config"]
    as_text = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    assert load(stack, as_text, essex) == load(stack, root=essex)
    as_text["bluelamp:costCentre"] = "CLI-1"
    assert load(stack, as_text, essex).cost_centre == "CLI-1"


@pytest.mark.parametrize(
    ("stack", "message"),
    [
        ("essex-develop", "essex has no environment called 'develop' (found essex-develop); allowed: essex-preprod, essex-test, essex-dev; did you mean essex-dev?"),
        ("essex-production", "did you mean essex? Its production environment has the force's own name"),
        ("essex-Dev", "did you mean essex-dev?"),
        ("esex-dev", "unknown force 'esex-dev'; did you mean essex-dev"),
        ("north-wales-dve", "north-wales has no environment called 'dve'"),
        ("kent-polic", "unknown force 'kent-polic'; did you mean kent"),
        ("kent-test", "stacks/Pulumi.kent-test.yaml: Kent Police (test) has no stack file; `bluelamp new kent --environment test` writes one"),
    ],
)  # fmt: skip
def test_an_unknown_environment_is_explained(essex, stack, message):
    assert message in problems(essex, stack)[0]


def test_the_stacks_name_and_its_setting_agree(essex):
    write(essex, "essex-dev", DEV.replace("environment: dev", "environment: test"))
    assert "'test' is not the environment of the stack essex-dev; it is dev" in problems(essex, "essex-dev")[0]
    write(essex, "essex-dev", DEV)
    text = (essex / "stacks/Pulumi.essex.yaml").read_text()
    write(essex, "essex", text.replace("config:\n", "config:\n  bluelamp:environment: dev\n", 1))
    assert "is also the environment of the stack essex-dev" in problems(essex, "essex")[0]


def test_no_two_environments_share_a_subscription(essex):
    write(essex, "essex-test", DEV.replace("environment: dev", "environment: test").replace(f"{ID}5", f"{ID}5".upper()))
    assert any("is already a subscription of essex-dev" in each for each in problems(essex, "essex-test"))
    assert any("is already a subscription of essex-test" in each for each in problems(essex, "essex-dev"))


def test_the_environments_of_every_force_are_separate():
    register = read_register(ROOT)
    taken = []
    for force in register.forces.values():
        entries = [force.in_environment(each) for each in ENVIRONMENTS]
        for place, whole in force.allocation.ranges().items():
            parts = [entry.allocation.ranges()[place] for entry in entries]
            assert all(part.subnet_of(whole) for part in parts)
            taken += parts
        assert not any(
            entry.allocation.first_hub("uksouth").overlaps(force.allocation.first_hub("uksouth")) for entry in entries
        )
    taken.sort()
    assert not any(first.overlaps(second) for first, second in pairwise(taken))


@settings(max_examples=25, derandomize=True, deadline=None)
@given(
    zones=st.lists(st.integers(0, 255), max_size=4, unique=True),
    hub=st.integers(0, 63),
    environment=st.sampled_from(ENVIRONMENTS),
)
def test_overlapping_ranges_of_two_environments_are_always_reported(tmp_path_factory, zones, hub, environment):
    root = tmp_path_factory.mktemp("project")
    (root / "stacks").mkdir()
    (root / "stacks/forces.yaml").write_bytes((ROOT / "stacks/forces.yaml").read_bytes())
    text = yaml.safe_load((ROOT / "stacks/Pulumi.essex.yaml").read_text())
    azure = text["config"]["bluelamp:azure"]
    azure["hub"]["addressSpace"] = f"10.30.{hub * 4}.0/22"
    azure["landingZones"] = [
        {
            "name": f"z{third}",
            "addressSpace": f"10.30.{third}.0/24",
            "budget": {"amount": 1, "contacts": ["a@b.example"]},
        }
        for third in zones
    ]
    write(root, "essex", yaml.safe_dump(text))
    write(root, f"essex-{environment}", DEV.replace("environment: dev", f"environment: {environment}"))
    accepted = {}
    for stack in ("essex", f"essex-{environment}"):
        try:
            accepted[stack] = load(stack, root=root)
        except SettingsError:
            continue
    if len(accepted) == 2:
        ranges = [
            [*force.azure.hubs.values(), *(zone.address_space for zone in force.azure.landing_zones)]
            for force in accepted.values()
        ]
        assert not any(one.overlaps(other) for one in ranges[0] for other in ranges[1])
    share = read_register(root).entry(f"essex-{environment}").allocation.uksouth
    config = {"azure": azure}
    if any(net.overlaps(share) for _, _, net in used(WrittenSettings(config))):
        assert "essex" not in accepted


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=10,
)
TREES = st.dictionaries(st.sampled_from(["x", "y", "z"]), VALUES, max_size=3)


def patched(target: object, patch: object) -> object:
    """JSON Merge Patch, after the pseudo-code of RFC 7386, without nulls below new keys."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(result.get(key), dict) and isinstance(value, dict):
            result[key] = patched(result[key], value)
        else:
            result[key] = value
    return result


@settings(max_examples=tries(120), derandomize=True, deadline=None)
@given(TREES, TREES)
def test_layers_merge_as_a_merge_patch(below, above):
    first, second = (
        parse(yaml.safe_dump({"config": each}).encode(), name) for each, name in ((below, "below"), (above, "above"))
    )
    kept = deepcopy((first, second))
    made = merge(first, second)
    assert made.values["config"] == patched(below, above)
    assert (first, second) == kept, "the layers are left as they were"
    for steps, value in _leaves(made.values):
        file = made.file_at(steps)
        source = first if file == "below" else second
        assert made.places[steps] in source.places.values()
        assert value in [other for _, other in _leaves(source.values)]


def _leaves(value, at=()):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*at, index))
    else:
        yield at, value


def test_names_of_resources_differ_by_environment(essex):
    write(essex, "essex-preprod", DEV.replace("environment: dev", "environment: preprod").replace(f"{ID}5", f"{ID}6"))
    labels = [label_of(load(stack, root=essex)) for stack in ("essex", "essex-dev", "essex-preprod")]
    for kind, rule in naming.kinds().items():
        names = [naming.name(kind, "platform", label, "uksouth" if rule.regional else "") for label in labels]
        assert len(set(names)) == len(names), kind


def test_forces_are_selected_by_environment(essex):
    write(essex, "wiltshire", (ROOT / "stacks/Pulumi.wiltshire.yaml").read_text())
    write(essex, "wiltshire-dev", DEV)

    def chosen(names=None, environment=None, **ways):
        given = {"every": False, "region": None, "changed": None} | ways
        return select(essex, names, environment=environment, **given)

    assert chosen(every=True) == ["essex", "essex-dev", "wiltshire", "wiltshire-dev"]
    assert chosen(every=True, environment="dev") == ["essex-dev", "wiltshire-dev"]
    assert chosen(every=True, environment="prod") == ["essex", "wiltshire"]
    assert chosen(region="eastern") == ["essex", "essex-dev"]
    assert chosen(["essex", "essex-dev"], "dev") == ["essex-dev"]
    assert chosen(["wiltshire"], "prod") == ["wiltshire"]
    with pytest.raises(UsageError, match="essex-dev is the environment dev, and --environment asks for prod"):
        chosen(["essex-dev"], "prod")
    with pytest.raises(UsageError, match="no force has the environment test"):
        chosen(every=True, environment="test")
    with pytest.raises(UsageError, match="allowed: prod, preprod, test, dev"):
        chosen(every=True, environment="devv")
    write(essex, "essex-develop", DEV)
    with pytest.raises(SettingsError, match=r"stacks/Pulumi.essex-develop.yaml"):
        chosen(every=True)


def test_the_register_refuses_ambiguous_names(root):
    path = root / "stacks/forces.yaml"
    text = path.read_text()
    path.write_text(text.replace("  kent:\n", "  essex-dev:\n"))
    with pytest.raises(SettingsError, match="essex-dev is the name of essex's environment dev"):
        read_register(root)
    row = "    addresses: {uksouth: 10.30.0.0/16, ukwest: 10.94.0.0/16, onPremises: 10.158.0.0/16}\n"
    assert row in text

    def with_ranges(**ranges):
        listed = "".join(
            f"      {name}: {{uksouth: 10.30.{third}.0/22, ukwest: 10.94.{third}.0/22, onPremises: 10.158.{third}.0/22}}\n"
            for name, third in ranges.items()
        )
        path.write_text(text.replace(row, f"{row}    environments:\n{listed}"))
        return read_register(root)

    assert str(with_ranges(dev=248).entry("essex-dev").allocation.uksouth) == "10.30.248.0/22"
    with pytest.raises(SettingsError, match="overlaps essex-dev"):
        with_ranges(dev=248, test=248)
    path.write_text(
        text.replace(
            row,
            row + "    environments: {dev: {uksouth: 10.31.0.0/22, ukwest: 10.94.0.0/22, onPremises: 10.158.0.0/22}}\n",
        )
    )
    with pytest.raises(SettingsError, match=r"10.31.0.0/22 is outside essex's 10.30.0.0/16"):
        read_register(root)


def test_the_repository_has_no_environments():
    stacks = [
        path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in (ROOT / "stacks").glob("Pulumi.*.yaml")
    ]
    assert sorted(stacks) == sorted(read_register(ROOT).forces)


def test_the_sources_of_both_layers_are_complete(essex):
    source = stack_source(read_register(essex).entry("essex-dev"), essex)
    assert isinstance(source, Source)
    assert {source.file_at(steps) for steps in source.places} == {
        "stacks/Pulumi.essex.yaml",
        "stacks/Pulumi.essex-dev.yaml",
    }
