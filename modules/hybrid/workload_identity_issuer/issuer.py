"""A public issuer for self-managed clusters, without public storage."""

import re
from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import apimanagement

from bluelamp.modules import naming
from bluelamp.modules.component import Component, after
from bluelamp.modules.hybrid.workload_identity_issuer.documents import discovery, public_keys, response
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs

_CLUSTER = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_PATHS = {"discovery": "/.well-known/openid-configuration", "keys": "/openid/v1/jwks"}


class IssuerCluster(TypedDict):
    """One cluster."""

    jwks: pulumi.Input[str]
    """The public keys that sign its service accounts' tokens, a JSON Web Key Set."""


class WorkloadIdentityIssuerArgs(ResourceGroupScopedArgs):
    """Arguments of the issuer."""

    workload: str
    """What it is for, such as `issuer`; in its host name."""
    contact: str
    """The mailbox that Azure writes to about the gateway."""
    clusters: dict[str, IssuerCluster]
    """The clusters by name; the name is in the issuer's URL, and so in every token."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete it: without it no workload signs in; false by default."""


def issuer_url(label: naming.Label, location: str, workload: str, cluster: str) -> str:
    """A cluster's issuer, known before anything exists: what its API server has to be told as it is made."""
    return f"https://{naming.name('api_management', workload, label, location)}.azure-api.net/{cluster}"


class WorkloadIdentityIssuer(Component):
    """A gateway that gives each cluster's discovery document and public keys."""

    issuer_urls: pulumi.Output[dict[str, str]]
    """Each cluster's issuer by its name, known before it exists: the API server's `--service-account-issuer`, and the
    issuer of federated credentials."""
    gateway_url: pulumi.Output[str]
    """Where the gateway answers."""

    def __init__(self, name: str, args: WorkloadIdentityIssuerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        wrong = [
            f"clusters.{cluster} cannot be in a URL: use lower-case letters, digits and hyphens"
            for cluster in args["clusters"]
            if not _CLUSTER.fullmatch(cluster)
        ]
        if not args["clusters"]:
            wrong.append("clusters is empty; name one at least")
        if wrong:
            raise ValueError(f"WorkloadIdentityIssuer {name!r}: " + "; ".join(wrong))
        service_name = naming.name("api_management", args["workload"], args["label"], args["location"])
        url = f"https://{service_name}.azure-api.net"
        service = apimanagement.ApiManagementService(
            f"{name}-gateway",
            service_name=service_name,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            # The consumption tier has no developer portal, no keys that anybody must renew, and costs by the call.
            sku=apimanagement.ApiManagementServiceSkuPropertiesArgs(name="Consumption", capacity=0),
            # It has no role, as it reaches nothing; whatever it may reach one day it reaches by name, not by a key.
            identity=apimanagement.ApiManagementServiceIdentityArgs(type="SystemAssigned"),
            publisher_name=args["label"]["force"],
            publisher_email=args["contact"],
            tags=naming.tags(args["label"]),
            opts=self.child(protect=args.get("protect", False)),
        )
        made = [
            policy
            for cluster, wanted in args["clusters"].items()
            for policy in self._cluster(name, args, after(service_name, service), cluster, wanted, f"{url}/{cluster}")
        ]
        urls = {key: issuer_url(args["label"], args["location"], args["workload"], key) for key in args["clusters"]}
        self.issuer_urls = after(urls, *made)
        self.gateway_url = after(url, service)
        self.finish()

    def _cluster(
        self,
        name: str,
        args: WorkloadIdentityIssuerArgs,
        service: pulumi.Input[str],
        cluster: str,
        wanted: IssuerCluster,
        issuer: str,
    ) -> list[pulumi.Resource]:
        """A cluster's two documents."""
        where = f"WorkloadIdentityIssuer {name!r}: clusters.{cluster}.jwks"
        given = wanted["jwks"]
        if isinstance(given, str):  # what is known already is refused before anything is asked for
            given = public_keys(where, given)
        keys = pulumi.Output.from_input(given).apply(lambda text: public_keys(where, text))
        documents = {"discovery": pulumi.Output.from_input(discovery(issuer)), "keys": keys}
        place = {"service_name": service, "resource_group_name": args["resource_group_name"]}
        api = apimanagement.Api(
            f"{name}-{cluster}",
            api_id=cluster,
            path=cluster,
            display_name=f"Issuer of {cluster}",
            description="Discovery document and public keys of the cluster's service accounts.",
            protocols=["https"],
            subscription_required=False,  # Entra ID has no key to send; both documents are public
            **place,
            opts=self.child(),
        )
        policies: list[pulumi.Resource] = []
        for key, path in _PATHS.items():
            operation = apimanagement.ApiOperation(
                f"{name}-{cluster}-{key}",
                api_id=after(cluster, api),
                operation_id=key,
                display_name=key.capitalize(),
                method="GET",
                url_template=path,
                **place,
                opts=self.child(),
            )
            policies.append(
                apimanagement.ApiOperationPolicy(
                    f"{name}-{cluster}-{key}-document",
                    api_id=after(cluster, api),
                    operation_id=after(key, operation),
                    format="rawxml",
                    value=documents[key].apply(response),
                    **place,
                    opts=self.child(),
                )
            )
        return policies
