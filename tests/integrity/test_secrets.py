"""No secret is judged by its placeholder, and none is ever shown: in a plan, a preview, a state or files."""

import base64
import hashlib
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from bluelamp.core.passphrase import decrypter
from bluelamp.core.wire import UNKNOWNS, is_placeholder
from bluelamp.planning.plan import Plan
from bluelamp.planning.planned_resource import PlannedResource
from bluelamp.policies import UNKNOWN, Resource, Severity, Verdict, judge, rules
from bluelamp.policies.judging import Baseline
from bluelamp.policies.pack.wire import resource as described
from bluelamp.policies.rule import Fail, NotApplicable, Rule
from bluelamp.policies.rule import rule as make_rule
from bluelamp.policies.value import Value
from bluelamp.rehearsal import values
from bluelamp.reports import Answer, Source, assess, terminal, write
from bluelamp.reports.anonymous import Anonymous
from bluelamp.resources import from_plan, from_state
from bluelamp.resources.manifests.reading import read as manifests
from bluelamp.resources.templates.reading import read as templates
from tests.conftest import Project, environment
from tests.thorough import tries

KEY, SALT = "4dabf18193072939515e22adb298388d", b"saltsalt"
SECRET, OUTPUT = "1b47061264138c4ac30d75fd1eb44270", "d0e6a833031e9bbcd3f4e8bde6ca49a4"
FILES = ("c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7")
PASSPHRASE = "correct horse"
CANARY = "Canary-9f3c1b77e2"
GROUP = "azure-native:network:NetworkSecurityGroup"
URN = f"urn:pulumi:essex::bluelamp::{GROUP}::nsg"
BY_ID = {rule.id: rule for rule in rules()}
PORTS = Baseline([BY_ID["BL-NET-001"]])
AES = AESGCM(hashlib.pbkdf2_hmac("sha256", PASSPHRASE.encode(), SALT, 1_000_000, 32))


def encrypted(text: str, nonce: bytes = b"nonce-of-12b") -> str:
    """`text` as the engine's passphrase provider encrypts it."""
    sealed = AES.encrypt(nonce, text.encode(), None)
    return f"v1:{base64.b64encode(nonce).decode()}:{base64.b64encode(sealed).decode()}"


PROVIDERS = {
    "type": "passphrase",
    "state": {"salt": f"v1:{base64.b64encode(SALT).decode()}:{encrypted('pulumi')}"},
}


def state(inputs: Any, type_: str = GROUP, **more: Any) -> dict[str, Any]:
    record = {"urn": URN.replace(GROUP, type_), "type": type_, "custom": True, "inputs": inputs, **more}
    return {"deployment": {"secrets_providers": PROVIDERS, "resources": [record]}}


DECRYPT = decrypter(state({}), PASSPHRASE)
assert DECRYPT is not None


def exactly(found: list[Any]) -> Any:
    (one,) = found
    return one


# The forms of a secret in each source; a nested secret has the same form.


def as_value(value: Any, _inside: bool) -> Any:
    return {KEY: SECRET, "value": value}


def as_plaintext(value: Any, _inside: bool) -> Any:
    return {KEY: SECRET, "plaintext": json.dumps(value)}


def as_ciphertext(value: Any, inside: bool) -> Any:
    text = json.dumps(value)
    return {KEY: SECRET, "ciphertext": text if inside else encrypted(text)}


def as_secret_output(value: Any, _inside: bool) -> Any:
    return {KEY: OUTPUT, "value": value, "secret": True, "dependencies": []}


def in_an_output(value: Any, _inside: bool) -> Any:
    return {KEY: OUTPUT, "value": {KEY: SECRET, "value": value}}


def in_the_pack(inputs: dict[str, Any]) -> Resource:
    """The resource as the engine sends it to the policy pack."""
    struct = values.encode({})
    struct.update(inputs)
    return described(URN, GROUP, struct, protect=False, parent="")


def in_a_state(inputs: dict[str, Any]) -> Resource:
    return exactly(from_state(state(inputs), DECRYPT))


