"""No input uses unbounded memory or time: input beyond a limit is refused, and the limit is named."""

import io
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.core.problems import SettingsError
from bluelamp.errors import UsageError
from bluelamp.policies import UNKNOWN
from bluelamp.resources import budget
from bluelamp.resources.manifests import documents
from bluelamp.resources.manifests import reading as manifests
from bluelamp.resources.templates import reading as templates
from tests.conftest import ROOT
from tests.thorough import tries

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
MEMORY = 2 << 30
POD = "apiVersion: v1\nkind: Pod\n"


def template(variables: object, value: object = "[variables('v9')]", **more: object) -> str:
    account = {"type": "Microsoft.Storage/storageAccounts", "name": "a", "tags": {"it": value}, **more}
    return json.dumps({"$schema": SCHEMA, "variables": variables, "resources": [account]})


def levels(step: str, first: object, count: int = 10) -> dict[str, object]:
    """Variables, each made from the one before, to which `step` refers ten times."""
    return {"v0": first} | {f"v{n}": step.replace("@", f"variables('v{n - 1}')") for n in range(1, count)}


TEN = ",".join("@" * 10)
COPIES = {"name": "c", "count": 800}


def nested(depth: int) -> str:
    resource_: dict[str, object] = {"type": "Microsoft.Storage/storageAccounts", "name": "a"}
    for _ in range(depth):
        inner = {"template": {"$schema": SCHEMA, "resources": [resource_]}}
        resource_ = {
            "type": "Microsoft.Resources/deployments", "name": "d", "copy": COPIES, "properties": inner,
        }  # fmt: skip
    return json.dumps({"$schema": SCHEMA, "resources": [resource_]})


BOMBS = {
    "lists": template(levels(f"[createArray({TEN})]", ["x"] * 10)),
    "literal lists": template({"v0": ["x"] * 10} | {f"v{n}": [f"[variables('v{n - 1}')]"] * 10 for n in range(1, 10)}),
    "literal objects": template(
        {"v0": "x"} | {f"v{n}": {f"k{i}": f"[variables('v{n - 1}')]" for i in range(10)} for n in range(1, 10)}
    ),
    "texts": template(levels(f"[concat({TEN})]", "abcdefghij")),
    "joined lists": template(levels(f"[concat({TEN})]", list(range(10)))),
    "formats": template(levels(f"[format('{''.join(f'{{{n}}}' for n in range(10))}', {TEN})]", "abcdefghij")),
    "texts of lists": template(levels(f"[string(createArray({TEN}))]", "abcdefghij")),
    "objects": template(levels("[createObject('a',@,'b',@,'c',@,'d',@,'e',@,'f',@,'g',@,'h',@,'i',@,'j',@)]", "x")),
    "unions": template(
        levels("[union(createObject('a',@,'b',@,'c',@),createObject('d',@))]", {"a": 1}, 30), "[variables('v29')]"
    ),
    "replacements": template(levels("[replace(@,'a',@)]", "a" * 100)),
    "products": template({"v9": "[mul('aaaaaaaaaa', 1000000000)]"}),
    "powers": template(levels("[mul(@,@)]", 1_000_000, 60), "[variables('v59')]"),
    "ranges": template({"v9": ["[range(0, 10000)]"] * 5_000}),
    "lengths": template({"v0": "[range(0, 10000)]", "v9": ["[length(variables('v0'))]"] * 5_000}),
    "splits": template({"v0": "a," * 400_000, "v9": ["[split(variables('v0'), ',')]"] * 200}),
    "what is not known": template(levels("[uniqueString(@,@,@)]", "[uniqueString('x')]", 40), "[variables('v39')]"),
    "texts not known": template(levels("[concat(@,@,@)]", "[uniqueString('x')]", 40), "[variables('v39')]"),
    "a long expression": template({"v9": "[concat('a'" + ",'b'" * 10_000 + ")]"}),
    "a deep expression": template({"v9": "[" + "not(" * 5_000 + "true()" + ")" * 5_000 + "]"}),
    "a long number": template({"v9": "[" + "9" * 20_000 + "]"}),
    "deep JSON in a text": template({"v0": "[" * 900_000, "v9": "[json(variables('v0'))]"}),
    "many resources": json.dumps({"$schema": SCHEMA, "resources": [{"type": "A.b/c", "name": "a"}] * 10_000}),
    "many malformed resources": '{"$schema": "' + SCHEMA + '", "resources": [' + "{}," * 30_000 + "{}]}",
    "copies": json.dumps({"$schema": SCHEMA, "resources": [{"type": "A.b/c", "name": "a", "copy": COPIES}] * 10}),
    "copies in copies": nested(6),
    "a name of many parts": template({"v9": ""}, name="/" * 500_000),
    "deep JSON": "[" * 3_000_000,
    "a comment without an end": '{"$schema": "' + SCHEMA + '"}' + "/*" * 500_000,
    "quotes": '"' * 500_000,
    "open quotes": '"a\n' * 300_000,
    "a number of many digits": "9" * 7_000_000,
    "a large number": "1e999",
    "no number": "NaN",
    "half a character": '{"$schema": "' + SCHEMA + '", "a": "\\ud800"}',
    "a long list": template({"v9": [1] * 100_000}),
}
HARMLESS = {
    "products", "powers", "what is not known", "texts", "texts not known", "replacements", "a long expression",
    "a deep expression", "a long number", "deep JSON in a text", "formats",
}  # fmt: skip
"""Input that is read, with an unknown value."""

