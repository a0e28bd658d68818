"""Bare-metal servers that become machines of a cluster."""

import re
from typing import Any, NotRequired, TypedDict

import pulumi

from bluelamp.modules.component import Component, after
from bluelamp.modules.kubernetes.names import check_names
from bluelamp.modules.kubernetes.owned import custom, metadata
from bluelamp.modules.shared_arguments import LabelledArgs

_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
_DRIVERS = ("redfish", "redfish-virtualmedia", "idrac-virtualmedia", "ilo5-virtualmedia")


class BareMetalHost(TypedDict):
    """A server with a management controller (BMC)."""

    bmc_address: str
    """The BMC's Redfish address over TLS, such as
    `redfish-virtualmedia+https://10.160.4.11/redfish/v1/Systems/1`."""
    bmc_secret: str
    """Name of the secret with the BMC's `username` and `password`; External Secrets creates it."""
    boot_mac_address: str
    """MAC address, in lower case, of the boot interface."""
    role: NotRequired[str]
    """The server's role, `control-plane` or `worker`; `worker` by default."""
    failure_domain: NotRequired[str]
    """The failure domain, such as a room or rack."""
    root_device: NotRequired[str]
    """Device name of the system disk, such as `/dev/sda`; the first suitable disk by default."""


class BareMetalHostsArgs(LabelledArgs):
    """Arguments of a force's servers."""

    namespace: str
    """The clusters' namespace in the management cluster."""
    hosts: dict[str, BareMetalHost]
    """The servers by name."""


class BareMetalHosts(Component):
    """A Metal3 `BareMetalHost` for each server, with UEFI Secure Boot and disk cleaning."""

    hosts: pulumi.Output[list[str]]
    """The servers' names, known before they are registered."""

    def __init__(self, name: str, args: BareMetalHostsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        _check(name, args)
        made = []
        for host, about in args["hosts"].items():
            labels = {"bluelamp/role": str(about.get("role", "worker"))}
            if "failure_domain" in about:
                labels["bluelamp/failure-domain"] = about["failure_domain"]
            made.append(
                custom(
                    f"{name}-{host}",
                    "metal3.io/v1alpha1 BareMetalHost",
                    metadata(args["label"], host, args["namespace"], more_labels=labels),
                    _spec(about),
                    self.child(),
                )
            )
        self.hosts = after(list(args["hosts"]), *made)
        self.finish()


def _spec(host: BareMetalHost) -> dict[str, Any]:
    found: dict[str, Any] = {
        "online": True,
        "architecture": "x86_64",
        "bmc": {
            "address": host["bmc_address"],
            "credentialsName": host["bmc_secret"],
            "disableCertificateVerification": False,
        },
        "bootMACAddress": host["boot_mac_address"],
        "bootMode": "UEFISecureBoot",
        "automatedCleaningMode": "metadata",
    }
    if "root_device" in host:
        found["rootDeviceHints"] = {"deviceName": host["root_device"]}
    return found


def _check(name: str, args: BareMetalHostsArgs) -> None:
    owner = f"BareMetalHosts {name!r}"
    check_names(owner, *args["hosts"])
    wrong = []
    for host, about in args["hosts"].items():
        driver, _, rest = about["bmc_address"].partition("+https://")
        if driver not in _DRIVERS or not rest:
            wrong.append(
                f"hosts.{host}.bmc_address is {about['bmc_address']!r}; begin it with "
                f"{' or '.join(f'{each}+https://' for each in _DRIVERS)}"
            )
        if not _MAC.fullmatch(about["boot_mac_address"]):
            wrong.append(
                f"hosts.{host}.boot_mac_address is {about['boot_mac_address']!r}; write it as 0c:42:a1:00:00:01"
            )
        if about.get("role", "worker") not in ("control-plane", "worker"):
            wrong.append(f"hosts.{host}.role is {about.get('role')!r}; use control-plane or worker")
    if wrong:
        raise ValueError(f"{owner}: " + "; ".join(wrong))