def sealed(inputs: dict[str, Any]) -> Resource:
    """The same resource without decryption."""
    return exactly(from_state(state(inputs)))


def in_a_plan(inputs: dict[str, Any]) -> Resource:
    struct = values.encode({})
    struct.update(inputs)
    return exactly(from_plan(Plan("essex", (PlannedResource(URN, custom=True, inputs=values.decode(struct)),))))


Marker = Callable[[Any, bool], Any]
WAYS: list[tuple[Callable[[dict[str, Any]], Resource], list[Marker]]] = [
    (in_the_pack, [as_value, as_secret_output, in_an_output]),
    (in_a_plan, [as_value, as_secret_output, in_an_output]),
    (in_a_state, [as_plaintext, as_ciphertext]),
]
SOURCES = st.sampled_from(["*", "0.0.0.0/0", "Internet", "::/0", "Any", "10.1.0.0/16", "10.2.3.4", "VirtualNetwork"])
PORT = st.sampled_from(["22", "3389", "20-25", "*", "443", "8443"])
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
LEVELS = ["group", "rules", "rule", "sourceAddressPrefix", "destinationPortRange", "access", "direction", "name"]


def group(source: str, port: str, name: str) -> dict[str, Any]:
    one = {
        "name": name,
        "access": "Allow",
        "direction": "Inbound",
        "protocol": "Tcp",
        "sourceAddressPrefix": source,
        "destinationPortRange": port,
    }
    return {"location": "uksouth", "securityRules": [one]}


def marked(inputs: dict[str, Any], levels: set[str], mark: Marker) -> dict[str, Any]:
    """`inputs` with the values at `levels` secret; nested secrets are allowed."""
    outer = "rules" in levels
    one = {
        key: mark(value, outer or "rule" in levels) if key in levels else value
        for key, value in inputs["securityRules"][0].items()
    }
    made = mark(one, outer) if "rule" in levels else one
    listed: Any = [made]
    return {**inputs, "securityRules": mark(listed, False) if outer else listed}


@settings(max_examples=tries(1500), deadline=None, derandomize=True)
@given(SOURCES, PORT, NAMES, st.sets(st.sampled_from(LEVELS[1:]), min_size=1), st.sampled_from(WAYS), st.data())
def test_a_readable_secret_is_judged_by_its_value(
    source: str, port: str, name: str, levels: set[str], way: tuple[Any, list[Marker]], data: st.DataObject
) -> None:
    read, marks = way
    inputs = group(source, port, name)
    plain = exactly(PORTS.judge([Resource(URN, GROUP, "nsg", inputs)]))
    found = exactly(PORTS.judge([read(marked(inputs, levels, data.draw(st.sampled_from(marks))))]))
    assert found.verdict is plain.verdict


@settings(max_examples=tries(1000), deadline=None, derandomize=True)
@given(
    st.sampled_from(["*", "::/0"]),
    st.sampled_from(["22", "20-25", "*"]),
    st.sets(st.sampled_from(LEVELS[1:5]), min_size=1),
    st.sampled_from(["sealed", "damaged", "both"]),
)
def test_an_unreadable_secret_is_never_judged(source: str, port: str, levels: set[str], how: str) -> None:
    def mark(value: Any, inside: bool) -> Any:
        made = as_ciphertext(value, inside)
        if how == "damaged" and not inside:
            made["ciphertext"] = made["ciphertext"][:-4] + "AAA="
        return {**made, "plaintext": '"10.0.0.0/8"'} if how == "both" else made

    read = sealed if how == "sealed" else in_a_state
    resource = read(marked(group(source, port, CANARY), levels, mark))
    found = exactly(PORTS.judge([resource]))
    assert found.verdict is Verdict.UNKNOWN
    assert ("PULUMI_CONFIG_PASSPHRASE" if how == "sealed" else "cannot be read") in found.message
    assert "v1:" not in repr(found)


