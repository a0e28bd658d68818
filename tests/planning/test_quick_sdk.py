"""Programs have the same result with the quick parts of the SDK as with its own."""

import asyncio
import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime.stack import run_in_stack
from pulumi_random import RandomPassword, RandomPet

from bluelamp.infra import quick_sdk as quick
from bluelamp.infra.force import load
from bluelamp.infra.quick_sdk.known import known
from bluelamp.planning.plan import config_of, plan_program, prepared
from bluelamp.planning.program import program
from tests.conftest import ROOT

Seen = dict[str, Any]


class Pair(pulumi.ComponentResource):
    """Two resources, the second created from the first, and outputs."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("own:index:Pair", name, {"given": "early"}, opts)
        below = pulumi.ResourceOptions(parent=self, aliases=[pulumi.Alias(name=f"{name}-old")])
        self.first = RandomPet(f"{name}-first", length=2, opts=below)
        self.second = RandomPet(f"{name}-second", prefix=self.first.id, opts=below)
        self.register_outputs({"first": self.first.separator, "second": self.second.prefix})


def _reads(seen: Seen) -> None:
    pair = Pair("pair")
    after = RandomPet("after", length=3, opts=pulumi.ResourceOptions(depends_on=[pair]))
    secret = RandomPassword("secret", length=pulumi.Output.secret(20))
    seen["there"] = [hasattr(after, name) for name in ("length", "separator", "prefix", "urn", "nothing")]
    seen["names"] = sorted(vars(after))
    seen["same"] = copy.copy(after).length is after.length is vars(after)["length"] is pulumi.get(after, "length")
    seen["kinds"] = sorted({type(value).__name__ for value in vars(after).values()})
    _keep(seen, "length", after.length)
    _keep(seen, "dynamic", getattr(after, "len" + "gth"))
    _keep(seen, "unknown", after.prefix)
    _keep(seen, "secret", secret.length)
    _keep(seen, "all", pulumi.Output.all(after.length, after.urn, pair.first.urn, pair.urn))
    _keep(seen, "lifted", pulumi.Output.from_input({"of": [after.keepers]}).apply(lambda value: value))
    after.length.apply(lambda length: _keep(seen, "later", RandomPet("late", length=length).length))
    pulumi.export("length", after.length)
    pulumi.export("secret", secret.length)
    pulumi.export("resource", after)


def _keep(seen: Seen, name: str, output: pulumi.Output[Any]) -> None:
    async def read() -> None:
        resources = {await each.urn.future() for each in await output.resources()}
        seen[name] = (
            await output.future(with_unknowns=False),
            await output.is_known(),
            await output.is_secret(),
            sorted(str(each) for each in resources),
        )

    pulumi.Output.from_input(read())


def _plan(program: Callable[[], Any], root: Path, *, stock: bool, config: Mapping[str, str] | None = None) -> Any:
    """The resources of the plan, its outputs, errors and notes."""
    if not stock:
        plan = plan_program("test", program, config or {}, root=root)
        return plan.resources, plan.outputs, plan.errors, plan.notes
    with prepared("test", config or {}, root=root) as (monitor, engine, loop):
        loop.run_until_complete(run_in_stack(program))
    found = tuple(monitor.resources[urn] for urn in sorted(monitor.resources))
    return found, monitor.stack_outputs, tuple(engine.errors), tuple(engine.notes)


def test_reading_outputs_gives_the_same_as_the_sdk(tmp_path: Path) -> None:
    stock: Seen = {}
    ours: Seen = {}
    assert _plan(lambda: _reads(ours), tmp_path, stock=False) == _plan(lambda: _reads(stock), tmp_path, stock=True)
    assert ours == stock
    assert ours["length"][:3] == (3, True, False)
    assert ours["secret"][2]
    assert "later" in ours


def _gives() -> None:
    """Passes every kind of value that an input can be."""
    pet = RandomPet("pet", keepers={"text": "a", "made": RandomPet("other").separator, "none": None})
    secret = pulumi.Output.secret({"key": ["hidden", pet.separator]})
    pulumi.export("plain", [1, 2.5, True, None, "text", {"of": {"deep": [[], {}]}}])
    pulumi.export("tuple", (1, ("two", pet.prefix)))
    pulumi.export("outputs", {"unknown": pet.id, "secret": secret, "inner": pulumi.Output.all(pet.separator, secret)})
    pulumi.export("resources", {"pet": pet, "list": [pet, pulumi.Output.from_input(pet)]})
    pulumi.export("assets", [pulumi.StringAsset("text"), pulumi.AssetArchive({"file": pulumi.FileAsset("./file")})])
    RandomPet("after", length=4, opts=pulumi.ResourceOptions(depends_on=[Pair("pair"), pet]))


def test_inputs_of_every_kind_arrive_as_the_sdk_sends_them(tmp_path: Path) -> None:
    assert _plan(_gives, tmp_path, stock=False) == _plan(_gives, tmp_path, stock=True)


def test_a_force_has_the_same_plan_as_with_the_unmodified_sdk() -> None:
    force = load("dyfed-powys", root=ROOT)
    run, config = program(force, ROOT), config_of("dyfed-powys", ROOT)
    with prepared("dyfed-powys", config, root=ROOT) as (monitor, engine, loop):
        loop.run_until_complete(run_in_stack(run))
    plan = plan_program("dyfed-powys", run, config, root=ROOT)
    assert {each.urn: each for each in plan.resources} == monitor.resources
    assert (plan.outputs, list(plan.warnings)) == (monitor.stack_outputs, [*engine.warnings, *monitor.warnings])


@pytest.mark.parametrize("stock", [True, False])
def test_an_input_that_the_engine_cannot_accept_is_refused(tmp_path: Path, stock: bool) -> None:
    def program() -> None:
        RandomPet("pet", keepers={"set": {1, 2}})  # type: ignore[dict-item] # what is refused

    with pytest.raises(ValueError, match="unexpected input of type set for set in RandomPet"):
        _plan(program, tmp_path, stock=stock)


@pytest.mark.parametrize("stock", [True, False])
def test_a_refused_registration_rejects_the_outputs(tmp_path: Path, stock: bool) -> None:
    lines: list[str] = []

    def program() -> None:
        RandomPet("twice")
        second = RandomPet("twice", length=2)
        second.length.recover(lambda error: lines.append(str(error)) or 0)

    with pytest.raises(RuntimeError, match="Duplicate resource URN"):
        _plan(program, tmp_path, stock=stock)
    asyncio.set_event_loop(None)


@pytest.mark.parametrize("stock", [True, False])
def test_a_failing_output_that_nobody_awaits_fails_the_program(tmp_path: Path, stock: bool) -> None:
    def program() -> None:
        RandomPet("pet", length=2).length.apply(lambda length: 1 / (length - 2))

    with pytest.raises(ZeroDivisionError):
        _plan(program, tmp_path, stock=stock)


@pytest.mark.parametrize("stock", [True, False])
def test_an_alias_without_a_name_is_refused(tmp_path: Path, stock: bool) -> None:
    def program() -> None:
        RandomPet("pet", opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name=None)]))

    with pytest.raises(Exception, match="No valid 'name'"):
        _plan(program, tmp_path, stock=stock)


def test_an_unread_output_can_be_read_after_the_program(tmp_path: Path) -> None:
    made: list[RandomPet] = []
    plan_program("test", lambda: made.append(RandomPet("pet", length=4)), {}, root=tmp_path)
    loop = asyncio.new_event_loop()
    try:
        assert vars(made[0])["length"]._data.result().value == 4
    finally:
        loop.close()


def test_the_sdk_is_restored_after_a_plan(tmp_path: Path) -> None:
    before = [vars(owner)[name] for owner, name, _ in quick._REPLACEMENTS[1:]]
    plan_program("test", lambda: None, {}, root=tmp_path)
    assert [vars(owner)[name] for owner, name, _ in quick._REPLACEMENTS[1:]] == before


def test_the_installed_sdk_is_the_known_one() -> None:
    assert known(), "the SDK has changed: compare its files with the replacements, then give their new digests"
