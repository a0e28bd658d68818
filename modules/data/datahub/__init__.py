"""DataHub: the catalogue on the force's own premises, in a tenant of its own.

    DataHub("datahub", {"label": label, "host": "catalogue.live.essex.police.example", "images": {...},
                        "database": {"host": "...", "port": 5432, "cidr": "10.144.8.0/28"}, "search": {...},
                        "kafka": {...}})

It makes the tenant, the metadata service and the pages, each with two copies, and the job that prepares the stores for
a release. It leaves out the stores: PostgreSQL, OpenSearch and Kafka hold the data, and are run, backed up and entered
in the register of assets as any other of the force's. It leaves out ingestion, which
`bluelamp assets --export datahub` feeds, and sign-in by Entra ID, which is set in DataHub. The secret `datahub` in the
namespace has the passwords and keys: External Secrets brings it.
"""

from bluelamp.modules.data.datahub.datahub import DataHub, DataHubArgs, DataHubImages, DataHubStore

__all__ = ["DataHub", "DataHubArgs", "DataHubImages", "DataHubStore"]