ODD = [
    *UNKNOWNS,
    *(f"https://{mark}.blob/" for mark in sorted(UNKNOWNS)[:2]),
    {KEY: OUTPUT},
    {KEY: OUTPUT, "secret": True},
    {KEY: SECRET, "value": sorted(UNKNOWNS)[0]},
    {KEY: SECRET},
    {KEY: SECRET, "plaintext": "not JSON"},
    {KEY: SECRET, "plaintext": json.dumps(sorted(UNKNOWNS)[1])},
    {KEY: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "urn:x", "id": ""},
    {KEY: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "urn:x", "id": {"V": {"Element": {}}}},
    {KEY: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "urn:x", "id": sorted(UNKNOWNS)[2]},
    {KEY: FILES[0], "text": "*"},
    {KEY: FILES[1], "assets": {}},
    {KEY: "8ad145fe-0d11-4827-bfd7-1abcbf086f5c", "value": "7ff0000000000000"},
    {KEY: "803fd3297a5875dc03ca845dda5d2a98", "value": "/w=="},
    {KEY: "a-mark-of-tomorrow", "value": "10.0.0.0/8"},
    {sorted(UNKNOWNS)[3]: "10.0.0.0/8"},
]


@settings(max_examples=tries(400), deadline=None, derandomize=True)
@given(st.sampled_from(ODD), st.sampled_from(["rules", "rule", *LEVELS[3:5]]), st.sampled_from([in_the_pack, sealed]))
def test_every_marker_of_an_unknown_is_unknown_everywhere(odd: Any, level: str, read: Any) -> None:
    inputs = group("*", "22", "n")
    one = inputs["securityRules"][0]
    if level == "rules":
        inputs["securityRules"] = odd
    elif level == "rule":
        inputs["securityRules"] = [odd]
    else:
        inputs["securityRules"] = [{**one, level: odd}]
    assert exactly(PORTS.judge([read(inputs)])).verdict is Verdict.UNKNOWN


def test_a_resource_whose_inputs_are_one_secret_is_judged_or_unknown(tmp_path: Path) -> None:
    inputs = as_ciphertext(group("*", "22", CANARY), False)
    assert exactly(PORTS.judge([in_a_state(inputs)])).verdict is Verdict.FAIL
    assert exactly(PORTS.judge([sealed(inputs)])).verdict is Verdict.UNKNOWN
    for resource in (in_a_state(inputs), sealed(inputs)):
        report = assess("essex", [resource], Source.STATE, root=tmp_path)
        assert report.answer is not Answer.WITHIN
        assert CANARY not in report.to_json()


@pytest.mark.parametrize("inputs", [{}, None, []])
def test_a_state_without_a_resources_inputs_is_not_judged_by_the_defaults(tmp_path: Path, inputs: Any) -> None:
    record = state(inputs, outputs=group("*", "22", CANARY))
    for document in (record, json.loads(json.dumps(record).replace('"inputs"', '"other"'))):
        (resource,) = from_state(document)
        (judgement,) = PORTS.judge([resource])
        assert judgement.verdict is Verdict.UNKNOWN
        assert "the state has no inputs for it" in judgement.message
        assert assess("essex", [resource], Source.STATE, root=tmp_path).answer is not Answer.WITHIN


# Placeholders: texts in place of a hidden or unknown value.

_WORDS = [
    "[secret]",
    "[withheld]",
    "[unknown]",
    "<unknown>",
    "<not known until deployment>",
    "<computed>",
    "<redacted>",
]


@st.composite
def placeholders(draw: st.DrawFn) -> str:
    word = draw(
        st.sampled_from([*_WORDS, "(known after apply)", "(sensitive value)", "output<string>", "***", *UNKNOWNS])
    )
    if word[0] in "[<(":
        word = word[0] + draw(st.sampled_from(["", " "])) + word[1:-1] + draw(st.sampled_from(["", " "])) + word[-1]
    word = draw(st.sampled_from([word, word.upper(), word.title()]))
    if word.strip("*"):
        word = draw(st.sampled_from(["", "10.0.0.0/", "https://"])) + word + draw(st.sampled_from(["", "/24", ":443"]))
    return draw(st.sampled_from(["", " ", "\n"])) + word + draw(st.sampled_from(["", " "]))


