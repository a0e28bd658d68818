"""Groups with content, so that a run can be stopped in many states; the file `size` beside it has the number of groups."""

from pathlib import Path

from pulumi_azure_native import managedidentity, resources

TAGS = {"cost-centre": "test", "business-owner": "test", "classification": "OFFICIAL", "roadmap-milestone": "test"}

for number in range(int(Path(__file__).with_name("size").read_text(encoding="utf-8"))):
    group = resources.ResourceGroup(f"group{number}", location="uksouth", tags=TAGS)
    for each in range(3):
        managedidentity.UserAssignedIdentity(
            f"identity{number}-{each}", resource_group_name=group.name, location="uksouth", tags=TAGS
        )
