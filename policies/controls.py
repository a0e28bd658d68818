"""The frameworks that rules answer to, each in the edition whose ids are used; the catalogues are in `frameworks/`."""

from typing import Final

from policies.model import Control

NCSC_CLOUD: Final = ("NCSC cloud security principles", "current")
CAF: Final = ("NCSC CAF", "4.0")
POD_SECURITY: Final = ("Pod Security Standards", "1.36")


def ncsc(*ids: str) -> tuple[Control, ...]:
    """Principles of the NCSC's cloud security guidance, such as `1` or `2.3`."""
    return tuple(Control(*NCSC_CLOUD, each) for each in ids)


def caf(*ids: str) -> tuple[Control, ...]:
    """Contributing outcomes of the NCSC's Cyber Assessment Framework, such as `B3.b`."""
    return tuple(Control(*CAF, each) for each in ids)


def pod_security(*ids: str) -> tuple[Control, ...]:
    """Controls of the Kubernetes Pod Security Standards, such as `baseline/host-namespaces`."""
    return tuple(Control(*POD_SECURITY, each) for each in ids)
