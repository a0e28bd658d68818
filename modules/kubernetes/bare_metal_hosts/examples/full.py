"""Three control-plane servers in three failure domains, and a worker."""

from bluelamp.modules.kubernetes.bare_metal_hosts import BareMetalHosts
from bluelamp.modules.naming import Label

label = Label(
    force="essex",
    code="essex",
    environment="test",
    cost_centre="EXP-2201",
    business_owner="Head of Infrastructure",
    classification="OFFICIAL",
    roadmap_milestone="landing-zone",
    spend_type="strategic",
)
BareMetalHosts(
    "custody",
    {
        "label": label,
        "namespace": "clusters",
        "hosts": {
            "custody-1": {
                "bmc_address": "redfish-virtualmedia+https://10.160.4.11/redfish/v1/Systems/1",
                "bmc_secret": "custody-1-bmc",
                "boot_mac_address": "0c:42:a1:00:00:01",
                "role": "control-plane",
                "failure_domain": "room-a",
                "root_device": "/dev/sda",
            },
            "custody-2": {
                "bmc_address": "redfish-virtualmedia+https://10.160.4.12/redfish/v1/Systems/1",
                "bmc_secret": "custody-2-bmc",
                "boot_mac_address": "0c:42:a1:00:00:02",
                "role": "control-plane",
                "failure_domain": "room-b",
                "root_device": "/dev/sda",
            },
            "custody-3": {
                "bmc_address": "redfish-virtualmedia+https://10.160.4.13/redfish/v1/Systems/1",
                "bmc_secret": "custody-3-bmc",
                "boot_mac_address": "0c:42:a1:00:00:03",
                "role": "control-plane",
                "failure_domain": "room-c",
                "root_device": "/dev/sda",
            },
            "custody-4": {
                "bmc_address": "redfish-virtualmedia+https://10.160.4.14/redfish/v1/Systems/1",
                "bmc_secret": "custody-4-bmc",
                "boot_mac_address": "0c:42:a1:00:00:04",
                "role": "worker",
                "failure_domain": "room-a",
                "root_device": "/dev/nvme0n1",
            },
        },
    },
)
