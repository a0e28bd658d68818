"""A scheduled workload in a tenant's namespace."""

import re
from collections.abc import Iterator
from typing import Final, NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from bluelamp.modules.component import Component
from bluelamp.modules.kubernetes import restricted
from bluelamp.modules.kubernetes.owned import identified_account, metadata, named
from bluelamp.modules.shared_arguments import LabelledArgs

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?")
_FIELD = re.compile(r"[0-9*,/?LW#A-Za-z-]+")
_FILE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")

FILES: Final = "/etc/bluelamp"
"""The folder of a job's files."""
_TOKENS: Final = "/var/run/secrets/azure/tokens"
_TOKEN: Final = "azure-identity-token"  # noqa: S105 - a file name
_AUDIENCE: Final = "api://AzureADTokenExchange"
_CLIENT: Final = "azure.workload.identity/client-id"
_TENANT: Final = "azure.workload.identity/tenant-id"
_VARIABLES: Final = {_CLIENT: "AZURE_CLIENT_ID", _TENANT: "AZURE_TENANT_ID"}
_TOKEN_SECONDS: Final = 3600
_AUTHORITY: Final = "https://login.microsoftonline.com/"


class JobIdentity(TypedDict):
    """The job's Entra ID identity, used with workload identity and without a password.

    The pod has a service account token as a file, and the environment variables that Azure's SDKs read.
    The cluster needs no webhook.
    """

    client_id: pulumi.Input[str]
    """The client id of the identity, which is federated with `ScheduledJob.subject`."""
    tenant_id: pulumi.Input[str]
    """The Entra ID tenant."""


class ScheduledJobArgs(LabelledArgs):
    """Arguments of a job."""

    namespace: pulumi.Input[str]
    """The tenant's namespace (`Tenant.namespace`), whose network policies limit the job's connections."""
    job: str
    """The job's name, such as `demand-forecast`."""
    image: str
    """The image in the force's registry, by digest."""
    schedule: str
    """The cron schedule: `30 4 * * *` is 04:30 every day."""
    time_zone: NotRequired[str]
    """The time zone of the schedule; `Europe/London` by default."""
    arguments: NotRequired[list[str]]
    """Arguments of the program; none by default."""
    env: NotRequired[dict[str, pulumi.Input[str]]]
    """Environment variables, without secrets; none by default."""
    cpu: NotRequired[str]
    """CPU; `1` by default."""
    memory: NotRequired[str]
    """Memory; `2Gi` by default."""
    deadline_minutes: NotRequired[int]
    """The deadline in minutes, 1 to 1,440; 60 by default."""
    retries: NotRequired[int]
    """The number of retries after a failure, 0 to 10; 1 by default."""
    identity: NotRequired[JobIdentity]
    """The identity for sign-in to Azure; none by default."""
    files: NotRequired[dict[str, pulumi.Input[str]]]
    """Files in `/etc/bluelamp`, content by name, without secrets; none by default."""


