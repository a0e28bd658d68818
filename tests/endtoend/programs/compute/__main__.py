"""Virtual machines behind a load balancer: images, disks, a scale set and what keeps them together."""

import base64

import pulumi
from pulumi_azure_native import compute, network, resources
from pulumi_random import RandomPassword

config = pulumi.Config()
instances = config.require_int("instances")
size = config.get("size", "Standard_D2s_v5")

group = resources.ResourceGroup("machines")

vnet = network.VirtualNetwork(
    "vnet",
    resource_group_name=group.name,
    address_space=network.AddressSpaceArgs(address_prefixes=["172.20.0.0/16"]),
    subnets=[network.SubnetArgs(name="front", address_prefix="172.20.0.0/24")],
)

asg = network.ApplicationSecurityGroup("web-tier", resource_group_name=group.name)

outbound = network.PublicIPPrefix(
    "outbound",
    resource_group_name=group.name,
    prefix_length=30,
    sku=network.PublicIPPrefixSkuArgs(name="Standard"),
)
nat = network.NatGateway(
    "nat",
    resource_group_name=group.name,
    sku=network.NatGatewaySkuArgs(name="Standard"),
    idle_timeout_in_minutes=10,
    public_ip_prefixes=[network.SubResourceArgs(id=outbound.id)],
)
workers = network.Subnet(
    "workers",
    resource_group_name=group.name,
    virtual_network_name=vnet.name,
    address_prefix="172.20.1.0/24",
    nat_gateway=network.SubResourceArgs(id=nat.id),
)

balancer_name = "machines-lb"
balancer_id = pulumi.Output.concat(group.id, "/providers/Microsoft.Network/loadBalancers/", balancer_name)
balancer = network.LoadBalancer(
    "balancer",
    load_balancer_name=balancer_name,
    resource_group_name=group.name,
    sku={"name": network.LoadBalancerSkuName.STANDARD},
    frontend_ip_configurations=[
        {
            "name": "inside",
            "subnet": {"id": workers.id},
            "private_ip_allocation_method": network.IPAllocationMethod.STATIC,
            "private_ip_address": "172.20.1.10",
        }
    ],
    backend_address_pools=[{"name": "machines"}],
    probes=[{"name": "http", "protocol": "Http", "port": 80, "request_path": "/healthz", "interval_in_seconds": 15}],
    load_balancing_rules=[
        {
            "name": "http",
            "protocol": "Tcp",
            "frontend_port": 80,
            "backend_port": 8080,
            "frontend_ip_configuration": {"id": pulumi.Output.concat(balancer_id, "/frontendIPConfigurations/inside")},
            "backend_address_pool": {"id": pulumi.Output.concat(balancer_id, "/backendAddressPools/machines")},
            "probe": {"id": pulumi.Output.concat(balancer_id, "/probes/http")},
        }
    ],
)

placement = compute.ProximityPlacementGroup("near", resource_group_name=group.name)
availability = compute.AvailabilitySet(
    "together",
    resource_group_name=group.name,
    platform_fault_domain_count=2,
    platform_update_domain_count=5,
    sku=compute.SkuArgs(name="Aligned"),
    proximity_placement_group=compute.SubResourceArgs(id=placement.id),
)
password = RandomPassword("admin", length=24, special=True)
cloud_init = base64.b64encode(b"#cloud-config\npackages: [nginx]\n").decode()

for number in range(instances):
    nic = network.NetworkInterface(
        f"nic-{number}",
        resource_group_name=group.name,
        ip_configurations=[
            network.NetworkInterfaceIPConfigurationArgs(
                name="primary",
                subnet=network.SubnetArgs(id=workers.id),
                application_security_groups=[network.ApplicationSecurityGroupArgs(id=asg.id)],
                load_balancer_backend_address_pools=[
                    network.BackendAddressPoolArgs(id=balancer.backend_address_pools[0].id)
                ],
            )
        ],
    )
    disk = compute.Disk(
        f"data-{number}",
        resource_group_name=group.name,
        creation_data=compute.CreationDataArgs(create_option=compute.DiskCreateOption.EMPTY),
        disk_size_gb=128,
        sku=compute.DiskSkuArgs(name="Premium_LRS"),
    )
    machine = compute.VirtualMachine(
        f"vm-{number}",
        resource_group_name=group.name,
        availability_set=compute.SubResourceArgs(id=availability.id),
        hardware_profile=compute.HardwareProfileArgs(vm_size=size),
        network_profile=compute.NetworkProfileArgs(
            network_interfaces=[compute.NetworkInterfaceReferenceArgs(id=nic.id, primary=True)]
        ),
        os_profile=compute.OSProfileArgs(
            computer_name=f"web{number}",
            admin_username="operator",
            admin_password=password.result,
            custom_data=cloud_init,
        ),
        storage_profile=compute.StorageProfileArgs(
            image_reference=compute.ImageReferenceArgs(
                publisher="Canonical", offer="ubuntu-24_04-lts", sku="server", version="latest"
            ),
            os_disk=compute.OSDiskArgs(
                create_option="FromImage",
                caching=compute.CachingTypes.READ_WRITE,
                managed_disk=compute.ManagedDiskParametersArgs(storage_account_type="Premium_LRS"),
            ),
            data_disks=[
                compute.DataDiskArgs(
                    lun=0, create_option="Attach", managed_disk=compute.ManagedDiskParametersArgs(id=disk.id)
                )
            ],
        ),
    )
    compute.VirtualMachineExtension(
        f"monitoring-{number}",
        resource_group_name=group.name,
        vm_name=machine.name,
        publisher="Microsoft.Azure.Monitor",
        type="AzureMonitorLinuxAgent",
        type_handler_version="1.33",
        auto_upgrade_minor_version=True,
    )

snapshot = compute.Snapshot(
    "before-change",
    resource_group_name=group.name,
    creation_data={"create_option": "Copy", "source_resource_id": disk.id},
    incremental=True,
)

gallery = compute.Gallery("images", gallery_name="images", resource_group_name=group.name)
image = compute.GalleryImage(
    "hardened",
    resource_group_name=group.name,
    gallery_name=gallery.name,
    os_type=compute.OperatingSystemTypes.LINUX,
    os_state=compute.OperatingSystemStateTypes.GENERALIZED,
    hyper_v_generation="V2",
    identifier=compute.GalleryImageIdentifierArgs(publisher="Example", offer="Ubuntu", sku="24.04"),
)

fleet = compute.VirtualMachineScaleSet(
    "fleet",
    resource_group_name=group.name,
    sku=compute.SkuArgs(name=size, tier="Standard", capacity=3),
    upgrade_policy=compute.UpgradePolicyArgs(mode=compute.UpgradeMode.ROLLING),
    overprovision=False,
    virtual_machine_profile={
        "os_profile": {
            "computer_name_prefix": "fleet",
            "admin_username": "operator",
            "admin_password": password.result,
        },
        "storage_profile": {
            "image_reference": {
                "publisher": "Canonical",
                "offer": "ubuntu-24_04-lts",
                "sku": "server",
                "version": "latest",
            },
            "os_disk": {"create_option": "FromImage", "caching": "ReadOnly"},
        },
        "network_profile": {
            "network_interface_configurations": [
                {
                    "name": "nic",
                    "primary": True,
                    "ip_configurations": [{"name": "ip", "subnet": {"id": vnet.subnets[0].id}}],
                }
            ]
        },
    },
)

pulumi.export("password", password.result)
pulumi.export("balancer", balancer.frontend_ip_configurations[0].private_ip_address)
pulumi.export("machine", machine.vm_id)
pulumi.export("image", image.id)
