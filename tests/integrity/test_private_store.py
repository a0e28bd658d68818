"""A rehearsal's files are accessible to their owner only, and contain no secret in clear text."""

import base64
import contextlib
import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from bluelamp.core import private
from bluelamp.errors import BluelampError
from bluelamp.rehearsal.drift import _found, drift
from bluelamp.rehearsal.encryption import Encryptor, WrongKeyError
from bluelamp.rehearsal.kubernetes import KubernetesProvider
from bluelamp.rehearsal.packages import Packages
from bluelamp.rehearsal.placeholders import with_placeholders
from bluelamp.rehearsal.provider import Instance
from bluelamp.rehearsal.serialisation import Serialiser
from bluelamp.rehearsal.server import Server
from bluelamp.rehearsal.space import Space
from bluelamp.rehearsal.store import Record, Store, StoreError
from bluelamp.rehearsal.values import Blob, Secret, decode, encode, has_secret, hidden, marked, plain
from tests.conftest import Project, bluelamp
from tests.thorough import tries

CANARY = "canary-5up3r-s3cret-value"
FORMS = (CANARY, base64.b64encode(CANARY.encode()).decode().rstrip("="), CANARY.encode().hex())
SALT = b"0123456789abcdef"
ENCRYPTOR = Encryptor("rehearsal", SALT)
often = settings(derandomize=True, deadline=None, max_examples=tries(500), suppress_health_check=list(HealthCheck))
KEYS = st.sampled_from(["a", "b", "name", "$secret", "$sealed", "$blob", "$$secret", "$", "$plain", 'q"uote'])
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=5), st.just(CANARY))
PLAIN = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))
VALUES = st.recursive(
    LEAVES | PLAIN.map(Secret) | st.dictionaries(KEYS, PLAIN, max_size=2).map(Blob),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3) | inner.map(Secret),
    max_leaves=12,
)


def opened_up(value: Any) -> Iterator[Any]:
    """Every leaf outside a secret."""
    if isinstance(value, Secret):
        return
    if isinstance(value, dict):
        for item in value.values():
            yield from opened_up(item)
    elif isinstance(value, list):
        for item in value:
            yield from opened_up(item)
    else:
        yield value


def clear(folder: Path) -> list[str]:
    """The files at or below `folder` that contain the canary in any form."""
    files = [folder] if folder.is_file() else [path for path in folder.rglob("*") if path.is_file()]
    return [f"{form} in {path}" for path in files for form in FORMS if form.encode() in path.read_bytes()]


def loose(folder: Path) -> list[str]:
    """The paths at or below `folder` that the group or others can access."""
    found = [folder, *folder.rglob("*")]
    return [str(one) for one in found if not one.is_symlink() and stat.S_IMODE(one.stat().st_mode) & 0o077]


@often
@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_values_are_restored_and_secrets_are_not_in_the_text(values: dict[str, Any]) -> None:
    for texts in (Serialiser(ENCRYPTOR.encrypt, ENCRYPTOR.decrypt), Serialiser()):
        assert texts.read(texts.write(values)) == values
    text = Serialiser(ENCRYPTOR.encrypt, ENCRYPTOR.decrypt).write(values)
    assert has_secret(values) <= ('"$sealed"' in text)
    if CANARY not in str(list(opened_up(values))):
        assert CANARY not in text.replace(json.dumps(CANARY) + ":", "")


@often
@given(st.text(max_size=40), st.integers(0, 400), st.integers(1, 255))
def test_a_modified_sealed_text_is_refused(text: str, place: int, flip: int) -> None:
    sealed = bytearray(base64.b64decode(ENCRYPTOR.encrypt(text)))
    sealed[place % len(sealed)] ^= flip
    with pytest.raises(WrongKeyError):
        ENCRYPTOR.decrypt(base64.b64encode(bytes(sealed)).decode())


def test_only_the_passphrase_and_the_salt_open_it() -> None:
    sealed = ENCRYPTOR.encrypt(CANARY)
    assert ENCRYPTOR.decrypt(sealed) == CANARY
    assert sealed != ENCRYPTOR.encrypt(CANARY)
    for phrase, salt in (("Rehearsal", SALT), ("", SALT), ("rehearsal", SALT[::-1])):
        other = Encryptor(phrase, salt)
        assert not other.proves(ENCRYPTOR.proof())
        with pytest.raises(WrongKeyError):
            other.decrypt(sealed)
    for broken in ("", "AAAA", "not base64!", sealed[:-8], sealed[8:]):
        with pytest.raises(WrongKeyError):
            ENCRYPTOR.decrypt(broken)