FLOODS = {
    "documents": "---\n" * 1_000_000,
    "malformed documents": "---\n{\n" * 500_000,
    "objects": f"---\n{POD}" * 90_000,
    "items of a List": "apiVersion: v1\nkind: List\nitems:\n" + "- {apiVersion: v1, kind: Pod}\n" * 30_000,
    "values": "a:\n" + "- a\n" * 2_100_000,
    "containers": f"{POD}spec:\n  containers:\n" + "  - {}\n" * 100_000,
    "values on a line": "a: [" + "[]," * 2_100_000 + "]",
    "aliases": "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)),
    "aliases of a long text": "a: &a " + "x" * 1_000_000 + "\nb: [" + "*a," * 200_000 + "*a]\n",
    "merges": "a: &a {" + ",".join(f"k{n}: 1" for n in range(5_000)) + "}\nb:\n" + "- {<<: *a}\n" * 50_000,
    "anchors": "b:\n" + "".join(f"- &a{n} 1\n" for n in range(600_000)),
    "directives": "---\na: 1\n...\n" + "".join(f"%TAG !a{n}! tag:x,1:\n" for n in range(100_000)) + "---\nb: 1\n",
    "brackets": "[" * 8_000_000,
    "dashes": "- " * 4_000_000,
    "indents": "".join(" " * n + "a:\n" for n in range(3_000)),
    "questions": "? " * 4_000_000,
    "keys": "".join(f"k{n}: 1\n" for n in range(60_000)) + "k59999: 1\n",
}  # fmt: skip
FLOODS_OF_JSON = {
    "documents of JSON": "{}" * 1_000_000,
    "objects of JSON": '{"apiVersion":"v1","kind":"Pod"}\n' * 100_000,
    "keys of JSON": "{" + ",".join(f'"k{n}":1' for n in range(100_000)) + ',"k99999":1}',
    "digits of JSON": '{"apiVersion":"v1","kind":"Pod","a":' + "9" * 5_000_000 + "}",
    "brackets of JSON": "[" * 8_000_000,
    "half a character": '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a\\ud800"}}',
    "no number": '{"apiVersion":"v1","kind":"Pod","a":NaN}',
}

_READ_ALL = """
import json, sys
from bluelamp.core.problems import SettingsError
from bluelamp.errors import UsageError
from bluelamp.resources.manifests import reading as manifests
from bluelamp.resources.templates import reading as templates
for kind, file in json.load(sys.stdin):
    try:
        outcome = f"read {len((templates if kind == 'templates' else manifests).read([file]))}"
    except (SettingsError, UsageError) as error:
        outcome = str(error)[-300:]
    print(json.dumps([file, outcome]), flush=True)
"""