class ScheduledJob(Component):
    """A CronJob that meets the Pod Security Standard `restricted`: one run at a time, with a deadline."""

    name: pulumi.Output[str]
    """The CronJob's name, known before it exists."""
    service_account: pulumi.Output[str]
    """The job's service account."""
    subject: pulumi.Output[str]
    """The subject of that account's tokens, for an identity's federated credential."""

    def __init__(self, name: str, args: ScheduledJobArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        if wrong := list(_problems(args)):
            raise ValueError(f"ScheduledJob {name!r}: " + "; ".join(wrong))
        account = self._account(name, args)
        self._files(name, args)
        self.service_account = named(args["job"], account)
        self.subject = pulumi.Output.concat("system:serviceaccount:", args["namespace"], ":", self.service_account)
        made = kubernetes.batch.v1.CronJob(
            f"{name}-cron",
            metadata=metadata(args["label"], args["job"], args["namespace"]),
            spec=kubernetes.batch.v1.CronJobSpecArgs(
                schedule=args["schedule"],
                time_zone=args.get("time_zone", "Europe/London"),
                concurrency_policy="Forbid",
                starting_deadline_seconds=3600,
                successful_jobs_history_limit=3,
                failed_jobs_history_limit=5,
                job_template=kubernetes.batch.v1.JobTemplateSpecArgs(spec=self._job(args)),
            ),
            opts=self.child(),
        )
        self.name = named(args["job"], made)
        self.finish()

    def _account(self, name: str, args: ScheduledJobArgs) -> kubernetes.core.v1.ServiceAccount:
        meta = metadata(args["label"], args["job"], args["namespace"])
        if "identity" in args:
            who = args["identity"]
            return identified_account(self, f"{name}-account", meta, who["client_id"], who["tenant_id"])
        return kubernetes.core.v1.ServiceAccount(
            f"{name}-account", metadata=meta, automount_service_account_token=False, opts=self.child()
        )

    def _files(self, name: str, args: ScheduledJobArgs) -> None:
        if args.get("files"):
            kubernetes.core.v1.ConfigMap(
                f"{name}-files",
                metadata=metadata(args["label"], args["job"], args["namespace"]),
                data=args["files"],
                opts=self.child(),
            )

    def _job(self, args: ScheduledJobArgs) -> kubernetes.batch.v1.JobSpecArgs:
        volumes, who = _volumes(args), _identity_annotations(args)
        runs = restricted.container(
            args["job"],
            args["image"],
            cpu=args.get("cpu", "1"),
            memory=args.get("memory", "2Gi"),
            env={**_sign_in(args), **args.get("env", {})},
            fields={_VARIABLES[key]: f"metadata.annotations['{key}']" for key in who},
            reads={path: str(volume.name) for path, volume in volumes.items()},
            args=args.get("arguments"),
        )
        labels = {"app.kubernetes.io/name": args["job"]}
        return kubernetes.batch.v1.JobSpecArgs(
            active_deadline_seconds=args.get("deadline_minutes", 60) * 60,
            backoff_limit=args.get("retries", 1),
            ttl_seconds_after_finished=7 * 24 * 3600,
            template=kubernetes.core.v1.PodTemplateSpecArgs(
                metadata=kubernetes.meta.v1.ObjectMetaArgs(labels=labels, annotations=who or None),
                spec=restricted.pod(
                    [runs], self.service_account, volumes=list(volumes.values()), restart_policy="Never"
                ),
            ),
        )


def _sign_in(args: ScheduledJobArgs) -> dict[str, pulumi.Input[str]]:
    """The environment variables that Azure's SDKs read for sign-in."""
    if "identity" not in args:
        return {}
    return {"AZURE_AUTHORITY_HOST": _AUTHORITY, "AZURE_FEDERATED_TOKEN_FILE": f"{_TOKENS}/{_TOKEN}"}


def _identity_annotations(args: ScheduledJobArgs) -> dict[str, pulumi.Input[str]]:
    """The annotations with the pod's identity.

    The environment refers to these annotations. Ids that are unknown in a preview would prevent the check that
    the environment contains no secret (BL-K8S-010).
    """
    if "identity" not in args:
        return {}
    return {_CLIENT: args["identity"]["client_id"], _TENANT: args["identity"]["tenant_id"]}


def _volumes(args: ScheduledJobArgs) -> dict[str, kubernetes.core.v1.VolumeArgs]:
    """The job's volumes by mount path: its token, which the kubelet renews, and its files."""
    found: dict[str, kubernetes.core.v1.VolumeArgs] = {}
    if "identity" in args:
        token = kubernetes.core.v1.ServiceAccountTokenProjectionArgs(
            audience=_AUDIENCE, expiration_seconds=_TOKEN_SECONDS, path=_TOKEN
        )
        source = kubernetes.core.v1.VolumeProjectionArgs(service_account_token=token)
        found[_TOKENS] = kubernetes.core.v1.VolumeArgs(
            name=_TOKEN, projected=kubernetes.core.v1.ProjectedVolumeSourceArgs(sources=[source])
        )
    if args.get("files"):
        found[FILES] = kubernetes.core.v1.VolumeArgs(
            name="files", config_map=kubernetes.core.v1.ConfigMapVolumeSourceArgs(name=args["job"])
        )
    return found


def _problems(args: ScheduledJobArgs) -> Iterator[str]:
    if not _NAME.fullmatch(args["job"]):
        yield f"job is {args['job']!r}; use at most 52 lower-case letters, digits and hyphens"
    yield from restricted.wrong_image("image", args["image"])
    fields = args["schedule"].split()
    if len(fields) != 5 or not all(_FIELD.fullmatch(field) for field in fields):
        yield f"schedule is {args['schedule']!r}; cron has five fields, such as '30 4 * * *'"
    if not 1 <= args.get("deadline_minutes", 60) <= 1440:
        yield f"deadline_minutes is {args['deadline_minutes']}; allowed are 1 to 1440"
    if not 0 <= args.get("retries", 1) <= 10:
        yield f"retries is {args['retries']}; allowed are 0 to 10"
    for file in args.get("files", {}):
        if not _FILE.fullmatch(file):
            yield f"files.{file} is not a file name; use letters, digits, dots, hyphens and underscores"
