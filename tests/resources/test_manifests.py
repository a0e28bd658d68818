"""Kubernetes manifests as a source: the objects read, their locations, and the unreadable parts."""

import io
import json
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from bluelamp.cli import main
from bluelamp.core.problems import SettingsError
from bluelamp.errors import UsageError
from bluelamp.planning import plan_program
from bluelamp.policies import judge
from bluelamp.resources import from_plan
from bluelamp.resources.manifests import reading as manifests
from bluelamp.resources.manifests.documents import Document, Unreadable, documents
from bluelamp.resources.manifests.reading import read
from bluelamp.resources.skipped import Skipped
from tests.conftest import ROOT, bluelamp

POD = """apiVersion: v1
kind: Pod
metadata: {name: web, namespace: records}
spec: {containers: [{name: web, image: web, securityContext: {privileged: true}}]}
"""


def value(text: str):
    """The one document in `text`, which must be readable."""
    (document,) = documents(text)
    assert isinstance(document, Document), document
    return document.value


def wrong(text: str, **how) -> Unreadable:
    """Why the first invalid document in `text` cannot be read."""
    return next(each for each in documents(text, **how) if isinstance(each, Unreadable))


def problems(*paths: Path | str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read([str(path) for path in paths])
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("y", True), ("yes", True), ("On", True), ("n", False), ("off", False), ("FALSE", False), ("true", True),
        ("~", None), ("", None), ("null", None), ("010", 8), ("0o10", 8), ("0x1F", 31), ("0b11", 3), ("-7", -7),
        ("1_000", 1000), ("089", 89.0), ("1e3", 1000.0), (".5", 0.5), ("1:30", "1:30"), ("2026-01-02", "2026-01-02"),
        ("1.2.3", "1.2.3"), ("100m", "100m"), ("-", "-"), ("'yes'", "yes"), ('"1"', "1"), ("!!str 010", "010"),
        ("=", "="), ("|\n  line\n", "line\n"),
    ],
)  # fmt: skip
def test_yaml_is_read_as_kubernetes_clients_read_it(written, meant):
    found = value(f"a: {written}")["a"] if written != "-" else value('a: "-"')["a"]
    assert found == meant
    assert type(found) is type(meant)


def test_merges_and_aliases_are_expanded():
    text = "base: &b {x: 1, y: 2}\nmade: {<<: *b, y: 3}\nboth: {<<: [{z: 1}, *b]}\nquoted: {'<<': 1}\n"
    assert value(text) == {
        "base": {"x": 1, "y": 2},
        "made": {"x": 1, "y": 3},
        "both": {"z": 1, "x": 1, "y": 2},
        "quoted": {"<<": 1},
    }


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("a: 1\na: 2\n", (2, 1), "duplicate key a"),
        ("a: [1\n", (2, 1), "did not find"),
        ("a: !Ref b\n", (1, 4), "!Ref means nothing"),
        ("? [a]\n: b\n", (1, 3), "a key has to be text"),
        ("a: {<<: [1]}\n", (1, 9), "only a map"),
        ("a: *b\n", (1, 4), "undefined alias"),
        ("a: &a [*a]\n", (1, 4), "unfold into too many"),
        ("[" * 5000, (1, 1), "nested deeper"),
        ("- " * 5000, (1, 1), "nested deeper"),
        ("a: 1\n--- b\n--- [\n", (4, 1), "did not find"),
    ],
)
def test_ambiguous_yaml_is_refused_with_its_location(text, where, why):
    reason = wrong(text)
    assert why in reason.message
    if why != "nested deeper":
        assert (reason.line, reason.column) == where