def read_in_little_memory(files: list[tuple[str, str]]) -> dict[str, str]:
    """The result of reading each file, all in one process limited to 2 GiB."""
    done = subprocess.run(
        [sys.executable, "-c", _READ_ALL], input=json.dumps(files), capture_output=True, text=True, check=False,
        cwd=ROOT, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(line) for line in done.stdout.splitlines())


def test_no_template_uses_more_than_two_gibibytes(tmp_path):
    given_ = []
    for number, text in enumerate(BOMBS.values()):
        file = tmp_path / f"{number}.json"
        file.write_text(text)
        given_.append(("templates", str(file)))
    outcomes = dict(zip(BOMBS, read_in_little_memory(given_).values(), strict=True))
    assert {name for name, outcome in outcomes.items() if outcome.startswith("read")} == HARMLESS, outcomes
    for (name, outcome), (_, file) in zip(outcomes.items(), given_, strict=True):
        assert name in HARMLESS or file in outcome or "more than" in outcome, outcome


def test_no_manifest_uses_more_than_two_gibibytes(tmp_path):
    given_ = []
    for number, (name, text) in enumerate((FLOODS | FLOODS_OF_JSON).items()):
        file = tmp_path / f"{number}{'.json' if name in FLOODS_OF_JSON else '.yaml'}"
        file.write_text(text)
        given_.append(("manifests", str(file)))
    outcomes = read_in_little_memory(given_)
    for file, outcome in outcomes.items():
        assert not outcome.startswith("read"), (file, outcome)
        assert file in outcome, outcome


@pytest.mark.parametrize(("kind", "most"), [(manifests, manifests.LARGEST), (templates, templates.LARGEST)])
def test_an_oversized_file_is_refused_before_it_is_read(kind, most, tmp_path):
    file = tmp_path / "large.json"
    with file.open("wb") as stream:
        stream.truncate(most + 1)
    with pytest.raises(SettingsError, match=f"it is larger than {most // 1_000_000} MB"):
        kind.read([str(file)])
    with file.open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(SettingsError, match="it is larger than"):
        kind.read([str(file)])


@pytest.mark.parametrize(("kind", "text"), [(manifests, POD), (templates, template({"v9": 1}))])
def test_the_total_of_all_files_is_bounded_too(kind, text, tmp_path, monkeypatch):
    monkeypatch.setattr(budget, "MOST_BYTES", 3 * len(text))
    for number in range(4):
        (tmp_path / f"{number}.json" if kind is templates else tmp_path / f"{number}.yaml").write_text(text)
    with pytest.raises(SettingsError, match="MB in all"):
        kind.read([str(tmp_path)])


def test_the_standard_input_is_bounded_too(monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"x" * (manifests.LARGEST + 1))))
    with pytest.raises(SettingsError, match="-: it is larger than 16 MB"):
        manifests.read(["-"])
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SettingsError, match="the standard input is closed"):
        manifests.read(["-"])


@pytest.mark.parametrize("kind", [manifests, templates])
def test_a_device_and_a_pipe_are_not_read(kind):
    reading, writing = os.pipe()
    try:
        for path in ("/dev/zero", f"/dev/fd/{reading}"):
            with pytest.raises(SettingsError, match="it is not a regular file"):
                kind.read([path])
    finally:
        os.close(reading)
        os.close(writing)


# Functions, each with the number of arguments that a bomb may give it.
FUNCTIONS = [
    "concat", "createArray", "union", "format", "string", "split", "replace", "range", "join", "mul", "add", "json",
    "uniqueString", "toUpper", "array", "createObject", "take", "skip", "if", "coalesce", "length", "empty", "contains",
    "resourceId", "min", "max", "first", "substring", "intersection", "base64", "guid", "reference", "nonsense",
]  # fmt: skip
LEAVES = st.sampled_from(
    [
        "'a'",
        "'abc'",
        "'{0}{0}'",
        "1",
        "1000000",
        "-1",
        "true()",
        "null()",
        "copyIndex()",
        "resourceGroup()",
        "'[1, [2]]'",
    ]
)


