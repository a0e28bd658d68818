"""Files of use and hardware: their content, and every mistake in them at once, each with its location."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bluelamp.core.problems import SettingsError
from bluelamp.core.reader import parse
from bluelamp.cost.estate import check_names
from bluelamp.cost.fleet import costs
from bluelamp.pricing.files import read_usage_and_hardware
from bluelamp.pricing.hardware import hardware_of, read_hardware
from bluelamp.pricing.inputs import inputs_of, registered
from bluelamp.pricing.model import By
from bluelamp.pricing.price import Estate, price
from bluelamp.pricing.snapshot import load, text_of
from bluelamp.pricing.usage import defaults, read_usage, usage_of
from tests.conftest import ROOT, Project, in_process
from tests.cost.estates import cost_of, lines, resource

FORCES = ("west-midlands", "essex", "dyfed-powys")


def problems(reader: object, text: str) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        reader(parse(text.encode(), "stacks/kent/file.yaml"))  # type: ignore[operator]
    return [str(problem) for problem in raised.value.problems]


@pytest.mark.parametrize("force", FORCES)
def test_the_files_of_a_force_are_read(force: str) -> None:
    usage, hardware = read_usage_and_hardware(ROOT, force)
    assert usage.stated
    assert hardware.purchases
    assert all("illustrative" in each.source for each in hardware.purchases)


def test_a_force_without_files_has_the_defaults() -> None:
    usage, hardware = read_usage_and_hardware(ROOT, "kent")
    assert (usage.stated, hardware.purchases) == ({}, ())
    assert usage.of("logIngestion").value == 20
    assert usage.of("logIngestion").basis == "default: logIngestion 20 GB/day"


def test_use_of_one_resource_overrides_use_of_all() -> None:
    text = "usage: {storageCapacity: 100 GB}\nresources:\n  lake: {storageCapacity: 7.5 GB}\n"
    usage = usage_of(parse(text.encode(), "stacks/kent/usage.yaml"))
    assert usage.of("storageCapacity", "lake").value == Decimal("7.5")
    assert usage.of("storageCapacity", "other").value == 100
    assert usage.of("storageCapacity", "lake").basis == "stacks/kent/usage.yaml: resources.lake.storageCapacity"


def test_every_mistake_in_use_is_reported_at_once() -> None:
    found = problems(
        usage_of,
        """usage:
  logIngestionn: 20 GB/day
  firewallData: 20 TB/month
  peeringData: 20
  flowLogs: -3 GB/month
resources:
  lake: {logIngestion: 5 GB/day}
