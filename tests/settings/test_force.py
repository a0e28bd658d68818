"""Valid settings, as a program gets them."""

import json
from ipaddress import IPv4Network

import pytest
import yaml

from bluelamp.infra.force import ROOT, SettingsError, load
from bluelamp.infra.settings.register import read_register

STACKS = sorted(path.name.split(".")[1] for path in (ROOT / "stacks").glob("Pulumi.*.yaml"))


def test_the_three_kinds_of_force():
    shapes = {slug: load(slug).shape for slug in ("west-midlands", "essex", "dyfed-powys")}
    assert shapes == {"west-midlands": "hybrid", "essex": "cloud", "dyfed-powys": "cloud"}
    assert [tenant.name for tenant in load("west-midlands").on_premises.tenants] == [
        "digital-evidence",
        "command-and-control",
        "analysis",
    ]
    assert load("essex").azure.hub.firewall.tier == "Standard"
    assert not load("dyfed-powys").azure.hub.firewall.enabled


@pytest.mark.parametrize("slug", STACKS)
def test_a_force_gets_its_addresses_from_the_plan(slug):
    force = load(slug)
    assert force.slug == slug
    assert force.azure.hub.address_space.subnet_of(force.allocation.ranges()[force.azure.primary_region])
    assert force.owner.email.endswith(".example"), "no real mailbox in a public repository"


def test_defaults_are_filled_in(root):
    (root / "stacks/Pulumi.kent.yaml").write_text(
        "config:\n"
        "  bluelamp:owner: {role: Head of ICT, email: ict@kent.police.example}\n"
        '  bluelamp:costCentre: "0041"\n'
        "  bluelamp:azure: {regions: [ukwest], budget: {amount: 10, contacts: [ict@kent.police.example]}}\n"
        "  bluelamp:onPremises: {tenants: [{name: niche, quota: {cpu: 4}}]}\n"
    )
    force = load("kent", root=root)
    assert force.cost_centre == "0041"
    assert force.environment == "prod"
    assert force.classification.marking == "OFFICIAL"
    assert force.version_aliases == "drop"
    assert force.azure.hub.address_space == IPv4Network("10.101.0.0/22")
    assert force.azure.log_analytics.retention_days == 365
    assert force.on_premises.address_space == force.allocation.on_premises
    assert force.on_premises.clusters[0].name == "live"
    assert force.on_premises.tenants[0].quota.cpu == "4"


def test_an_empty_section_counts_as_absent(base, root):
    settings = yaml.safe_load(base)
    settings["config"]["bluelamp:onPremises"] = {}
    (root / "stacks/Pulumi.essex.yaml").write_text(yaml.safe_dump(settings))
    assert load("essex", root=root).on_premises is None
    settings["config"]["bluelamp:azure"] = None
    (root / "stacks/Pulumi.essex.yaml").write_text(yaml.safe_dump(settings))
    with pytest.raises(SettingsError, match="the stack would be empty"):
        load("essex", root=root)


def test_an_on_premises_force_may_hold_secret(base, root):
    settings = yaml.safe_load(base)
    del settings["config"]["bluelamp:azure"]
    settings["config"]["bluelamp:classification"] = {"tier": "SECRET"}
    (root / "stacks/Pulumi.essex.yaml").write_text(yaml.safe_dump(settings))
    force = load("essex", root=root)
    assert (force.shape, force.classification.marking) == ("on-premises", "SECRET")


@pytest.mark.parametrize("slug", STACKS)
def test_the_engines_values_give_the_same_force(slug):
    """The engine provides texts, objects as JSON, and the defaults of Pulumi.yaml."""
    declared = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    config = {key: more["default"] for key, more in declared.items() if "default" in more}
    config |= yaml.safe_load((ROOT / f"stacks/Pulumi.{slug}.yaml").read_text())["config"]
    as_text = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    assert load(slug, as_text) == load(slug, config) == load(slug)
    assert load(slug, {key.removeprefix("bluelamp:"): value for key, value in config.items()}) == load(slug)


def test_the_engines_values_override_the_file_and_are_located_in_it(base, root):
    (root / "stacks/Pulumi.essex.yaml").write_text(base)
    config = yaml.safe_load(base)["config"] | {"bluelamp:costCentre": "CLI-1", "bluelamp:environment": "production"}
    with pytest.raises(SettingsError) as caught:
        load("essex", config, root)
    assert [str(problem) for problem in caught.value.problems] == [
        "stacks/Pulumi.essex.yaml:6:25: bluelamp:environment: 'production' is not an allowed value; "
        "allowed: prod, preprod, test, dev; did you mean prod?"
    ]
    config["bluelamp:environment"] = "test"
    assert load("essex", config, root).cost_centre == "CLI-1"


def test_the_project_declares_every_setting_and_only_these():
    declared = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    from bluelamp.infra.settings.model import Settings

    fields = {f"bluelamp:{info.alias}": info for info in Settings.model_fields.values()}
    assert declared.keys() == fields.keys()
    for key, declaration in declared.items():
        assert declaration["description"]
        assert "default" in declaration, f"{key}: the engine would demand it of an environment's file too"


def test_loading_changes_nothing_that_was_read():
    assert load("essex") == load("essex")
    assert read_register(ROOT) is read_register(ROOT)
