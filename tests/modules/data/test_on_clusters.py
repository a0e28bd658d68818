"""Jobs and DataHub on a cluster: accepted by the Pod Security Standard `restricted` and by every rule."""

import re
import runpy
from pathlib import Path

import pytest
from planned import plan
from rehearsed import rehearse

from bluelamp.modules.data.datahub import DataHub
from bluelamp.modules.data.job import ScheduledJob

MODULES = Path(__file__).resolve().parents[3] / "modules/data"
IMAGE = "registry.example.org/forecast@sha256:" + "ab" * 32
JOB = {"namespace": "analysis", "job": "forecast", "image": IMAGE, "schedule": "30 4 * * *"}
STORE = {"host": "db.example.org", "port": 5432, "cidr": "10.158.8.0/28"}
DATAHUB = {
    "host": "catalogue.live.example.org",
    "images": {"gms": IMAGE, "frontend": IMAGE, "upgrade": IMAGE},
    "database": STORE,
    "search": STORE,
    "kafka": STORE,
}


@pytest.mark.parametrize("module", ["job", "datahub"])
def test_each_example_is_accepted_and_within_the_baseline(module):
    for example in sorted((MODULES / module / "examples").iterdir()):
        if example.suffix == ".py":
            rehearse(lambda example=example: runpy.run_path(str(example)))


def test_one_run_at_a_time_with_a_deadline_and_only_tmp_writable(label):
    spec = plan(lambda: ScheduledJob("job", {"label": label, **JOB, "deadline_minutes": 20})).one("CronJob")["spec"]
    assert (spec["concurrencyPolicy"], spec["timeZone"]) == ("Forbid", "Europe/London")
    run = spec["jobTemplate"]["spec"]
    assert run["activeDeadlineSeconds"] == 1200
    pod = run["template"]["spec"]
    (runs,) = pod["containers"]
    assert runs["securityContext"]["readOnlyRootFilesystem"] is True
    assert [each["mountPath"] for each in runs["volumeMounts"]] == ["/tmp"]
    assert pod["automountServiceAccountToken"] is False


def test_a_job_with_an_identity_has_its_token_as_a_file_and_needs_no_webhook(label):
    identity = {"client_id": "client", "tenant_id": "tenant"}
    made = plan(lambda: ScheduledJob("job", {"label": label, **JOB, "identity": identity}))
    template = made.one("CronJob")["spec"]["jobTemplate"]["spec"]["template"]
    assert template["metadata"]["labels"] == {"app.kubernetes.io/name": "forecast"}
    (runs,) = template["spec"]["containers"]
    named = {
        each["name"]: template["metadata"]["annotations"][each["valueFrom"]["fieldRef"]["fieldPath"].split("'")[1]]
        for each in runs["env"]
        if "valueFrom" in each
    }
    assert named == {"AZURE_CLIENT_ID": "client", "AZURE_TENANT_ID": "tenant"}
    assert {each["name"]: each["value"] for each in runs["env"] if "value" in each} == {
        "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com/",
        "AZURE_FEDERATED_TOKEN_FILE": "/var/run/secrets/azure/tokens/azure-identity-token",
    }
    (mount,) = [each for each in runs["volumeMounts"] if each["mountPath"] == "/var/run/secrets/azure/tokens"]
    assert mount["readOnly"] is True
    (volume,) = [each for each in template["spec"]["volumes"] if each["name"] == mount["name"]]
    (source,) = volume["projected"]["sources"]
    assert source["serviceAccountToken"] == {
        "audience": "api://AzureADTokenExchange",
        "expirationSeconds": 3600,
        "path": "azure-identity-token",
    }
    assert template["spec"]["automountServiceAccountToken"] is False


def test_a_job_reads_its_files_and_cannot_change_them(label):
    made = plan(lambda: ScheduledJob("job", {"label": label, **JOB, "files": {"views.json": "{}"}}))
    kept = made.one("ConfigMap")
    assert kept["data"] == {"views.json": "{}"}
    pod = made.one("CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (mount,) = [each for each in pod["containers"][0]["volumeMounts"] if each["mountPath"] == "/etc/bluelamp"]
    assert mount["readOnly"] is True
    (volume,) = [each for each in pod["volumes"] if each["name"] == mount["name"]]
    assert volume["configMap"]["name"] == kept["metadata"]["name"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"image": "registry.example.org/forecast:latest"}, "name it by digest"),
        ({"job": "Forecast"}, "job is 'Forecast'; use at most 52 lower-case letters"),
        ({"schedule": "4 o'clock"}, "cron has five fields"),
        ({"deadline_minutes": 0}, "deadline_minutes is 0; allowed are 1 to 1440"),
        ({"retries": 11}, "retries is 11; allowed are 0 to 10"),
        ({"files": {"../views.json": "{}"}}, "files.../views.json is not a file name"),
        ({"shedule": "x"}, "shedule is not an argument; did you mean schedule?"),
    ],
)
def test_a_wrong_job_is_refused(label, more, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        plan(lambda: ScheduledJob("job", {"label": label, **JOB, **more}))


def test_datahub_reaches_its_stores_only_and_has_no_secret(label):
    made = plan(lambda: DataHub("datahub", {"label": label, **DATAHUB}))
    ways = {
        rule["to"][0]["ipBlock"]["cidr"]
        for policy in made.of("NetworkPolicy")
        for rule in policy["spec"].get("egress", [])
        if "ipBlock" in rule.get("to", [{}])[0]
    }
    assert ways == {"10.158.8.0/28"}
    secret = ("PASSWORD", "SECRET", "SALT", "JAAS_CONFIG", "KEY")
    for deployment in made.of("Deployment"):
        assert deployment["spec"]["replicas"] == 2
        (runs,) = deployment["spec"]["template"]["spec"]["containers"]
        assert {each["name"] for each in runs["env"] if each["name"].endswith(secret) and "value" in each} == set()
    assert made.of("Secret") == []
    assert made.of("PersistentVolumeClaim") == []


def test_another_release_has_another_upgrade_job(label):
    other = {**DATAHUB["images"], "upgrade": "registry.example.org/up@sha256:" + "cd" * 32}
    names = [
        plan(lambda images=images: DataHub("d", {"label": label, **DATAHUB, "images": images})).one("Job")["metadata"]
        for images in (DATAHUB["images"], other)
    ]
    assert names[0]["name"] != names[1]["name"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"images": {**DATAHUB["images"], "gms": "gms:1"}}, "images.gms is 'gms:1'; name it by digest"),
        ({"host": "https://catalogue"}, "host is 'https://catalogue'; use a host name"),
        ({"kafka": {**STORE, "port": 0}}, "kafka.port is 0; allowed are 1 to 65535"),
        ({"database": {"host": "x", "port": 1}}, "database.cidr is required"),
    ],
)
def test_wrong_datahub_is_refused(label, more, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        plan(lambda: DataHub("datahub", {"label": label, **DATAHUB, **more}))
