"""The `tls` package: generates real keys, certificate requests and certificates.

Every input except `earlyRenewalHours` forces a replacement, as in terraform-provider-tls, on which the package is
built.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from typing_extensions import override

from bluelamp.rehearsal.provider import CloudError, Failure, Instance
from bluelamp.rehearsal.sdk.behaviour import Creation, Find, Package
from bluelamp.rehearsal.sdk.messages import did_you_mean, listing
from bluelamp.rehearsal.sdk.shapes import ResourceShape

_ALLOWED = {
    "algorithm": ("RSA", "ECDSA", "ED25519"),
    "ecdsaCurve": ("P224", "P256", "P384", "P521"),
}
_DEFAULTS = {"PrivateKey": {"rsaBits": 2048, "ecdsaCurve": "P224"}}


class Rehearsed(Package):
    """The package's resources and functions."""

    @override
    def defaults(self, resource: ResourceShape) -> Mapping[str, Any]:
        return _DEFAULTS.get(resource.name, {})

    @override
    def replaces(self, resource: ResourceShape, name: str) -> bool:
        return name != "earlyRenewalHours"

    @override
    def check(self, resource: ResourceShape, inputs: Mapping[str, Any]) -> Iterator[Failure]:
        for name, allowed in _ALLOWED.items():
            value = inputs.get(name)
            if isinstance(value, str) and value not in allowed:
                yield Failure(name, f"'{value}' is not one of {listing(allowed)}{did_you_mean(value, allowed)}")

    @override
    def computed(self, creation: Creation) -> dict[str, Any]:
        from bluelamp.rehearsal.sdk import certificates

        inputs = creation.inputs
        try:
            if creation.kind == "PrivateKey":
                return certificates.private_key(inputs["algorithm"], inputs["rsaBits"], inputs["ecdsaCurve"])
            if creation.kind == "CertRequest":
                return certificates.request(inputs)
            start = datetime.now(UTC)
            end = start + timedelta(hours=float(inputs["validityPeriodHours"]))
            return {
                **certificates.certificate(inputs, start, end, self_signed=creation.kind == "SelfSignedCert"),
                "readyForRenewal": start >= end - timedelta(hours=float(inputs.get("earlyRenewalHours") or 0)),
                "validityStartTime": start.isoformat(timespec="seconds"),
                "validityEndTime": end.isoformat(timespec="seconds"),
            }
        except (ValueError, TypeError) as error:
            raise CloudError("InvalidParameter", f"{creation.name}: {error}") from error

    @override
    def identity(self, creation: Creation, outputs: Mapping[str, Any]) -> str:
        if "certPem" in outputs:
            from bluelamp.rehearsal.sdk import certificates

            return certificates.serial_number(outputs["certPem"])
        text = outputs.get("publicKeyPem") or outputs.get("certRequestPem") or ""
        return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    @override
    def invoke(self, token: str, args: Mapping[str, Any], instance: Instance, find: Find) -> dict[str, Any] | None:
        from bluelamp.rehearsal.sdk import certificates

        if not token.endswith(":getPublicKey"):
            raise CloudError("NotSupported", f"{token} is not supported: a rehearsal connects to no server")
        try:
            return {**args, **certificates.public_key(args.get("privateKeyPem") or args["privateKeyOpenssh"])}
        except (ValueError, TypeError, KeyError) as error:
            raise CloudError("InvalidParameter", f"{token}: not a private key: {error}") from error
