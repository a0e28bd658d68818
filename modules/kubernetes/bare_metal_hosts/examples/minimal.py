"""Two servers, one of them for the control plane."""

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
            },
        },
    },
)