@settings(often, max_examples=tries(300))
@given(st.dictionaries(KEYS, VALUES, max_size=3), st.dictionaries(KEYS, VALUES, max_size=3))
def test_a_store_returns_what_it_was_given(stored: Store, inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
    stored.put(Record("id", "p", "t", "urn", inputs, outputs))
    found = stored.get("id")
    assert found is not None
    assert (found.inputs, found.outputs) == (inputs, marked(outputs, inputs))


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store") / "cloud.db", "rehearsal")


def test_no_secret_is_in_any_file_of_a_store(tmp_path: Path) -> None:
    store = Store(tmp_path / "cloud.db")
    for number in range(300):
        secret = {"list": [Secret(CANARY), {"deep": Secret({"er": [CANARY, number]})}], "whole": Secret([CANARY])}
        store.add(Record(f"id{number}", "p", "t", f"urn{number}", secret, {"list": [CANARY], "out": Secret(CANARY)}))
        if number % 3:
            store.put(Record(f"id{number}", "p", "t", f"urn{number}", {"a": Secret(FORMS[1])}))
        if not number % 5:
            store.remove(f"id{number}")
        if not number % 50:
            assert clear(tmp_path) == []
    assert clear(tmp_path) == []
    assert loose(tmp_path) == ([str(tmp_path)] if stat.S_IMODE(tmp_path.stat().st_mode) & 0o77 else [])
    store.close()
    assert clear(tmp_path) == []


def test_another_passphrase_is_refused_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "cloud.db"
    first = Store(path, "one")
    first.add(Record("a", "p", "t", "u", {"x": Secret(CANARY)}))
    first.close()
    second = Store(path, "two")
    with pytest.raises(StoreError, match="PULUMI_CONFIG_PASSPHRASE"):
        second.unlock()
    with pytest.raises(StoreError, match="passphrase"):
        second.all()
    with pytest.raises(StoreError, match="passphrase"):
        second.add(Record("b", "p", "t", "u", {"x": Secret("y")}))
    second.add(Record("c", "p", "t", "u", {"x": "open"}))
    second.close()
    third = Store(path, "one")
    third.unlock()
    assert [(one.id, one.inputs) for one in third.all()] == [("a", {"x": Secret(CANARY)}), ("c", {"x": "open"})]


def old_store(path: Path) -> None:
    """A store as version 1 wrote it: secrets in clear text, in existing and in deleted rows."""
    made = sqlite3.connect(path)
    made.executescript(
        """pragma journal_mode=wal;
        create table resource (id text primary key collate nocase, package text not null, type text not null,
            urn text not null, inputs text not null, outputs text not null,
            parent text not null default '' collate nocase, unique_name text collate nocase unique) without rowid;
        create index resource_type on resource (package, type);
        create index resource_parent on resource (parent);
        create table fault (number integer primary key, type text not null, operation text not null,
            code text not null, message text not null, remaining integer not null);
        pragma user_version=1;"""
    )
    text = json.dumps({"a": {"$secret": CANARY}, "b": {"$blob": {"path": "x"}}, "c": [{"$secret": {"d": CANARY}}]})
    rows = [(f"id{number}", "p", "t", "u", text, text, "", None) for number in range(200)]
    made.executemany("insert into resource values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    made.execute("delete from resource where id > 'id5'")
    made.commit()
    made.close()


def test_an_old_store_is_encrypted_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "cloud.db"
    old_store(path)
    path.chmod(0o666)
    assert clear(tmp_path)
    store = Store(path)
    assert store.count() == len([number for number in range(200) if f"id{number}" <= "id5"])
    first = store.get("id0")
    assert first is not None
    assert first.inputs == {"a": Secret(CANARY), "b": Blob({"path": "x"}), "c": [Secret({"d": CANARY})]}
    assert clear(tmp_path) == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    store.close()
    assert Store(path).get("id0") == first


def test_a_store_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    Store(tmp_path / "cloud.db").close()
    with sqlite3.connect(tmp_path / "cloud.db") as made:
        made.execute("pragma user_version=99")
    with pytest.raises(StoreError, match="version 99"):
        Store(tmp_path / "cloud.db")


STEPS = st.lists(st.sampled_from(["a", "b", "name", 0, 1]), min_size=1, max_size=3)


@often
@given(st.dictionaries(st.sampled_from(["a", "b", "name"]), VALUES, max_size=3), STEPS, PLAIN)
def test_drift_never_reveals_a_secret(values: dict[str, Any], steps: list[str | int], new: Any) -> None:
    store = Store(":memory:")
    store.add(Record("id", "p", "t", "u", values, values))
    was_secret = has_secret(_found(values, steps))
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
    try:
        before, now = drift(store, "id", path, new)
    except BluelampError:
        return
    record = store.get("id")
    assert record is not None
    assert plain(_found(record.inputs, steps)) == plain(_found(record.outputs, steps)) == new
    if was_secret:
        assert isinstance(now, Secret)
        assert new is None or has_secret(_found(record.outputs, steps))
        assert CANARY not in json.dumps(hidden([now]))
        assert CANARY not in json.dumps(hidden([before])) or CANARY in str(list(opened_up(before)))


@often
@given(VALUES, VALUES)
def test_outputs_are_as_secret_as_the_inputs_they_show(outputs: Any, inputs: Any) -> None:
    found = marked(outputs, inputs)
    assert plain(found) == plain(outputs)
    assert marked(found, inputs) == found
    if isinstance(inputs, Secret) and plain(inputs) is not None:
        assert isinstance(marked(plain(inputs), inputs), Secret)


NAMES = ["clientSecret", "clientCertificatePassword", "oidcToken", "kubeconfig", "dbPassword", "api_key", "storageKey"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("package", ["azure-native:", "kubernetes:", "other:", ""])
@pytest.mark.parametrize("value", [CANARY, {"secure": CANARY}, [CANARY], {"a": {"b": CANARY}}], ids=str)
def test_a_copy_of_settings_has_no_secret(name: str, package: str, value: Any) -> None:
    assert CANARY not in json.dumps(with_placeholders(package + name, value))
    assert CANARY not in json.dumps(with_placeholders(f"{package}settings", {"inner": [{name: value}]}))


@pytest.mark.parametrize("key", ["bluelamp:keyVault", "azure-native:location", "kubernetes:context", "app:tokens"])
def test_other_settings_are_copied(key: str) -> None:
    value = {"name": "kv", "zones": [1, 2], "on": True}
    assert (with_placeholders(key, value) == value) != (key == "app:tokens")


MODES = st.sampled_from([0o777, 0o755, 0o700, 0o750, 0o705, 0o711])


@settings(often, max_examples=tries(150))
@given(
    st.lists(st.tuples(MODES, st.sampled_from([0o666, 0o644, 0o600, 0o640, 0o755, 0o604])), max_size=4),
    st.integers(0, 0o777),
)
def test_files_open_to_others_are_closed(
    tmp_path_factory: pytest.TempPathFactory, tree: list[tuple[int, int]], umask: int
) -> None:
    root = tmp_path_factory.mktemp("tree") / ".bluelamp"
    before = os.umask(0)
    try:
        folder = root
        for number, (folder_mode, file_mode) in enumerate(tree):
            folder /= f"d{number}"
            folder.mkdir(parents=True)
            (folder / "file").write_text("x")
            (folder / "file").chmod(file_mode)
            (folder / "link").symlink_to("/")
            folder.chmod(folder_mode)
        if root.exists():
            root.chmod(0o777)
        # The owner must be able to enter, whatever the umask.
        os.umask(umask & 0o077)
        private.tighten(root)
        assert loose(root) == []
        assert all(one.is_dir() or one.stat().st_mode & 0o600 == 0o600 for one in root.rglob("*"))
        assert stat.S_IMODE(Path("/").stat().st_mode) & 0o055 == 0o055
    finally:
        os.umask(before)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_store_is_private_whatever_the_umask_and_its_permissions_before(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        for _ in range(3):
            with contextlib.closing(Space(tmp_path).open_store()) as store:
                store.put(Record("id", "p", "t", "u", {"a": Secret("b")}))
                assert loose(tmp_path / ".bluelamp") == []
            assert loose(tmp_path / ".bluelamp") == []
            for one in [tmp_path / ".bluelamp", *(tmp_path / ".bluelamp").rglob("*")]:
                one.chmod(0o777)
    finally:
        os.umask(before)


PROGRAM = f"""
import pulumi
import pulumi_azure_native as azure
import pulumi_kubernetes as k8s
import pulumi_random as random

config = pulumi.Config()
secret = config.require_secret("canary")
group = azure.resources.ResourceGroup("group", tags={{"owner": secret}})
account = azure.storage.StorageAccount(
    "account", resource_group_name=group.name, kind="StorageV2", sku={{"name": "Standard_ZRS"}},
    tags=pulumi.Output.secret({{"a": "{CANARY}"}}),
)
vault = azure.keyvault.Vault(
    "vault", resource_group_name=group.name,
    properties={{"tenantId": "00000000-0000-0000-0000-000000000001", "sku": {{"family": "A", "name": "standard"}}, "accessPolicies": []}},
)
azure.keyvault.Secret("login", resource_group_name=group.name, vault_name=vault.name, properties={{"value": secret}})
k8s.core.v1.Secret("data", string_data={{"password": secret}}, metadata={{"annotations": {{"note": secret}}}})
k8s.core.v1.ConfigMap("map", data={{"file": pulumi.Output.format("password={{0}}", secret), "open": "yes"}})
password = random.RandomPassword("password", length=24)
random.RandomPet("pet", keepers={{"seed": secret}})
keys = azure.storage.list_storage_account_keys_output(resource_group_name=group.name, account_name=account.name)
pulumi.export("key", keys.apply(lambda one: one.keys[0].value))
pulumi.export("password", password.result)
pulumi.export("canary", secret)
pulumi.export("tags", group.tags)
"""


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths to everything in `value`."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from leaves(item, (*path, place))


def sealed_at(value: Any, path: tuple[str | int, ...]) -> Any:
    """`value` with a secret at `path`, and the canary somewhere in every text in it."""
    if not path:
        return Secret(value)
    if isinstance(value, dict):
        return {key: sealed_at(item, path[1:]) if key == path[0] else item for key, item in value.items()}
    return [sealed_at(item, path[1:]) if place == path[0] else item for place, item in enumerate(value)]


def texts_in(value: Any) -> set[str]:
    """The texts in `value`."""
    if isinstance(value, dict):
        return set().union(*map(texts_in, value.values()))
    if isinstance(value, list):
        return set().union(*map(texts_in, value))
    return {value} if isinstance(value, str) else set()


META = {"name": "x", "annotations": {"note": "secret-note"}, "labels": {"label": "secret-label"}}
OBJECTS: dict[str, dict[str, Any]] = {
    "kubernetes:core/v1:ConfigMap": {"metadata": META, "data": {"a": "secret-a", "b": "secret-b"}},
    "kubernetes:core/v1:Secret": {"metadata": META, "data": {"a": "c2VjcmV0LWE="}, "type": "Opaque"},
    "kubernetes:core/v1:Namespace": {"metadata": META},
    "kubernetes:core/v1:Service": {"metadata": META, "spec": {"ports": [{"port": 80}], "selector": {"a": "secret-a"}}},
    "kubernetes:apps/v1:Deployment": {
        "metadata": META,
        "spec": {
            "selector": {"matchLabels": {"app": "secret-app"}},
            "template": {
                "metadata": {"labels": {"app": "secret-app"}, "annotations": {"note": "secret-inner"}},
                "spec": {
                    "containers": [
                        {
                            "name": "main",
                            "image": "secret-image:1",
                            "args": ["secret-arg", "secret-other"],
                            "env": [{"name": "PASSWORD", "value": "secret-password"}],
                        }
                    ]
                },
            },
        },
    },
    "azure-native:resources:ResourceGroup": {
        "resourceGroupName": "rg", "location": "uksouth", "tags": {"a": "secret-a", "b": "secret-b"},
    },
    "azure-native:network:NetworkSecurityGroup": {
        "resourceGroupName": "base",
        "networkSecurityGroupName": "nsg",
        "location": "uksouth",
        "tags": {"a": "secret-tag"},
        "securityRules": [
            {
                "name": "one", "access": "Allow", "direction": "Inbound", "priority": 100, "protocol": "Tcp",
                "sourceAddressPrefixes": ["10.1.2.3/32"], "sourcePortRange": "*",
                "destinationAddressPrefix": "10.4.5.6/32", "destinationPortRanges": ["61234"],
                "description": "secret-description",
            }
        ],
    },
    "random:index/randomPet:RandomPet": {"keepers": {"a": "secret-a", "b": "secret-b"}, "prefix": "secret-prefix"},
    "random:index/randomPassword:RandomPassword": {"length": 20, "keepers": {"a": "secret-a"}, "overrideSpecial": "!#-"},
    "tls:index/privateKey:PrivateKey": {"algorithm": "ED25519"},
}  # fmt: skip
CASES = [(token, path) for token, inputs in OBJECTS.items() for path in leaves(inputs)]
IDENTITY = ("name", "resourceGroupName", "networkSecurityGroupName", "prefix", "location")


@pytest.mark.parametrize("wrapped", ["once", "within"])
@pytest.mark.parametrize(("token", "path"), CASES, ids=lambda one: str(one).replace(" ", ""))
def test_a_secret_stays_secret_through_create_read_update_and_drift(
    token: str, path: tuple[str | int, ...], wrapped: str, providers: "Calls"
) -> None:
    inputs = OBJECTS[token]
    if path[-1] in IDENTITY:
        return  # the name of a resource is in its id, visible to all
    if wrapped == "within":
        deeper = [one for one in leaves(inputs) if one[: len(path)] == path and len(one) > len(path)]
        given = sealed_at(inputs, deeper[-1]) if deeper else inputs
        given = sealed_at(given, path)
    else:
        given = sealed_at(inputs, path)
    secret = {text for text in texts_in(_found(plain(inputs), path)) if text not in texts_in(hidden(given))}
    names = {str(value) for key, value in META.items() if key == "name"} | {"main", "one"}
    secret = {text for text in secret if len(text) > 4 and text not in names}
    seen = providers.lives(token, given)
    assert not [text for text in secret if text in seen], (secret, seen)


class Calls:
    """The engine's calls to the rehearsal's own servers, over gRPC."""

    def __init__(self, server: Server, store: Store) -> None:
        self._store = store
        self._stubs = {
            package: provider_pb2_grpc.ResourceProviderStub(grpc.insecure_channel(f"127.0.0.1:{port}"))
            for package, port in server.ports.items()
        }

    def lives(self, token: str, given: dict[str, Any]) -> str:
        """Everything visible in a provider's answers through the life of a resource, and in the store."""
        stub, urn = self._stubs[token.partition(":")[0]], f"urn:pulumi:s::p::{token}::it"
        checked = stub.Check(provider_pb2.CheckRequest(urn=urn, news=encode(given)))
        assert not checked.failures, checked.failures
        seen = [decode(checked.inputs)]
        preview = stub.Create(provider_pb2.CreateRequest(urn=urn, properties=checked.inputs, preview=True))
        made = stub.Create(provider_pb2.CreateRequest(urn=urn, properties=checked.inputs))
        seen += [decode(preview.properties), decode(made.properties)]
        known = {"id": made.id, "urn": urn}
        read = stub.Read(provider_pb2.ReadRequest(properties=made.properties, inputs=checked.inputs, **known))
        imported = stub.Read(provider_pb2.ReadRequest(**known))
        assert read.id == made.id
        seen += [decode(one) for one in (read.properties, read.inputs, imported.properties, imported.inputs)]
        again = stub.Update(
            provider_pb2.UpdateRequest(olds=made.properties, news=checked.inputs, old_inputs=checked.inputs, **known)
        )
        seen.append(decode(again.properties))
        texts = [
            text for record in self._store.resources_of_stack("p", "s") for text in (record.inputs, record.outputs)
        ]
        stub.Delete(provider_pb2.DeleteRequest(properties=made.properties, **known))
        return json.dumps(hidden([*seen, *texts]))


@pytest.fixture(scope="module")
def providers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calls]:
    store = Store(tmp_path_factory.mktemp("calls") / "cloud.db")
    packages = Packages(store)
    group = {"resourceGroupName": "base", "location": "uksouth"}
    packages.provider("azure-native").create(
        Instance("s", "p"), "urn:pulumi:s::p::azure-native:resources:ResourceGroup::base", group, preview=False
    )
    with Server([packages.provider(one) for one in ("azure-native", "kubernetes", "random", "tls")]) as server:
        yield Calls(server, store)


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_a_secret_is_nowhere_in_clear_text_through_up_drift_and_refresh(tmp_path: Path) -> None:
    root = tmp_path / "program"
    root.mkdir()
    (root / "Pulumi.yaml").write_text("name: sealed\nruntime: python\n")
    (root / "__main__.py").write_text(PROGRAM)
    (root / "Pulumi.dev.yaml").write_text("config:\n  azure-native:location: uksouth\n")
    output = ""

    def run(*words: str, status: int = 0, **environment: str) -> str:
        nonlocal output
        done = bluelamp(words, root, PYTHONDONTWRITEBYTECODE="1", **environment)
        assert done.returncode == status, done.stdout + done.stderr
        output += done.stdout + done.stderr
        return done.stdout + done.stderr

    pulumi = ("rehearse", "--", "pulumi")
    before = os.umask(0)
    try:
        run(*pulumi, "config", "set", "--secret", "canary", CANARY)
        settings_file = (root / "Pulumi.dev.yaml").read_bytes()
        assert CANARY.encode() not in settings_file
        run(*pulumi, "up", "--skip-preview")
        shown = run("cloud", "show", "group")
        assert '"owner": "[secret]"' in shown
        assert "[secret]" in run("cloud", "drift", "group", "tags.owner", f"x{CANARY}x")
        run("cloud", "drift", "map", "data.file", CANARY + "2")
        run("cloud", "drift", "account", "tags", json.dumps({"a": CANARY + "3"}))
        run(*pulumi, "preview", "--refresh", "--diff")
        run(*pulumi, "refresh", "--diff")
        run("cloud", "ls")
        assert '"owner": "[secret]"' in run("cloud", "show", "group")
        run(*pulumi, "stack", "output")
        run(*pulumi, "stack", "export")
        run(*pulumi, "up", "--skip-preview", "--diff")
        made = json.loads(bluelamp((*pulumi, "stack", "output", "--json", "--show-secrets"), root).stdout)
    finally:
        os.umask(before)
    assert made["canary"] == CANARY
    assert made["tags"] == {"owner": CANARY}
    assert len(made["key"]) > 80
    kept = root / ".bluelamp"
    assert clear(kept) == []
    assert loose(kept) == []
    for secret in (CANARY, made["key"], made["password"]):
        assert not [path for path in kept.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
        assert secret not in output
    wrong = run(*pulumi, "up", "--skip-preview", status=1, PULUMI_CONFIG_PASSPHRASE="another")
    assert "wrong passphrase" in wrong
    assert "next:" in wrong
    assert "Traceback" not in wrong
    assert "unchanged" in run(*pulumi, "up", "--skip-preview")


def test_a_report_and_a_history_are_private(project: Project) -> None:
    before = os.umask(0)
    try:
        for options in (("--no-history",), ()):
            output = project.run(
                "audit", "dyfed-powys", "--report", ".bluelamp/mine/june", "--formats", "json", *options
            )
            assert output.returncode in (0, 3)
            assert (project.root / ".bluelamp" / "mine" / "june" / "findings.json").is_file()
            assert loose(project.root / ".bluelamp") == []
    finally:
        os.umask(before)


def test_values_derived_from_a_kubernetes_secret_stay_secret() -> None:
    provider = KubernetesProvider(Store(":memory:"), patience=0.0)
    instance = Instance("s", "p")
    urn = "urn:pulumi:s::p::kubernetes:core/v1:Secret::x"
    for inputs in (
        {"stringData": {"a": CANARY}},
        {"stringData": Secret({"a": CANARY})},
        {"data": {"a": FORMS[1]}},
        {"stringData": {"a": Secret(CANARY)}},
    ):
        checked = provider.check(instance, urn, {}, {"metadata": {"name": "x"}, **inputs})
        resource_id, outputs = provider.create(instance, urn, checked.inputs, preview=False)
        live = provider.read(instance, urn, resource_id, {})
        assert live is not None
        for value in (checked.inputs, outputs, live.inputs, live.outputs):
            assert not [form for form in FORMS if form in json.dumps(hidden(value))], inputs
        provider.delete(instance, urn, resource_id, outputs)


def test_git_ignores_all_rehearsal_files(tmp_path: Path) -> None:
    from subprocess import run

    run(["git", "init", "-q", str(tmp_path)], check=True)
    Space(tmp_path).prepare()
    Space(tmp_path).prepare()
    (tmp_path / ".bluelamp" / "x").write_text("x")
    output = run(
        ["git", "status", "--porcelain", "--untracked-files=all"], cwd=tmp_path, check=True, capture_output=True
    )
    assert output.stdout == b""
    assert (tmp_path / ".bluelamp" / ".gitignore").read_text().splitlines()[-1] == "*"