@settings(max_examples=tries(800), deadline=None, derandomize=True)
@given(placeholders())
def test_a_placeholder_is_recognised_in_every_spelling(text: str) -> None:
    assert is_placeholder(text) or "\n" in text


CASES = [(rule, case) for rule in rules() for case in rule.cases if case.path and not case.parameters]


def with_at(properties: Any, path: str, value: Any) -> Any:
    """`properties` with `value` at `path`, as Pulumi writes it; None if there is nothing."""
    import re

    steps = [int(index) if index else quoted or word for word, index, quoted in re.findall(
        r'([\w$-]+)|\[(\d+)\]|\["([^"]*)"\]', path)]  # fmt: skip
    made = json.loads(json.dumps(properties, default=lambda _: "<unknown>"))
    here = made
    try:
        for step in steps[:-1]:
            here = here[step]
        here[steps[-1]]
    except (KeyError, IndexError, TypeError):
        return None
    here[steps[-1]] = value
    return made


@settings(max_examples=tries(1500), deadline=None, derandomize=True)
@given(st.sampled_from(CASES), st.sampled_from(["[secret]", "<unknown>", "<not known until deployment>", *UNKNOWNS]))
def test_a_placeholder_is_judged_as_an_unknown_value(case: Any, text: str) -> None:
    rule, held = case
    first, *others = held.resources
    with_placeholder, unknown = (with_at(first.properties, held.path, value) for value in (text, UNKNOWN))
    if with_placeholder is None:
        return
    found = judge([replace(first, properties=with_placeholder), *others], [rule])
    same = judge([replace(first, properties=unknown), *others], [rule])
    assert [each.verdict for each in found] == [each.verdict for each in same]
    assert not any(text in str(each.observed) and each.verdict is Verdict.PASS for each in found)


def test_a_rendered_manifest_with_an_unknown_value_is_not_within_the_baseline(tmp_path: Path) -> None:
    pod = """apiVersion: v1
kind: Pod
metadata: {name: web, namespace: records}
spec:
  hostNetwork: false
  containers:
  - name: web
    image: "<not known until deployment>"
    securityContext: {privileged: "%s"}
"""
    (tmp_path / "pod.yaml").write_text(pod % "<not known until deployment>")
    found = {each.rule: each for each in judge(manifests([str(tmp_path)]))}
    assert found["BL-K8S-001"].verdict is Verdict.UNKNOWN
    assert "placeholder" in found["BL-K8S-001"].message
    assert Verdict.PASS not in {found[rule].verdict for rule in ("BL-K8S-001", "BL-K8S-011", "BL-K8S-050")}


def test_a_template_with_masked_parameters_is_not_judged_by_the_mask(tmp_path: Path) -> None:
    one = {"name": "r", "properties": {"access": "Allow", "direction": "Inbound", "protocol": "Tcp",
           "sourceAddressPrefix": "[parameters('from')]", "destinationPortRange": "22"}}  # fmt: skip
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "parameters": {"from": {"type": "string"}},
        "resources": [{"type": "Microsoft.Network/networkSecurityGroups", "apiVersion": "2024-05-01", "name": "nsg",
                       "properties": {"securityRules": [one]}}],
    }  # fmt: skip
    (tmp_path / "site.json").write_text(json.dumps(template))
    (tmp_path / "site.parameters.json").write_text(json.dumps({"parameters": {"from": {"value": "[secret]"}}}))
    assert exactly(PORTS.judge(templates([str(tmp_path)]))).verdict is Verdict.UNKNOWN


# No decrypted value is shown, whatever message a rule builds.