reservations: {virtualMachines: 5-years}
hybridBenefit: {windows: sometimes}
usages: {}
""",
    )
    assert [each.split(": ", 2)[1] for each in found] == [
        "usages",
        "usage.logIngestionn",
        "usage.firewallData",
        "usage.peeringData",
        "usage.flowLogs",
        "resources.lake.logIngestion",
        "reservations.virtualMachines",
        "hybridBenefit.windows",
    ]
    assert "stacks/kent/file.yaml:2:3" in found[1]
    assert "did you mean logIngestion?" in found[1]
    assert "the unit GB/month" in found[2]
    assert "allowed: none, 3-years" in found[6]


@pytest.mark.parametrize(
    ("key", "amount", "allowed"),
    [
        ("machineHours", "731 hours/month", "allowed: a number from 0 to 730"),
        ("sentinelCommitment", "77 GB/day", "allowed: one of 0, 50, 100, 200"),
        ("logIngestion", "\u0663 GB/day", "allowed: a number from 0"),
        ("logIngestion", "0.0000000001 GB/day", "allowed: a number from 0"),
        ("logIngestion", "9000000000000 GB/day", "allowed: a number from 0"),
    ],
)
def test_an_impossible_amount_is_refused(key: str, amount: str, allowed: str) -> None:
    (found,) = problems(usage_of, f"usage: {{{key}: {amount}}}\n")
    assert allowed in found


def test_the_spelling_of_a_tier_does_not_matter() -> None:
    usage = usage_of(parse(b"usage: {sentinelCommitment: 50.0 GB/day}\n", "stacks/kent/usage.yaml"))
    assert f"{usage.of('sentinelCommitment').value:f}" == "50"


@pytest.mark.parametrize("read", [read_usage, read_hardware])
def test_a_broken_link_is_a_mistake_and_not_the_default(read: Any, tmp_path: Path) -> None:
    name = "usage.yaml" if read is read_usage else "hardware.yaml"
    path = tmp_path / "stacks" / "kent" / name
    path.parent.mkdir(parents=True)
    path.symlink_to("nowhere")
    with pytest.raises(SettingsError, match=name):
        read(tmp_path, "kent")


def test_hardware_of_a_milestone_outside_the_roadmap_is_a_mistake(project: Project) -> None:
    path = project.root / "stacks" / "dyfed-powys" / "hardware.yaml"
    path.write_text(HARDWARE.replace("moved", "first-step"), "utf-8")
    status, out, err = in_process(project.root, ["cost", "dyfed-powys"])
    assert (status, out) == (2, "")
    assert "purchases[0].milestone: the milestone is not on the roadmap" in " ".join(err.split())
    assert "did you mean first-steps?" in " ".join(err.split())


def test_use_of_an_unplanned_resource_is_a_mistake() -> None:
    usage = usage_of(parse(b"resources:\n  lake-acount: {storageCapacity: 1 GB}\n", "stacks/kent/usage.yaml"))
    estate = Estate("kent", (resource("storage:StorageAccount", name="lake-account"),))
    with pytest.raises(SettingsError, match="did you mean lake-account") as raised:
        check_names(usage, estate)
    assert str(raised.value).startswith("stacks/kent/usage.yaml:2:3: resources.lake-acount: ")


def test_use_that_a_resource_is_not_charged_by_is_a_mistake() -> None:
    text = "resources:\n  lake-account: {storageWrite: 1 GB, natData: 1 GB/month}\n  keys: {natData: 1 GB/month}\n"
    text = text.replace("storageWrite: 1 GB", "storageWrites: 1 10k operations/month")
    usage = usage_of(parse(text.encode(), "stacks/kent/usage.yaml"))
    account, key = resource("storage:StorageAccount", name="lake-account"), resource("keyvault:Key", name="keys")
    with pytest.raises(SettingsError) as raised:
        check_names(usage, Estate("kent", (account, key)))
    assert [(each.line, each.column, each.path) for each in raised.value.problems] == [
        (2, 57, "resources.lake-account.natData"),
        (3, 10, "resources.keys.natData"),
    ]
    first, second = raised.value.problems
    assert "allowed: storageCapacity, storageWrites, storageReads, fileCapacity" in str(first)
    assert "it has no usage-based charges" in str(second)


def test_a_fraction_of_a_server_is_a_mistake() -> None:
    with pytest.raises(SettingsError, match=r"usage\.extraServers: .*allowed: a whole number from 0"):
        usage_of(parse(b"usage: {extraServers: 2.5 servers}\n", "usage.yaml"))
    assert usage_of(parse(b"usage: {extraServers: 2.0 servers}\n", "usage.yaml")).stated == {"extraServers": 2}


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
@pytest.mark.parametrize("name", ["usage.yaml", "hardware.yaml"])
def test_an_empty_file_says_what_to_do(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "stacks" / "kent" / name
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as raised:
        read_usage_and_hardware(tmp_path, "kent")
    assert str(raised.value) == (
        f"stacks/kent/{name}: is empty; enter the force's figures as docs/cost.md shows, or delete the file"
    )


@pytest.mark.parametrize("text", ["", "- a\n", "usage: 3\n", "resources: [a]\n", "usage:\n  a: &b 1\n"])
def test_a_file_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        usage_of(parse(text.encode(), "usage.yaml"))


def test_a_reservation_applies_if_it_has_a_price() -> None:
    usage = usage_of(parse(b"reservations: {virtualMachines: 3-years}\n", "usage.yaml"))

    def machine(size: str) -> dict[str, tuple[str, str]]:
        properties = {"hardwareProfile": {"vmSize": size}, "location": "uksouth"}
        return lines(cost_of([resource("compute:VirtualMachine", properties)], usage))

    # 869.4668 over 36 months
    assert machine("Standard_D2s_v5") == {"Standard_D2s_v5, reserved for three years": ("24.15", "fixed")}
    assert machine("Standard_D4s_v5") == {"Standard_D4s_v5 Linux": ("122.31", "fixed")}


def test_a_machine_that_runs_by_day_is_charged_by_use() -> None:
    usage = usage_of(parse(b"resources: {one: {machineHours: 220 hours/month}}\n", "usage.yaml"))
    properties = {"hardwareProfile": {"vmSize": "Standard_D2s_v5"}, "location": "uksouth"}
    # 220 h x 0.083777
    assert lines(cost_of([resource("compute:VirtualMachine", properties)], usage)) == {
        "Standard_D2s_v5 Linux": ("18.43", "usage")
    }


HARDWARE = """purchases:
  - {name: hosts, what: Hosts, kind: hardware, count: 4, price: 12000, months: 48, spend: tactical, milestone: moved, source: quote}
