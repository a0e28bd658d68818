"""Single mistakes in programs that do not use Bluelamp: each is refused with a helpful message."""

import copy
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bluelamp.planning import plan_program
from bluelamp.planning.plan import stack_config
from bluelamp.rehearsal.provider import CloudError
from bluelamp.rehearsal.store import Record
from bluelamp.rehearsal.values import Secret
from tests import thorough
from tests.conftest import bluelamp, held
from tests.endtoend.foreign import PROGRAMS, STACK, deployed, run_program, together

TABLE = yaml.safe_load(Path(__file__).with_name("mistakes.yaml").read_text(encoding="utf-8"))
MISTAKES = [(program, mistake) for program, mistakes in TABLE.items() for mistake in mistakes]


def label(program: str, mistake: Mapping[str, Any]) -> str:
    change = mistake.get("set") or mistake.get("rename") or {mistake.get("drop"): "nothing"}
    return f"{program}-{mistake['of']}-{next(iter(change))}={next(iter(change.values()))}"


def changed(given: Mapping[str, Any], mistake: Mapping[str, Any], records: list[Record]) -> dict[str, Any]:
    """The inputs with the mistake applied."""
    inputs = copy.deepcopy(dict(given))
    for path, value in mistake.get("set", {}).items():
        holder, key = place(inputs, path)
        holder[key] = filled(value, records)
    for path, name in mistake.get("rename", {}).items():
        holder, key = place(inputs, path)
        holder[name] = holder.pop(key)
    if "drop" in mistake:
        holder, key = place(inputs, mistake["drop"])
        del holder[key]
    return inputs


def place(inputs: Any, path: str) -> tuple[Any, Any]:
    *steps, last = path.split(".")
    for step in steps:
        inputs = inputs.value if isinstance(inputs, Secret) else inputs
        inputs = inputs[int(step)] if isinstance(inputs, list) else inputs[step]
    inputs = inputs.value if isinstance(inputs, Secret) else inputs
    return inputs, int(last) if isinstance(inputs, list) else last


def filled(value: Any, records: list[Record]) -> Any:
    """A value with the references to other resources of the program filled in."""

    def known(match: re.Match[str]) -> str:
        [record] = [one for one in records if one.type.endswith(f":{match[2]}") and one.urn.endswith(f"::{match[3]}")]
        return record.id if match[1] == "id" else record.id.rpartition("/")[2]

    return re.sub(r"\{(id|name) (\w+) ([\w-]+)\}", known, value) if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("program", "mistake"), [pytest.param(*one, id=label(*one), marks=together(one[0])) for one in MISTAKES]
)
def test_a_single_mistake_is_refused(program: str, mistake: Mapping[str, Any]) -> None:
    whole = deployed(program)
    assert not whole.refused
    name = mistake["of"]
    inputs = changed(whole.steps[name].given, mistake, whole.records)
    if "code" in mistake:
        with pytest.raises(CloudError) as refusal:
            whole.refusals(name, inputs)
        assert refusal.value.code == mistake["code"]
        output = refusal.value.message
    else:
        failures = whole.refusals(name, inputs)
        paths = mistake["at"] if isinstance(mistake["at"], list) else [mistake["at"]]
        assert sorted(one.path for one in failures) == sorted(paths)
        output = "\n".join(one.reason for one in failures)
    for words in mistake["says"]:
        assert words in output


@pytest.mark.parametrize("program", [pytest.param(name, marks=together(name)) for name in TABLE])
def test_without_mistakes_nothing_is_refused(program: str) -> None:
    whole = deployed(program)
    for name, step in whole.steps.items():
        assert whole.refusals(name, step.given) == [], name


EDITS = {
    "a misspelt property": (
        "compute",
        '"request_path": "/healthz"',
        '"requestPth": "/healthz"',
        ["probes[0].requestPth", "unknown property 'requestPth'; did you mean 'requestPath'?"],
    ),
    "a subnet that overlaps another": (
        "compute",
        '"172.20.1.0/24"',
        '"172.20.0.0/25"',
        ["NetcfgSubnetRangesOverlap", "Subnet 'workers'", "existing subnet 'front'"],
    ),
    "a value that an enum does not have": (
        "containers",
        'network_plugin="azure"',
        'network_plugin="azur"',
        ["networkProfile.networkPlugin", "did you mean 'azure'?"],
    ),
    "a name that the service does not take": (
        "web",
        'zone_name="example.org"',
        'zone_name="example"',
        ["InvalidDomainName", "the name 'example'"],
    ),
    "a quantity in other units": (
        "guestbook",
        '"memory": "128Mi"',
        '"memory": "128MB"',
        ["spec.template.spec.containers[0].resources.requests.memory", "is not a quantity"],
    ),
    "a custom resource against its definition": (
        "workloads",
        '"grounds": "MoPI2"',
        '"grounds": "MoPI7"',
        ["spec.grounds", "MoPI7", "is not allowed"],
    ),
    "a namespace that is not there": (
        "workloads",
        'metadata={"namespace": "records"}',
        'metadata={"namespace": "record"}',
        ['namespaces "record" not found'],
    ),
}


def edited(program: str, folder: Path, *edits: tuple[str, str]) -> Path:
    """A copy of a program in which a few words are replaced."""
    copied = folder / program
    shutil.copytree(PROGRAMS / program, copied)
    for old, new in edits:
        [path] = [one for one in copied.rglob("*.py") if old in one.read_text(encoding="utf-8")]
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(old, new), encoding="utf-8")
    return copied


@pytest.mark.engine
@pytest.mark.parametrize("mistake", thorough.some([*EDITS], 4))
@pytest.mark.usefixtures("engine")
def test_the_engine_refuses_it_too_and_leaves_nothing(mistake: str, tmp_path: Path) -> None:
    program, old, new, message = EDITS[mistake]
    folder = edited(program, tmp_path, (old, new))
    script = "pulumi up; status=$?; pulumi destroy >/dev/null 2>&1; exit $status"
    run = bluelamp(["rehearse", "--", "sh", "-c", script], folder)
    output = run.stdout + run.stderr
    assert run.returncode == 1, output
    for words in message:
        assert words in output
    assert "Traceback" not in output
    assert held(folder) == 0


def test_a_plan_reports_every_mistake_at_once(tmp_path: Path) -> None:
    edits = [
        ('"request_path": "/healthz"', '"requestPth": "/healthz"'),
        ("prefix_length=30", 'prefix_length="thirty"'),
        ('gallery_name="images"', 'gallery_name="my images"'),
        ('"172.20.1.10"', '"172.20.1.1000"'),
    ]
    folder = edited("compute", tmp_path, *edits)
    config = stack_config(folder / f"Pulumi.{STACK}.yaml")
    plan = plan_program(STACK, run_program(folder), config, root=folder, project="compute")
    found = {(resource.name, failure.path) for resource in plan.refused for failure in resource.failures}
    assert found >= {
        ("balancer", "probes[0].requestPth"),
        ("outbound", "prefixLength"),
        ("images", "galleryName"),
    }