@pytest.mark.parametrize(
    "text",
    [
        POD,
        "%YAML 1.1\n---\na: 1\n...\n# nothing\n---\n- [b, {c: ~}]\n---\n",
        "kind: List\nitems:\n- a\n\n- [b,\n  c]\n- {d: [e]}\nrules: [1,\n 2]\n",
        "items: {a: [1,\n2]}\n",
        "other: [1,\n2]\nitems: ~\n",
        "a: ! 1\nb: !x {c: 1}\n",
        "a: &a [1]\nb: &a [2]\n",
        "? a\n: b\n? c\n",
        "a: 1\n---\na: 1\n b: [\n",
    ],
)
def test_the_fast_reader_agrees_with_the_strict_one(text, monkeypatch):
    at_once = [vars_of(each) for each in documents(text)]
    monkeypatch.setattr("bluelamp.resources.manifests.documents.read_fast", lambda *_: None)
    assert at_once == [vars_of(each) for each in documents(text)]


def vars_of(document: Document | Unreadable) -> tuple[object, ...]:
    if isinstance(document, Unreadable):
        return document.message, document.line, document.column
    return repr(document.value), document.line, document.items


def test_multiplying_aliases_are_refused_before_they_expand():
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12))
    assert "too many values" in wrong(f"a0: &a0 [x]\n{levels}\n").message


def test_a_document_of_too_many_values_is_refused(monkeypatch):
    monkeypatch.setattr("bluelamp.resources.manifests.documents.MOST", 1000)
    assert "more than 1,000 values" in wrong(f"a: [{'[],' * 1000}]").message
    assert value(f"a: [{'[],' * 900}]") == {"a": [[]] * 900}


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ('{"a": 1,}', (1, 8), "this is not JSON"),
        ('{"a": 1}\n{"b": 1, "b": 2}', (2, 1), "duplicate key b"),
        ("[" * 300 + "]" * 300, (1, 1), "nested deeper"),
        ("[" * 100_000, (1, 1), "nested deeper"),
    ],
)
def test_json_is_read_as_strictly(text, where, why):
    reason = wrong(text, as_json=True)
    assert why in reason.message
    assert reason.line == where[0]