@st.composite
def chains(draw: st.DrawFn) -> dict[str, object]:
    """Variables, each made from those before it by random functions: most grow with every level."""
    made: dict[str, object] = {"v0": draw(st.sampled_from(["abc", ["a", "b"], {"a": 1}, 7, True]))}
    for level in range(1, draw(st.integers(4, 14))):
        before = st.sampled_from([f"variables('v{n}')" for n in range(max(0, level - 2), level)])
        call = st.builds(
            lambda name, arguments: f"{name}({', '.join(arguments)})",
            st.sampled_from(FUNCTIONS),
            st.lists(before | LEAVES, min_size=1, max_size=10),
        )
        written = call.map(lambda text: f"[{text}]")
        whole: st.SearchStrategy[object] = written | st.lists(
            before.map(lambda text: f"[{text}]"), min_size=1, max_size=10
        )
        whole |= st.dictionaries(st.sampled_from("abcdef"), before.map(lambda text: f"[{text}]"), min_size=1)
        made[f"v{level}"] = draw(whole)
    return made


@settings(max_examples=tries(600), derandomize=True, deadline=None, database=None)
@given(variables=chains())
def test_no_chain_of_functions_grows_beyond_the_limits(variables, tmp_path_factory):
    file = tmp_path_factory.getbasetemp() / "chain.json"
    file.write_text(template(variables, f"[variables('v{len(variables) - 1}')]"))
    spent: list[int] = []
    whole = budget.Budget.step

    def step(self: budget.Budget, count: int = 1) -> None:
        spent.append(count)
        whole(self, count)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(budget, "MOST_STEPS", 20_000)
        patch.setattr(budget.Budget, "step", step)
        try:
            (read,) = templates.read([str(file)])
        except SettingsError as error:
            problems = error.problems
        else:
            problems = ()
    if problems:
        assert all(each.file == str(file) for each in problems)
        return
    assert budget.size(read.properties["tags"], 1_000_000) <= 20_000 or read.properties["tags"] is UNKNOWN
    assert sum(spent) <= 20_000


YAML_PIECES = ["a: ", "- ", "[", "]", "{", "}", "&a ", "*a", "<<: ", "\n", "  ", "---\n", "...\n", "? ", ": ", "!x ", "'", '"',
               "|\n", "%TAG ! x\n", "#", "x", ",", "1e999", "9" * 5000, "\\ud800", "\t", "kind: Pod\napiVersion: v1\n"]  # fmt: skip


@settings(max_examples=tries(1500), derandomize=True, deadline=None, database=None)
@given(
    pieces=st.lists(st.tuples(st.sampled_from(YAML_PIECES), st.integers(1, 40)), min_size=1, max_size=12),
    as_json=st.booleans(),
)
def test_no_text_crashes_the_reader_of_manifests(pieces, as_json, tmp_path_factory):
    file = tmp_path_factory.getbasetemp() / ("flood.json" if as_json else "flood.yaml")
    file.write_text("".join(piece * count for piece, count in pieces), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "MOST", 500)
        patch.setattr(documents, "MOST_NODES", 500)
        patch.setattr(documents, "_EXPANDED", 500)
        try:
            found = manifests.read([str(file)])
        except (SettingsError, UsageError):
            return
    for each in found:
        json.dumps(each.properties, allow_nan=False).encode()


def test_an_invalid_history_file_is_reported_and_the_report_is_written(tmp_path):
    for name in ("fifo", "text"):
        path = tmp_path / name
        os.mkfifo(path) if name == "fifo" else path.write_text("x" * 1000)
        file = tmp_path / "pod.yaml"
        file.write_text(POD)
        done = subprocess.run(
            [sys.executable, "-c", "from bluelamp.cli import main; main()", "audit", "--from", "manifests", str(file),
             "--history", str(path)],
            capture_output=True, text=True, check=False, cwd=tmp_path, timeout=100,
        )  # fmt: skip
        assert done.returncode in (2, 3), done.stderr
        assert "Traceback" not in done.stderr
        assert Path(path).exists()
