"""A rehearsal reaches nothing real: no vault, no backend, no provider of the user's, and no credentials."""

import json
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bluelamp.errors import UsageError
from bluelamp.rehearsal import isolation
from bluelamp.rehearsal.project import Project
from bluelamp.rehearsal.settings import copy_settings
from tests.conftest import bluelamp

PROGRAM = """
import json, os
import pulumi
import pulumi_random as random

with open(os.environ["SEEN"], "w") as file:
    json.dump(dict(os.environ), file)
config = pulumi.Config()
pulumi.export("password", config.require_secret("password"))
pulumi.export("plain", config.require("plain"))
random.RandomPet("pet")
if config.get_bool("stranger"):
    pulumi.CustomResource("police:index:Box", "box", {})
"""
SCRIPT = """
pulumi login azblob://police
pulumi up --skip-preview --stack acme/real/dev
pulumi stack select dev
pulumi stack output --show-secrets --json > "$OUTPUTS"
pulumi stack export --show-secrets --file "$OUTPUTS.state"
pulumi stack import --file "$OUTPUTS.state"
pulumi config
pulumi config set --secret other hidden
pulumi config get other
pulumi stack change-secrets-provider "azurekeyvault://police.vault.azure.net/keys/state"
pulumi stack init second --copy-config-from dev --secrets-provider "awskms://alias/police?region=eu-west-2"
pulumi config set stranger true --stack second
pulumi up --skip-preview --stack second && exit 9
pulumi stack rm --stack second --yes --force
pulumi destroy --skip-preview --stack dev --remove
"""
CREDENTIALS = {
    "ARM_CLIENT_SECRET": "s3cret",
    "AZURE_CLIENT_SECRET": "s3cret",
    "AWS_SECRET_ACCESS_KEY": "s3cret",
    "GOOGLE_CREDENTIALS": "s3cret",
    "VAULT_TOKEN": "s3cret",
    "PULUMI_ACCESS_TOKEN": "s3cret",
    "KUBERNETES_SERVICE_HOST": "s3cret",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "s3cret",
    "PULUMI_BACKEND_URL": "azblob://s3cret",
    "KUBECONFIG": "/s3cret",
}
SETTINGS = {
    "secretsprovider": "azurekeyvault://police.vault.azure.net/keys/state",
    "encryptedkey": "bm90IGEga2V5",
    "config": {"real:password": {"secure": "djE6bm90IGEgc2VjcmV0"}, "real:plain": "open"},
}