def test_every_object_is_read_with_its_file_and_line(tmp_path):
    (tmp_path / "a.yaml").write_text(f"# Source: chart/templates/a.yaml\n---\n{POD}---\n\n---\n# nothing\n")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "list.yml").write_text(
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: s}\n"
        "- {apiVersion: apps/v1, kind: Deployment, metadata: {generateName: d-}}\n"
    )
    (tmp_path / "b" / "pods.json").write_text(
        '{\n\t"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": {"name": "p"}}]\n}'
    )
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.yaml").write_text("[")
    (tmp_path / "notes.txt").write_text("[")
    found = [(each.type, each.name, each.source) for each in read([str(tmp_path), str(tmp_path / "a.yaml")])]
    assert found == [
        ("kubernetes:core/v1:Pod", "records/web", (str(tmp_path / "a.yaml"), 3)),
        ("kubernetes:core/v1:Service", "s", (str(tmp_path / "b" / "list.yml"), 4)),
        ("kubernetes:apps/v1:Deployment", "d-", (str(tmp_path / "b" / "list.yml"), 7)),
        ("kubernetes:core/v1:Pod", "p", (str(tmp_path / "b" / "pods.json"), 1)),
    ]


def test_an_object_in_two_files_is_judged_twice(tmp_path):
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(POD)
    first, second = read([str(tmp_path)])
    assert first.urn != second.urn
    assert second.name == f"records/web ({tmp_path / 'b.yaml'}:1)"


def test_documents_that_are_no_object_are_skipped_and_reported(tmp_path):
    (tmp_path / "a.yaml").write_text(f"{POD}---\nreplicas: 2\n---\n- a\n")
    lines: list[str] = []
    assert len(read([str(tmp_path)], lines.append)) == 1
    assert lines == [f"left out 2 without apiVersion and kind: {tmp_path / 'a.yaml'}:6, {tmp_path / 'a.yaml'}:8"]


def test_an_unreadable_file_is_listed_and_the_rest_is_read(tmp_path, monkeypatch):
    (tmp_path / "a.yaml").write_text(f"{POD}---\nkind: [\n---\n{POD}---\na: 1\na: 2\n")
    (tmp_path / "b.yaml").write_bytes(b"\x7fELF\0\0")
    (tmp_path / "c.yaml").write_bytes(b"a: \xff\n")
    (tmp_path / "d.yaml").write_text("metadata: {{ .Values.x }}\n{{- end }}\n")
    (tmp_path / "e.yaml").write_text("a: " + "x" * 2000)
    (tmp_path / "f.json").write_text(" \n")
    (tmp_path / "g.json").write_text('{"kind": "Pod"')
    (tmp_path / "h.yaml").write_text("# nothing\n---\n")
    monkeypatch.setattr(manifests, "LARGEST", 1000)
    skipped: list[Skipped] = []
    found = read([str(tmp_path), str(tmp_path / "nowhere")], skip=skipped.append)
    assert [each.source for each in found] == [(str(tmp_path / "a.yaml"), 1), (str(tmp_path / "a.yaml"), 8)]
    unread = {each.name.removeprefix(f"{tmp_path}/"): each for each in skipped}
    assert {name: (each.of, each.unread) for name, each in unread.items()} == {
        "a.yaml:7:1": ("document", True),
        "a.yaml:14:1": ("document", True),
        "b.yaml": ("file", True),
        "c.yaml": ("file", True),
        "d.yaml:3:1": ("document", True),
        "e.yaml": ("file", True),
        "f.json": ("file", True),
        "g.json:1:15": ("document", True),
        "h.yaml": ("file", False),
        "nowhere": ("file", True),
    }
    assert "it is not text (byte 4)" in unread["b.yaml"].why
    assert "it is not text (byte 3)" in unread["c.yaml"].why
    assert "render it first (helm template" in unread["d.yaml:3:1"].why
    assert "larger than" in unread["e.yaml"].why
    assert "it is empty" in unread["f.json"].why
    assert "there is no such file" in unread["nowhere"].why
    (tmp_path / "a.yaml").unlink()
    assert len(problems(tmp_path, tmp_path / "nowhere")) == 7, "there is nothing to judge: everything is told at once"


def test_an_unreadable_file_makes_the_result_inconclusive(tmp_path, capsys):
    (tmp_path / "a.yaml").write_text(POD.replace("true", "false"))
    rules = ["--rule", "BL-K8S-001"]
    answers = []
    for text in ("", "---\nkind: [\n"):
        with (tmp_path / "a.yaml").open("a") as stream:
            stream.write(text)
        with pytest.raises(SystemExit) as ended:
            main(["audit", "--from", "manifests", str(tmp_path), *rules, "--format", "json"])
        (report,) = json.loads(capsys.readouterr().out)["result"]["reports"]
        answers.append((report["answer"], ended.value.code))
    assert answers == [("within the picked rules", 0), ("cannot be said", 2)]
    with pytest.raises(SystemExit):
        main(["audit", "--from", "manifests", str(tmp_path), *rules])
    assert f"not read: 1 document: {tmp_path}/a.yaml:7: " in " ".join(capsys.readouterr().out.split())


def test_a_hundred_megabytes_are_refused_without_being_read(tmp_path):
    path = tmp_path / "large.yaml"
    with path.open("wb") as stream:
        stream.truncate(100_000_000)
    assert problems(path) == [
        f"{path}: it is larger than 16 MB; split it: a file for each namespace, or for each chart"
    ]


def test_nothing_to_judge_is_wrong_use(tmp_path, monkeypatch):
    (tmp_path / "a.yaml").write_text("replicas: 2\n")
    with pytest.raises(UsageError, match="there is no Kubernetes object"):
        read([str(tmp_path)])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"# nothing\n")))
    with pytest.raises(UsageError, match="there is no Kubernetes object in -"):
        read(["-"])