energy:
  - {name: power, what: Power, watts: 2000, pricePerKwh: 0.25, overhead: 1.5, component: live, source: bill}
"""


def test_hardware_and_energy_are_spread_over_months() -> None:
    hardware = hardware_of(parse(HARDWARE.encode(), "hardware.yaml"))
    found = cost_of([], hardware=hardware)
    # 4 x 12,000 / 48 = 1,000; 2 kW x 1.5 x 730 h x 0.25 = 547.50
    assert [str(line.monthly) for line in found.lines] == ["1000.00", "547.50"]
    assert {key: str(value) for key, value in found.by(By.SPEND).items()} == {
        "strategic": "547.50",
        "tactical": "1000.00",
    }
    assert {key: str(value) for key, value in found.by(By.COMPONENT).items()} == {"live": "547.50", "none": "1000.00"}
    assert "moved" in found.by(By.MILESTONE)
    assert found.coverage.chargeable == 0


def test_every_mistake_in_hardware_is_reported_at_once() -> None:
    found = problems(
        hardware_of,
        """purchases:
  - {name: hosts, what: Hosts, kind: hardwear, price: 0, months: 0, source: quote}
  - {name: hosts, what: Hosts, kind: hardware, price: 5, month: 3, months: 4}
energy:
  - {name: power, what: Power, watts: -5, pricePerKwh: 99, source: bill}
""",
    )
    assert {each.split(": ", 2)[1] for each in found} == {
        "purchases[0].kind",
        "purchases[0].price",
        "purchases[0].months",
        "purchases[1].month",
        "purchases[1].source",
        "energy[0].watts",
        "energy[0].pricePerKwh",
    }


def test_a_duplicate_name_is_a_mistake() -> None:
    twice = HARDWARE.replace("name: power", "name: hosts")
    assert "duplicate name" in problems(hardware_of, twice)[0]


def test_mistakes_of_all_forces_are_reported_before_planning(project: Project) -> None:
    root = project.root
    for force in ("kent", "essex"):
        path = root / "stacks" / force / "usage.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("usage: {logs: 1 GB}\n")
    with pytest.raises(SettingsError) as raised:
        list(costs(["kent", "essex"], root, None, None))
    assert [problem.file for problem in raised.value.problems] == ["stacks/kent/usage.yaml", "stacks/essex/usage.yaml"]


def test_every_default_has_a_unit_and_a_description() -> None:
    for key, one in defaults().items():
        assert one.unit, key
        assert one.what, key
        assert one.per in ("estate", "resource"), key


def test_the_page_of_costs_has_every_default() -> None:
    page = (ROOT / "docs" / "cost.md").read_text("utf-8")
    for one in defaults().values():
        assert f"| `{one.key}` | `{one.value:f} {one.unit}` | {one.per} | {one.what} |" in page


def test_registered_use_is_priced_as_in_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "stacks" / "kent"
    folder.mkdir(parents=True)
    (folder / "usage.yaml").write_text("usage: {natData: 7 GB/month}\n", "utf-8")
    (folder / "hardware.yaml").write_text(HARDWARE.replace("milestone: moved", "milestone: first-steps"), "utf-8")
    known = load().by_key
    dearer = replace(known["nat-gateway"], gbp=Decimal("0.5"))
    own = {"nat-gateway": dearer, "nat-gateway-data": known["nat-gateway-data"]}
    (tmp_path / "stacks" / "prices.csv").write_text(text_of(own), "utf-8")

    found = registered(tmp_path, "kent", ("first-steps",))
    assert found["prices"] == {"nat-gateway": ["0.5", "hour", "uksouth"]}, "those that differ from the shipped ones"
    # The engine converts every number to a float.
    wired = json.loads(json.dumps(found), parse_int=float)
    usage, hardware = read_usage_and_hardware(tmp_path, "kent")
    estate = Estate("kent", (resource("network:NatGateway", {"location": "uksouth"}),))
    inputs = inputs_of(wired)
    by_files = price(estate, usage, hardware, prices=load(tmp_path))
    by_inputs = price(estate, inputs.usage, inputs.hardware, prices=inputs.prices)
    amounts = [(line.what, line.kind, line.monthly) for line in by_files.lines]
    assert [(line.what, line.kind, line.monthly) for line in by_inputs.lines] == amounts
    assert by_files.total > 0

    with pytest.raises(SettingsError, match="the milestone is not on the roadmap"):
        registered(tmp_path, "kent", ("other",))
    for wrong in ({"prices": {"nat-gateway": ["0.5", "fortnight", "uksouth"]}}, {"prices": 3}):
        with pytest.raises(SettingsError, match="are not prices registered by Bluelamp"):
            inputs_of(wrong)