def gossips() -> list[Rule]:
    """Rules whose messages contain everything that they read."""
    shared: dict[str, Any] = {
        "severity": Severity.HIGH,
        "controls": (),
        "at": "test:box:Box",
        "fix": "F",
        "example": "",
    }

    def text(value: Any) -> str:
        return value if isinstance(value, str) else json.dumps(value, default=str)

    @make_rule("G-1", "Fails", failure="It is wrong", **shared)
    def fails(place: Value) -> Any:
        """None."""
        output = text(place["key"].known)
        return Fail(place["key"], output, why=f"{output} {output.upper()} {output.lower()} {output!r}")

    @make_rule("G-2", "Raises", failure="It is wrong", **shared)
    def raises(place: Value) -> Any:
        """None."""
        raise KeyError(text(place["key"].known))

    @make_rule("G-3", "Declines", failure="It is wrong", **shared)
    def declines(place: Value) -> Any:
        """None."""
        return NotApplicable(text(place["key"].known))

    @make_rule("G-4", "Fails inside", failure="It is wrong", **shared)
    def inside(place: Value) -> Any:
        """None."""
        keys = place["key"].known
        return Fail(place["key"][next(iter(keys))], "x") if isinstance(keys, dict) and keys else None

    @make_rule("G-5", "Sees all", failure="It is wrong", estate=True, **shared)
    def sees_all(place: Value, estate: Any) -> Any:
        """None."""
        return Fail(place["other"], "x", why=text([one["key"].known for one in estate.of("test:box:Box")]))

    return [
        replace(rule, module="bluelamp.policies.test.gossip") for rule in (fails, raises, declines, inside, sees_all)
    ]


SHAPES: list[Callable[[str], Any]] = [
    lambda text: text,
    lambda text: f"{text}\n{text}",
    lambda text: {"password": text},
    lambda text: {text: "x"},
    lambda text: [text, {"deep": [text]}],
    lambda text: {"a": {"b": {text: [text]}}},
]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.sampled_from(SHAPES), st.text("ABCabc'\"\\/<&é0", min_size=0, max_size=8), st.booleans(), st.booleans())
def test_no_view_shows_a_secret(
    tmp_path_factory: pytest.TempPathFactory, shape: Callable[[str], Any], end: str, readable: bool, redact: bool
) -> None:
    canary = CANARY + end
    holder = state({"key": as_ciphertext(shape(canary), False), "other": 1}, "test:box:Box")
    resources = from_state(holder, DECRYPT if readable else None)
    resources.append(
        Resource("urn:pulumi:essex::b::test:box:Box::two", "test:box:Box", "two", {"key": "a", "other": 2})
    )
    folder = tmp_path_factory.mktemp("views")
    report = assess("essex", resources, Source.STATE, root=folder, rules=gossips())
    report = Anonymous()(report) if redact else report
    shown = [path.read_text(encoding="utf-8") for path in write([report], folder / "report")]
    console = Console(width=4000, record=True, file=(folder / "screen").open("w"))
    console.print(terminal.show(report), terminal.forces([report]), markup=False)
    for text in [*shown, console.export_text(), repr(report)]:
        assert CANARY.casefold() not in text.casefold()
        assert "v1:" not in text


@settings(max_examples=tries(300), deadline=None, derandomize=True)
@given(st.sampled_from(SHAPES), st.sampled_from([CANARY, "ab7", "22", "*"]))
def test_no_message_of_the_pack_shows_a_secret(shape: Callable[[str], Any], canary: str) -> None:
    struct = values.encode({})
    struct.update({"key": {KEY: SECRET, "value": shape(canary)}})
    judged = Baseline(gossips()).judge([described("urn:a::b::c::d", "test:box:Box", struct, protect=False, parent="")])
    for judgement in judged:
        text = f"{judgement.path} {judgement.observed} {judgement.expected} {judgement.message}".casefold()
        if canary == CANARY:
            assert CANARY.casefold() not in text
        elif judgement.verdict is Verdict.FAIL and shape is SHAPES[0]:
            assert f" {canary} " not in text


# The engine's own encryption.

