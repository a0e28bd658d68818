"""vSphere sites: the failure domains of a force's clusters, and the account that creates machines.

    VsphereSites("essex", {"label": label, "server": "vcenter…", "identity_secret": "vcenter", "sites": {…}})

Every cluster class on vSphere spreads its control plane over the sites that allow it.
"""

from bluelamp.modules.kubernetes.vsphere_sites.vsphere_sites import VsphereSite, VsphereSites, VsphereSitesArgs

__all__ = ["VsphereSite", "VsphereSites", "VsphereSitesArgs"]
