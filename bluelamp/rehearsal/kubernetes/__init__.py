"""The rehearsed Kubernetes: an embedded cluster that judges as an API server does, or a real API server.

`data/` holds what Kubernetes says of itself; the code is the same for every kind.
"""

from bluelamp.rehearsal.kubernetes.provider import KubernetesProvider

__all__ = ["KubernetesProvider"]
