"""Systems behind an application in Entra ID: who is assigned, and may sign in."""

from bluelamp.access.cloud_resource import Resources, Subject
from bluelamp.access.packages import blocked, memberships


def applications(resources: Resources, subject: Subject, client: str, service_principal: str) -> bool:
    """Whether the subject can use the application, which shows whole records.

    Conditional access applies for every group that the subject can be in, whatever the purpose.
    """
    if blocked(resources, subject, memberships(resources, subject, purpose=None), client):
        return False
    groups = memberships(resources, subject, purpose=subject.purpose)
    assigned = {
        each.inputs["principalObjectId"]
        for each in resources.of("AppRoleAssignment")
        if each.inputs["resourceObjectId"] == service_principal
    }
    return bool(groups & assigned)