@pytest.fixture
def network() -> Iterator[tuple[str, list[bytes]]]:
    """A proxy that records requests and refuses them."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                with line:
                    asked.append(line.recv(1000).partition(b"\r\n")[0])

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_a_project_full_of_real_services_reaches_none(tmp_path: Path, network: tuple[str, list[bytes]]) -> None:
    proxy, asked = network
    root, programs, started = tmp_path / "real", tmp_path / "bin", tmp_path / "started"
    root.mkdir()
    programs.mkdir()
    project = {"name": "real", "runtime": "python", "backend": {"url": "azblob://police?storage_account=police"}}
    (root / "Pulumi.yaml").write_text(yaml.safe_dump(project))
    (root / "Pulumi.dev.yaml").write_text(yaml.safe_dump(SETTINGS))
    (root / "__main__.py").write_text(PROGRAM)
    for name in ("pulumi-resource-police", "pulumi-resource-random", "pulumi-analyzer-policy-python"):
        (programs / name).write_text(f"#!/bin/sh\necho {name} >> {started}\nexit 1\n")
        (programs / name).chmod(0o755)
    before = {path.name: path.read_bytes() for path in root.iterdir()}
    run = bluelamp(
        ["rehearse", "--", "sh", "-ec", SCRIPT],
        root,
        **CREDENTIALS,
        HTTPS_PROXY=proxy,
        HTTP_PROXY=proxy,
        PATH=f"{programs}:{os.environ['PATH']}",
        SEEN=str(tmp_path / "seen"),
        OUTPUTS=str(tmp_path / "outputs"),
    )
    output = run.stdout + run.stderr
    assert run.returncode == 0, output
    assert not asked
    assert not started.exists()
    assert {path.name: path.read_bytes() for path in root.iterdir() if path.name != ".bluelamp"} == before
    assert "s3cret" not in (tmp_path / "seen").read_text()
    outputs = json.loads((tmp_path / "outputs").read_text())
    assert outputs["plain"] == "open"
    assert outputs["password"].startswith("rehearsed-")
    assert "password" in output
    assert "a rehearsal does not use" in output
    assert "resource plugin 'pulumi-resource-police'" in output or "no resource plugin" in output, output


@pytest.mark.parametrize(
    "head",
    [
        {"secretsprovider": "azurekeyvault://police.vault.azure.net/keys/state", "encryptedkey": "a2V5"},
        {"secretsprovider": "awskms://alias/police?region=eu-west-2", "encryptedkey": "a2V5"},
        {"secretsprovider": "gcpkms://projects/police/locations/uk/keyRings/a/cryptoKeys/b", "encryptedkey": "a2V5"},
        {"secretsprovider": "hashivault://police", "encryptedkey": "a2V5"},
        {"secretsprovider": "default"},
        {"secretsprovider": "passphrase", "encryptionsalt": "v1:AAAAAAAAAAA=:v1:AAAA:AAAA"},
        {"encryptionsalt": "v1:AAAAAAAAAAA=:v1:AAAA:AAAA"},
        {"encryptionsalt": ["not", "a", "salt"]},
        {"environment": ["police/prod"]},
        {},
    ],
    ids=str,
)
def test_a_value_that_cannot_be_decrypted_is_a_placeholder(head: Mapping[str, Any], tmp_path: Path) -> None:
    config = {
        "p:a": {"secure": "Y2lwaGVy"},
        "p:list": [{"secure": "b25l"}, "open"],
        "p:nested": {"b": {"secure": "dHdv"}, "c": 1},
        "p:plain": "open",
    }
    file, copy = tmp_path / "Pulumi.dev.yaml", tmp_path / "copies" / "Pulumi.dev.yaml"
    file.write_text(yaml.safe_dump({**head, "config": config}))
    notes = copy_settings(file, copy, "p", "rehearsal")
    found = yaml.safe_load(copy.read_text())
    assert set(found) == {"config"}
    assert found["config"]["p:plain"] == "open"
    assert found["config"]["p:nested"]["c"] == 1
    hidden = [found["config"]["p:a"], found["config"]["p:list"][0], found["config"]["p:nested"]["b"]]
    assert all(str(one).startswith("rehearsed-") for one in hidden)
    assert len(set(hidden)) == 3
    assert "3 encrypted settings are placeholders" in notes[0]
    assert "p:list[0]" in notes[0]


def test_configuration_set_in_a_rehearsal_stays_until_the_project_sets_it(tmp_path: Path) -> None:
    file, copy = tmp_path / "Pulumi.dev.yaml", tmp_path / "copies" / "Pulumi.dev.yaml"

    def config(**own: str) -> dict[str, str]:
        file.write_text(yaml.safe_dump({"config": own}))
        copy_settings(file, copy, "p", "rehearsal")
        found: dict[str, str] = yaml.safe_load(copy.read_text())["config"]
        return found

    assert config(a="1", b="1", c="1") == {"a": "1", "b": "1", "c": "1"}
    copy.write_text(yaml.safe_dump({"config": {"a": "2", "c": "1", "d": "1"}}))
    assert config(a="1", b="1", c="1") == {"a": "2", "c": "1", "d": "1"}
    assert config(a="3", b="3", c="3") == {"a": "3", "b": "3", "c": "3", "d": "1"}


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"plugins": {"providers": [{"name": "police", "path": "bin"}]}}, "plugins.providers names 'bin' as police"),
        ({"plugins": {"analyzers": [{"name": "strict", "path": "bin"}]}}, "plugins.analyzers names 'bin' as strict"),
        ({"packages": {"police": "./bin"}}, "packages.police is the program ./bin"),
        ({"packages": {"police": {"source": "./bin"}}}, "packages.police is the program ./bin"),
    ],
)
def test_a_projects_own_provider_binaries_are_refused(content: Mapping[str, Any], named: str, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "p", "runtime": "python", **content}))
    project = Project.at(tmp_path)
    assert project is not None
    with pytest.raises(UsageError) as refused:
        project.check_plugins(["random"])
    assert named in refused.value.message


def test_source_components_and_served_packages_are_no_binaries(tmp_path: Path) -> None:
    (tmp_path / "components").mkdir()
    (tmp_path / "components" / "PulumiPlugin.yaml").write_text("runtime: python\n")
    content = {
        "packages": {"own": "./components"},
        "plugins": {
            "providers": [{"name": "random", "path": "bin"}, {"name": "own", "path": "components"}],
            "languages": [{"name": "police", "path": "x"}],
        },
    }
    (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "p", "runtime": "python", **content}))
    project = Project.at(tmp_path)
    assert project is not None
    project.check_plugins(["random"])


def test_variables_that_a_program_needs_stay() -> None:
    kept = {"PATH": "/bin", "HOME": "/root", "LANG": "en_GB", "PULUMI_STACK": "dev", "DB_PASSWORD": "x", "OSTYPE": "l"}
    assert isolation.without_access(kept | CREDENTIALS) == kept
