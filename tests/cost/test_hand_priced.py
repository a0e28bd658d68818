"""Ten resources priced by hand from the snapshot, with each factor and each product."""

from tests.cost.estates import cost_of, lines, resource, used

# A month has 730 hours.


def test_a_firewall() -> None:
    found = cost_of(
        [resource("network:AzureFirewall", {"sku": {"tier": "Premium"}, "location": "uksouth"})],
        used(firewallData=1000, internetEgress=20_000),
    )
    assert lines(found) == {
        # 730 h x 1.320805
        "Azure Firewall Premium": ("964.19", "fixed"),
        # 1,000 GB x 0.012076
        "Data processed": ("12.08", "usage"),
        # The first 100 GB are free; 10,235 GB x 0.065663 = 672.06; 9,665 GB x 0.062644 = 605.45.
        "Internet egress": ("605.45", "usage"),
    }
    assert [str(line.monthly) for line in found.lines] == ["964.19", "12.08", "672.06", "605.45"]
    assert str(found.total) == "2253.78"


def test_a_vpn_gateway_with_twelve_tunnels() -> None:
    gateway = resource("network:VirtualNetworkGateway", {"gatewayType": "Vpn", "sku": {"name": "VpnGw2AZ"}})
    tunnels = [
        resource("network:VirtualNetworkGatewayConnection", {"connectionType": "IPsec"}, f"tunnel-{number:02}")
        for number in range(12)
    ]
    found = cost_of([gateway, *tunnels])
    # 730 h x 0.407563 = 297.52; ten tunnels are included, two more are 730 h x 0.011321 = 8.26 each.
    assert lines(found) == {"Gateway VpnGw2AZ": ("297.52", "fixed"), "Tunnel beyond those included": ("8.26", "fixed")}
    circuit = {"gatewayType": "ExpressRoute", "sku": {"name": "ErGw1AZ"}}
    beside = cost_of([gateway, resource("network:VirtualNetworkGateway", circuit, "circuit"), *tunnels])
    assert sum(line.what == "Tunnel beyond those included" for line in beside.lines) == 2, "it includes no tunnel"
    assert str(found.total) == "314.04"
    assert found.coverage.free == 10


def test_a_bastion_with_five_scale_units() -> None:
    found = cost_of([resource("network:BastionHost", {"sku": {"name": "Standard"}, "scaleUnits": 5})])
    assert lines(found) == {
        # 730 h x 0.218876
        "Azure Bastion Standard": ("159.78", "fixed"),
        # Two units are included: 3 x 730 h x 0.105664
        "Extra scale units": ("231.40", "fixed"),
    }


def scale_set(**more: object) -> object:
    profile = {
        "osProfile": {"windowsConfiguration": {}},
        "storageProfile": {"osDisk": {"managedDisk": {"storageAccountType": "Premium_LRS"}, "diskSizeGB": 127}},
    }
    properties = {
        "location": "uksouth",
        "sku": {"name": "Standard_D4s_v5", "capacity": 3},
        "virtualMachineProfile": {**profile, **more},
    }
    return cost_of([resource("compute:VirtualMachineScaleSet", properties)])


def test_a_scale_set() -> None:
    assert lines(scale_set()) == {  # type: ignore[arg-type]
        # 3 machines x 730 h x 0.167553
        "Standard_D4s_v5 Linux": ("366.94", "fixed"),
        # The licence is (0.153213 - 0.083777) / 2 = 0.034718 a vCPU: 3 x 4 vCPUs x 730 h x 0.034718
        "Windows licence by the vCPU": ("304.13", "fixed"),
        # 3 disks of the size P10, up to 128 GiB: 3 x 17.99917
        "Managed disk Premium_LRS up to 127 GiB": ("54.00", "fixed"),
    }


def test_hybrid_benefit_removes_the_windows_licence() -> None:
    brought = lines(scale_set(licenseType="Windows_Server"))  # type: ignore[arg-type]
    assert set(brought) == {"Standard_D4s_v5 Linux", "Managed disk Premium_LRS up to 127 GiB"}


