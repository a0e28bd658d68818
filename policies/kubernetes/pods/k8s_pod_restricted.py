"""Further controls of the Pod Security Standards' restricted level."""

from typing import Final

from bluelamp.policies.controls import caf, iso, ncsc, pod_security
from bluelamp.policies.kubernetes._workloads import CONTAINERS, PODS, below
from bluelamp.policies.kubernetes.pods.k8s_pods import EXAMPLE
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, Outcome, rule
from bluelamp.policies.tighter import Allowed
from bluelamp.policies.value import Value

_NO_SOURCE: Final = frozenset({"name"})


@rule(
    "BL-K8S-044",
    "Containers use the default /proc mount",
    failure="Container unmasks /proc",
    severity=Severity.MEDIUM,
    controls=ncsc("3") + caf("B4.a") + pod_security("restricted/procMount_restricted") + iso("8.9"),
    at=below(CONTAINERS, "securityContext.procMount"),
    fix="Remove securityContext.procMount.",
    example=EXAMPLE,
)
def default_proc_mount_always(mount: Value) -> Outcome:
    """An unmasked /proc discloses kernel details that help an escape. Only building images inside a pod needs it, and
    the restricted level has no exception for that.
    """
    return Fail(mount, "Default") if mount.get("Default") != "Default" else None


@rule(
    "BL-K8S-048",
    "Pods use restricted-level volume types only",
    failure="Pod uses a volume type outside the restricted level",
    severity=Severity.MEDIUM,
    controls=ncsc("3") + caf("B4.a", "B3.c") + pod_security("restricted/restrictedVolumes") + iso("8.3"),
    at=below(PODS, "volumes[*]"),
    fix="""Use a PersistentVolumeClaim, with the storage defined by a StorageClass or an administrator's
    PersistentVolume.""",
    example=EXAMPLE,
)
def restricted_volume_types(
    volume: Value,
    *,
    allowed: Allowed[str] = (
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ),
) -> Outcome:
    """With an inline NFS, iSCSI or cloud disk volume, the author of a pod decides which storage the node mounts, and
    with which credentials.
    """
    sources = [each for each in volume.each() if each.key not in _NO_SOURCE and not each.missing]
    # A volume of no kind is an emptyDir.
    if not sources or any(each.key in allowed for each in sources):
        return None
    return Fail(sources[0], allowed)