def test_an_empty_stream_is_never_skipped_silently(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"")))
    assert problems("-") == ["-: it is empty; check the command before the pipe"]
    (tmp_path / "a.yaml").write_text(POD)
    skipped: list[Skipped] = []
    read([str(tmp_path), "-"], skip=skipped.append)
    assert [(each.name, each.unread) for each in skipped] == [("-", True)]


def test_the_content_of_a_secret_is_never_shown(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  annotations:\n"
        "    kubectl.kubernetes.io/last-applied-configuration: canary-71c2-applied\n"
        "data: {a: canary-71c2-data}\nstringData: {b: canary-71c2-text}\n"
    )
    done = bluelamp(["audit", "--from", "manifests", str(tmp_path), "--format", "json", "--passes"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "BL-K8S-089" in done.stdout
    assert "canary" not in done.stdout + done.stderr


def test_the_command_judges_a_stream_anywhere_with_the_location_of_each_finding(tmp_path):
    command = [sys.executable, "-m", "bluelamp.cli", "audit", "--from", "manifests", "-", "--format", "json"]
    program = f"import sys; sys.argv = {command[2:]!r}; from bluelamp.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program], input=POD.encode(), capture_output=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 3, done.stderr
    (report,) = json.loads(done.stdout)["result"]["reports"]
    assert report["source"] == "manifests"
    broken = {each["rule"] for each in report["findings"] if each["verdict"] == "fail"}
    assert {"BL-K8S-001", "BL-K8S-003"} <= broken
    assert not list(tmp_path.iterdir()), "a report was written that nobody asked for"


@pytest.mark.parametrize("words", [[], ["--all", "deploy"], ["nowhere"]])
def test_wrong_use_ends_with_status_2(tmp_path, words):
    done = bluelamp(["audit", "--from", "manifests", *words], tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


def test_judging_manifests_imports_no_sdk(tmp_path):
    (tmp_path / "a.yaml").write_text(POD)
    program = (
        "import sys\nfrom bluelamp.cli import main\n"
        "try: main(['audit', '--from', 'manifests', 'a.yaml', '--quiet'])\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(str([m for m in ('pulumi', 'grpc', 'kubernetes', 'jinja2') if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stderr.endswith("[]"), done.stderr


@pytest.mark.parametrize("module", ["tenant", "gateway", "cluster_class"])
def test_manifests_are_judged_as_their_plan(module, tmp_path):
    example = ROOT / "modules" / "kubernetes" / module / "examples" / "full.py"
    plan = plan_program(module, lambda: runpy.run_path(str(example)), {}, root=ROOT)
    planned = [each for each in from_plan(plan) if each.type.startswith("kubernetes:")]
    (tmp_path / "all.yaml").write_text(yaml.safe_dump_all([dict(each.properties) for each in planned]))
    read_again = read([str(tmp_path)])
    assert [each.type for each in read_again] == [each.type for each in planned]
    before, after = (
        [(index[each.urn], each.rule, each.verdict, each.path, each.message) for each in judge(resources)]
        for resources in (planned, read_again)
        for index in ({each.urn: number for number, each in enumerate(resources)},)
    )
    assert len(before) > len(planned)
    assert after == before


@pytest.mark.parametrize(
    "item",
    [
        "{kind: Pod, spec: {hostNetwork: true}}",
        "{apiVersion: v1, spec: {}}",
        "{apiVersion: v1, kind: 1}",
        "text",
        "null",
    ],
)
def test_a_list_item_that_is_no_object_is_skipped_with_its_line(tmp_path, item):
    good = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"
    (tmp_path / "list.yaml").write_text(f"apiVersion: v1\nkind: List\nitems:\n- {good}\n- {item}\n")
    skipped = []
    (one,) = read([str(tmp_path)], skip=skipped.append)
    assert one.name == "a"
    (left,) = skipped
    assert (left.why, left.place) == ("it is not a Kubernetes object", f"{tmp_path}/list.yaml:5")