EXPORTED = {
    "secrets_providers": {
        "type": "passphrase",
        "state": {"salt": "v1:MC+bFy+07HA=:v1:T/Xx448uhmJF3zie:4z+iVl3x27QNdXcB7tF6NDTI7wqqoQ=="},
    }
}
"""The state that Pulumi 3.259 wrote for a stack with the passphrase `pw`, and the text "*" as it encrypted it."""
ANY = "v1:BCJYcD2IiSZMXP5j:IIM5eA1oga/YpdpguNg1C2nYZw=="


def test_values_encrypted_by_the_engine_are_decrypted() -> None:
    decrypt = decrypter({"deployment": EXPORTED}, "pw")
    assert decrypt is not None
    assert decrypt(ANY) == '"*"'
    for wrong in (ANY[:-4], ANY[3:], "", "v1::", "v2" + ANY[2:], "v1:" + ANY, encrypted('"*"')):
        with pytest.raises(ValueError, match=r"this is not|another key|once") as refused:
            decrypt(wrong)
        assert "pw" not in str(refused.value)


@pytest.mark.parametrize(
    "deployment",
    [
        EXPORTED,
        {},
        {"secrets_providers": None},
        {"secrets_providers": {"type": "service", "state": {}}},
        {"secrets_providers": {"type": "passphrase", "state": {"salt": "v1:%%:v1:a:b"}}},
        {"secrets_providers": {"type": "passphrase", "state": {"salt": 7}}},
    ],
)
def test_a_state_that_the_passphrase_does_not_open_stays_closed(deployment: dict[str, Any]) -> None:
    assert decrypter({"deployment": deployment}, "another") is None


def deploy(project: Project, engine: Path, inputs: dict[str, Any], **passphrase: str) -> dict[str, str]:
    """A stack with one resource in a backend of the project's own, made by the real engine; its environment."""
    variables = {"PULUMI_BACKEND_URL": f"file://{project.root}/backend", "PULUMI_HOME": f"{project.root}/home",
            "PULUMI_SKIP_UPDATE_CHECK": "true"}  # fmt: skip
    (project.root / "backend").mkdir()

    def run(*words: str, given: str = "") -> str:
        command = [str(engine), *words, "--non-interactive", "--stack", "dyfed-powys"]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=project.root, input=given,
            env=environment(**variables, **passphrase),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("stack", "init")
    made = json.loads(run("stack", "export"))
    urn = URN.replace("essex", "dyfed-powys")
    made["deployment"]["resources"] = [
        {"urn": urn, "type": GROUP, "custom": True, "id": "/nsg", "inputs": inputs, "outputs": {}}
    ]
    run("stack", "import", given=json.dumps(made))
    return variables


def test_an_audit_of_a_real_stack_judges_its_secrets_and_shows_none(project: Project, engine: Path) -> None:
    inputs = group("*", "22", CANARY)
    one = inputs["securityRules"][0]
    one["sourceAddressPrefix"] = as_plaintext("*", False)
    one["description"] = as_plaintext({"key": [CANARY]}, False)
    one["name"] = as_plaintext(CANARY, False)
    variables = deploy(project, engine, inputs, PULUMI_CONFIG_PASSPHRASE="pw")
    words = ["audit", "--from", "state", "dyfed-powys", "--no-history", "--formats", "all", "--report"]
    judged = project.run(*words, "out", **variables, PULUMI_CONFIG_PASSPHRASE="pw")
    assert judged.returncode == 3, judged.stderr
    assert "BL-NET-001" in judged.stdout
    for closed, extra in (("none", {}), ("wrong", {"PULUMI_CONFIG_PASSPHRASE": "wrong"})):
        unknown = project.run(*words, closed, **variables, **extra)
        assert "PULUMI_CONFIG_PASSPHRASE" in unknown.stdout
        (finding,) = (
            each
            for each in json.loads((project.root / closed / "findings.json").read_text())["findings"]
            if each["rule"] == "BL-NET-001"
        )
        assert finding["verdict"] == "unknown"
    texts = [judged.stdout, judged.stderr]
    texts += [path.read_text() for name in ("out", "none", "wrong") for path in (project.root / name).iterdir()]
    assert not any(CANARY in text or '"*"' in text for text in texts)
