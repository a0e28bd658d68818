"""The rehearsed Kubernetes: an embedded cluster that validates as an API server does, or a real API server.

`data/` contains Kubernetes' own definitions and rules; the code is the same for every kind.
"""

from bluelamp.rehearsal.kubernetes.provider import KubernetesProvider

__all__ = ["KubernetesProvider"]
