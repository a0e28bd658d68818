"""Public keys in the settings, with which Azure verifies a cluster's service accounts and Arc agents."""

import base64
import binascii
from typing import Annotated, Literal

from pydantic import AfterValidator

from bluelamp.infra.settings.fields import Model, Text, in_schema, matching, refuse

_PUBLIC = bytes.fromhex("3082020a0282020100")  # PKCS#1: a sequence of a 4096-bit modulus
_PRIVATE = bytes.fromhex("020100")  # the version, with which only private keys begin
_FORM = "an RSA key of 4096 bits, PKCS#1, DER, base64"
_HOW = "`openssl rsa -in arc.pem -RSAPublicKey_out -outform DER | base64 -w0` gives it"


@in_schema(pattern=f"^{base64.b64encode(_PUBLIC).decode()}[A-Za-z0-9+/]*={{0,2}}$")
def _agent_certificate(value: str) -> str:
    """Validates the key. Messages never contain the value, which could be the private key."""
    try:
        key = base64.b64decode(value, validate=True)
    except binascii.Error:
        raise refuse("is not base64", _FORM, _HOW, hidden=True) from None
    if value.startswith("LS0t") or key[4:7] == _PRIVATE:
        message = "is not a public key in DER, and may be the private one"
        raise refuse(message, _FORM, f"replace a key that was here; {_HOW}", hidden=True)
    if not key.startswith(_PUBLIC):
        raise refuse("is not a public key of the agents", _FORM, _HOW, hidden=True)
    return value


AgentCertificate = Annotated[str, AfterValidator(_agent_certificate)]
"""The public half of a key pair of Arc's agents."""

_AS_GIVEN = "base64url, as `kubectl get --raw /openid/v1/jwks` gives it"

_Modulus = Annotated[
    str, AfterValidator(matching(r"[A-Za-z0-9_-]{342,1400}", "is not a modulus of at least 2048 bits", _AS_GIVEN))
]
_Exponent = Annotated[str, AfterValidator(matching(r"[A-Za-z0-9_-]{1,8}", "is not a valid exponent", _AS_GIVEN))]


class SigningKey(Model):
    """A public key that signs a cluster's service account tokens, as `kubectl get --raw /openid/v1/jwks` gives it."""

    kid: Text
    """The key's id."""
    n: _Modulus
    """The modulus, 2048 bits at least."""
    e: _Exponent = "AQAB"
    """The exponent."""
    kty: Literal["RSA"] = "RSA"
    """Entra ID supports RSA only."""
    use: Literal["sig"] = "sig"
    alg: Literal["RS256"] = "RS256"
