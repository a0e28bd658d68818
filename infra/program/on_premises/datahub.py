"""DataHub on one of the force's clusters."""

import pulumi

from bluelamp.infra.settings.workloads import DataHub as DataHubSettings
from bluelamp.infra.settings.workloads import Store
from bluelamp.modules.data.datahub import DataHub, DataHubStore
from bluelamp.modules.naming import Label


def datahub(wanted: DataHubSettings, host: str, label: Label, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """Creates DataHub, with its user interface at `host`, and returns its namespace."""
    component = DataHub(
        "datahub",
        {
            "label": label,
            "host": host,
            "images": {
                "gms": wanted.images.gms,
                "frontend": wanted.images.frontend,
                "upgrade": wanted.images.upgrade,
            },
            "database": _store(wanted.database),
            "search": _store(wanted.search),
            "kafka": _store(wanted.kafka),
        },
        opts,
    )
    return component.namespace


def _store(store: Store) -> DataHubStore:
    return {"host": store.host, "port": store.port, "cidr": str(store.cidr)}