def test_tiered_storage() -> None:
    properties = {"sku": {"name": "Standard_GZRS"}, "accessTier": "Hot", "location": "uksouth"}
    found = cost_of(
        [resource("storage:StorageAccount", properties)],
        used(storageCapacity=600_000, storageReads=10, storageWrites=0),
    )
    amounts = [str(line.monthly) for line in found.lines]
    # 51,200 GB x 0.032379 = 1,657.80; 460,800 GB x 0.031068 = 14,316.13; 88,000 GB x 0.029756 = 2,618.53;
    # 10 x 10,000 reads x 0.003547 = 0.04
    assert amounts == ["1657.80", "14316.13", "2618.53", "0.04"]


def test_a_log_analytics_commitment_tier() -> None:
    workspace = resource(
        "operationalinsights:Workspace",
        {"sku": {"name": "CapacityReservation", "capacityReservationLevel": 100}, "retentionInDays": 61},
    )
    found = cost_of([workspace], used(logIngestion=120))
    assert lines(found) == {
        # 30.4167 days x 190.829726
        "Commitment of 100 GB/day": ("5804.40", "fixed"),
        # 20 GB a day beyond it at the commitment's price: 608.333 GB x 1.90829726
        "Ingestion beyond the commitment": ("1160.88", "usage"),
        # 31 days are included: 120 GB x 30 days x 0.098117
        "Retention beyond 31 days": ("353.22", "usage"),
    }


def test_logs_with_sentinel_are_charged_once() -> None:
    workspace = resource("operationalinsights:Workspace", {"sku": {"name": "PerGB2018"}, "retentionInDays": 90})
    sentinel = resource("securityinsights:SentinelOnboardingState")
    # 30.4167 days x 10 GB x 4.060531; the free 5 GB and Log Analytics' own price are not added.
    assert lines(cost_of([workspace, sentinel], used(logIngestion=10))) == {
        "Ingestion with Sentinel": ("1235.08", "usage")
    }
    # Without it: (304.167 - 5) GB x 2.173667, and retention of 59 days: 590 GB-months x 0.098117
    assert lines(cost_of([workspace], used(logIngestion=10))) == {
        "Ingestion beyond the free 5 GB": ("650.29", "usage"),
        "Retention beyond 31 days": ("57.89", "usage"),
    }


def test_defender_for_each_server() -> None:
    plan = resource("security:Pricing", {"pricingName": "VirtualMachines", "pricingTier": "Standard", "subPlan": "P2"})
    servers = [resource("hybridcompute:Machine", {}, f"server-{number}") for number in range(3)]
    machine = resource("compute:VirtualMachine", {"hardwareProfile": {"vmSize": "Standard_D2s_v5"}}, "machine")
    found = lines(cost_of([plan, *servers, machine]))
    # 4 servers x 730 h x 0.015095
    assert found["Defender for Servers P2"] == ("44.08", "fixed")


def test_dns_zones() -> None:
    zones = [resource("privatedns:PrivateZone", {}, f"zone-{number:02}") for number in range(30)]
    found = cost_of(zones)
    # 30 zones x 0.38 (0.377373); the snapshot lacks the lower price beyond the first 25, which is noted.
    assert str(found.total) == "11.40"
    assert sum("further zones" in line.basis for line in found.lines) == 5


def test_a_managed_hsm_is_not_a_b_series_machine() -> None:
    found = cost_of([resource("keyvault:ManagedHsm", {"sku": {"name": "Standard_B1", "family": "B"}})])
    # 730 h x 3.660513, which is USD 4.85 x 0.754745
    assert lines(found) == {"Managed HSM pool": ("2672.17", "fixed")}


def test_an_aks_cluster_and_a_node_pool() -> None:
    cluster = resource("containerservice:ManagedCluster", {"sku": {"tier": "Standard"}, "location": "uksouth"}, "a")
    pool = resource(
        "containerservice:AgentPool",
        {"vmSize": "Standard_E4s_v5", "enableAutoScaling": True, "minCount": 3, "maxCount": 9, "location": "uksouth"},
        "b",
    )
    assert lines(cost_of([cluster, pool])) == {
        # 730 h x 0.075475
        "Control plane, Standard tier": ("55.10", "fixed"),
        # The minimum pool size is always charged: 3 nodes x 730 h x 0.212838
        "Standard_E4s_v5 Linux": ("466.12", "fixed"),
    }
