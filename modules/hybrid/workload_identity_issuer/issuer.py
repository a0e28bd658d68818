"""A public token issuer for self-managed clusters, without public storage."""

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
    """The public keys of its service account issuer, a JSON Web Key Set."""


class WorkloadIdentityIssuerArgs(ResourceGroupScopedArgs):
    """Arguments of the issuer."""

    workload: str
    """The purpose, such as `issuer`; part of the host name."""
    contact: str
    """The mailbox for Azure's notifications about the gateway."""
    clusters: dict[str, IssuerCluster]
    """The clusters by name. The name is part of the issuer's URL, and so of every token."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the gateway, without which no workload can sign in; false by default."""


def issuer_url(label: naming.Label, location: str, workload: str, cluster: str) -> str:
    """A cluster's issuer URL, known in a preview; the API server needs it at creation."""
    return f"https://{naming.name('api_management', workload, label, location)}.azure-api.net/{cluster}"


class WorkloadIdentityIssuer(Component):
    """A gateway that serves each cluster's discovery document and public keys."""

    issuer_urls: pulumi.Output[dict[str, str]]
    """Each cluster's issuer by name, known before it exists: the API server's `--service-account-issuer`, and the
    issuer of federated credentials."""
    gateway_url: pulumi.Output[str]
    """The gateway's URL."""

    def __init__(self, name: str, args: WorkloadIdentityIssuerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        wrong = [
            f"clusters.{cluster} cannot be in a URL: use lower-case letters, digits and hyphens"
            for cluster in args["clusters"]
            if not _CLUSTER.fullmatch(cluster)
        ]
        if not args["clusters"]:
            wrong.append("clusters is empty; name at least one")
        if wrong:
            raise ValueError(f"WorkloadIdentityIssuer {name!r}: " + "; ".join(wrong))
        service_name = naming.name("api_management", args["workload"], args["label"], args["location"])
        url = f"https://{service_name}.azure-api.net"
        service = apimanagement.ApiManagementService(
            f"{name}-gateway",
            service_name=service_name,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            # The consumption tier has no developer portal and no keys to renew, and is billed per call.
            sku=apimanagement.ApiManagementServiceSkuPropertiesArgs(name="Consumption", capacity=0),
            # The identity has no role, since the gateway has no backend. A future backend needs no key.
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
        if isinstance(given, str):  # values known in a preview are checked before any change
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
            subscription_required=False,  # Entra ID cannot send a subscription key; both documents are public
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
