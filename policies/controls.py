"""The frameworks that rules are mapped to, each in the edition that rules use; the catalogues are in `frameworks/`."""

from typing import Final

from bluelamp.policies.model import Control

NCSC_CLOUD: Final = ("NCSC cloud security principles", "current")
CAF: Final = ("NCSC CAF", "4.0")
POD_SECURITY: Final = ("Pod Security Standards", "1.36")
CAF_3_2: Final = ("NCSC CAF", "3.2")
CYBER_ESSENTIALS: Final = ("Cyber Essentials", "3.3")
DPA: Final = ("DPA 2018 Part 3", "as amended 2025")
ISO: Final = ("ISO/IEC 27001 Annex A", "2022")
CIS_KUBERNETES: Final = ("CIS Kubernetes Benchmark", "1.9")
MCSB: Final = ("Microsoft cloud security benchmark", "v1")
POLICING: Final = ("National Policing Community Security Policy", "1.3")


def ncsc(*ids: str) -> tuple[Control, ...]:
    """Principles of the NCSC's cloud security guidance, such as `1` or `2.3`."""
    return tuple(Control(*NCSC_CLOUD, each) for each in ids)


def caf(*ids: str) -> tuple[Control, ...]:
    """Contributing outcomes of the NCSC's Cyber Assessment Framework, such as `B3.b`."""
    return tuple(Control(*CAF, each) for each in ids)


def pod_security(*ids: str) -> tuple[Control, ...]:
    """Controls of the Kubernetes Pod Security Standards, such as `baseline/host-namespaces`."""
    return tuple(Control(*POD_SECURITY, each) for each in ids)


def caf_3_2(*ids: str) -> tuple[Control, ...]:
    """Contributing outcomes of the previous edition of the CAF, whose letters differ in A2, A4, C1, C2 and D2."""
    return tuple(Control(*CAF_3_2, each) for each in ids)


def cyber_essentials(*ids: str) -> tuple[Control, ...]:
    """Technical controls of Cyber Essentials, such as `firewalls`."""
    return tuple(Control(*CYBER_ESSENTIALS, each) for each in ids)


def dpa(*ids: str) -> tuple[Control, ...]:
    """Sections of Part 3 of the Data Protection Act 2018, law enforcement processing, such as `62`."""
    return tuple(Control(*DPA, each) for each in ids)


def iso(*ids: str) -> tuple[Control, ...]:
    """Controls of Annex A of ISO/IEC 27001, such as `8.24`."""
    return tuple(Control(*ISO, each) for each in ids)


def cis_kubernetes(*ids: str) -> tuple[Control, ...]:
    """Recommendations of the CIS Kubernetes Benchmark, such as `5.2.2`."""
    return tuple(Control(*CIS_KUBERNETES, each) for each in ids)


def mcsb(*ids: str) -> tuple[Control, ...]:
    """Controls of the Microsoft cloud security benchmark, such as `NS-2`."""
    return tuple(Control(*MCSB, each) for each in ids)


def policing(*ids: str) -> tuple[Control, ...]:
    """Standards of the National Policing Community Security Policy Framework, such as `network-security`."""
    return tuple(Control(*POLICING, each) for each in ids)
