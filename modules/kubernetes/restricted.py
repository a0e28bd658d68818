"""Pods that meet the Pod Security Standard `restricted`, with a read-only root file system."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

_DIGEST = re.compile(r"[^\s@]+@sha256:[0-9a-f]{64}")
TEMPORARY: Final = "/tmp"  # noqa: S108 - an emptyDir volume of the pod
"""The writable folder of a container: an ephemeral volume."""


def wrong_image(where: str, image: str) -> list[str]:
    """The problem with `image`; empty for an image with a digest."""
    return [] if _DIGEST.fullmatch(image) else [f"{where} is {image!r}; name it by digest, registry/name@sha256:…"]


def container(
    name: str,
    image: str,
    *,
    cpu: str,
    memory: str,
    env: Mapping[str, pulumi.Input[str]],
    secrets: Mapping[str, tuple[str, str]] | None = None,
    fields: Mapping[str, str] | None = None,
    writes: tuple[str, ...] = (),
    reads: Mapping[str, str] | None = None,
    **more: Any,
) -> kubernetes.core.v1.ContainerArgs:
    """A container with no privileges, no capabilities and a read-only root file system.

    `secrets` are environment variables with the secret and key of each value; `fields` are those with
    the pod field of each value, such as `metadata.annotations['owner']`. `writes` are paths, besides
    /tmp, on the ephemeral volume; `reads` are read-only mount paths, each with its volume.
    """
    plain = [kubernetes.core.v1.EnvVarArgs(name=key, value=value) for key, value in env.items()]
    hidden = [
        kubernetes.core.v1.EnvVarArgs(
            name=key,
            value_from=kubernetes.core.v1.EnvVarSourceArgs(
                secret_key_ref=kubernetes.core.v1.SecretKeySelectorArgs(name=secret, key=inside)
            ),
        )
        for key, (secret, inside) in (secrets or {}).items()
    ]
    references = [
        kubernetes.core.v1.EnvVarArgs(
            name=key,
            value_from=kubernetes.core.v1.EnvVarSourceArgs(
                field_ref=kubernetes.core.v1.ObjectFieldSelectorArgs(field_path=path)
            ),
        )
        for key, path in (fields or {}).items()
    ]
    return kubernetes.core.v1.ContainerArgs(
        name=name,
        image=image,
        image_pull_policy="IfNotPresent",
        env=[*plain, *hidden, *references] or None,
        resources=kubernetes.core.v1.ResourceRequirementsArgs(
            requests={"cpu": cpu, "memory": memory, "ephemeral-storage": "256Mi"},
            limits={"cpu": cpu, "memory": memory, "ephemeral-storage": "2Gi"},
        ),
        security_context=kubernetes.core.v1.SecurityContextArgs(
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
            run_as_non_root=True,
            capabilities=kubernetes.core.v1.CapabilitiesArgs(drop=["ALL"]),
        ),
        volume_mounts=[
            kubernetes.core.v1.VolumeMountArgs(
                name="temporary", mount_path=path, sub_path=path.strip("/").replace("/", "-")
            )
            for path in (TEMPORARY, *writes)
        ]
        + [
            kubernetes.core.v1.VolumeMountArgs(name=volume, mount_path=path, read_only=True)
            for path, volume in (reads or {}).items()
        ],
        **more,
    )


def pod(
    containers: list[kubernetes.core.v1.ContainerArgs],
    account: pulumi.Input[str],
    volumes: Sequence[kubernetes.core.v1.VolumeArgs] = (),
    **more: Any,
) -> kubernetes.core.v1.PodSpecArgs:
    """A pod of such containers, with a user id that no user of the node has, and without an API token.

    `volumes` are those that containers read from, besides the ephemeral volume.
    """
    return kubernetes.core.v1.PodSpecArgs(
        containers=containers,
        service_account_name=account,
        automount_service_account_token=False,
        enable_service_links=False,
        security_context=kubernetes.core.v1.PodSecurityContextArgs(
            run_as_non_root=True,
            run_as_user=65532,
            run_as_group=65532,
            fs_group=65532,
            seccomp_profile=kubernetes.core.v1.SeccompProfileArgs(type="RuntimeDefault"),
        ),
        volumes=[
            kubernetes.core.v1.VolumeArgs(
                name="temporary", empty_dir=kubernetes.core.v1.EmptyDirVolumeSourceArgs(size_limit="2Gi")
            ),
            *volumes,
        ],
        **more,
    )
