"""Sites on vSphere: the failure domains that a force's clusters are spread over, and the account that makes machines.

    VsphereSites("essex", {"label": label, "server": "vcenter…", "identity_secret": "vcenter", "sites": {…}})

Every class of the force's clusters on vSphere spreads its control plane over the sites that take one.
"""

from bluelamp.modules.kubernetes.vsphere_sites.vsphere_sites import VsphereSite, VsphereSites, VsphereSitesArgs

__all__ = ["VsphereSite", "VsphereSites", "VsphereSitesArgs"]
