"""Keys, certificate requests and certificates for the `tls` package, with the `cryptography` library."""

import base64
import hashlib
import ipaddress
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_ssh_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

_CURVES: dict[str, type[ec.EllipticCurve]] = {
    "P224": ec.SECP224R1,
    "P256": ec.SECP256R1,
    "P384": ec.SECP384R1,
    "P521": ec.SECP521R1,
}
_NAMES: dict[str, ObjectIdentifier] = {
    "commonName": NameOID.COMMON_NAME,
    "country": NameOID.COUNTRY_NAME,
    "emailAddress": NameOID.EMAIL_ADDRESS,
    "locality": NameOID.LOCALITY_NAME,
    "organization": NameOID.ORGANIZATION_NAME,
    "organizationalUnit": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "postalCode": NameOID.POSTAL_CODE,
    "province": NameOID.STATE_OR_PROVINCE_NAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
}
_KEY_USES = {
    "digital_signature": "digital_signature",
    "content_commitment": "content_commitment",
    "key_encipherment": "key_encipherment",
    "data_encipherment": "data_encipherment",
    "key_agreement": "key_agreement",
    "cert_signing": "key_cert_sign",
    "crl_signing": "crl_sign",
    "encipher_only": "encipher_only",
    "decipher_only": "decipher_only",
}
_EXTENDED_USES = {
    "any_extended": ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    "client_auth": ExtendedKeyUsageOID.CLIENT_AUTH,
    "code_signing": ExtendedKeyUsageOID.CODE_SIGNING,
    "email_protection": ExtendedKeyUsageOID.EMAIL_PROTECTION,
    "ocsp_signing": ExtendedKeyUsageOID.OCSP_SIGNING,
    "server_auth": ExtendedKeyUsageOID.SERVER_AUTH,
    "timestamping": ExtendedKeyUsageOID.TIME_STAMPING,
}


def private_key(algorithm: str, bits: int, curve: str) -> dict[str, Any]:
    """A new key in the package's output formats. Raises `ValueError` for an invalid size."""
    key: Key
    if algorithm == "RSA":
        key = rsa.generate_private_key(65537, int(bits))
    elif algorithm == "ECDSA":
        key = ec.generate_private_key(_CURVES[curve]())
    else:
        key = ed25519.Ed25519PrivateKey.generate()
    pkcs8 = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    edwards = isinstance(key, ed25519.Ed25519PrivateKey)
    own = (
        pkcs8 if edwards else key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    )
    openssh = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode() if _ssh(key) else ""
    return {
        "privateKeyPem": own,
        "privateKeyPemPkcs8": pkcs8,
        "privateKeyOpenssh": openssh,
        **{name: value for name, value in public_key(pkcs8).items() if name != "algorithm"},
    }


def public_key(private: str) -> dict[str, Any]:
    """The public key of a private key in PEM or OpenSSH format, and its fingerprints. Raises `ValueError`."""
    key = _load(private)
    public = key.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    ssh = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode() if _ssh(key) else ""
    found = {"algorithm": _algorithm(key), "publicKeyPem": pem, "publicKeyOpenssh": f"{ssh}\n" if ssh else ""}
    return {**found, **_fingerprints(ssh)}


def request(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """A certificate request, signed with the key in `privateKeyPem`. Raises `ValueError`."""
    key = _load(inputs["privateKeyPem"])
    builder = x509.CertificateSigningRequestBuilder().subject_name(_subject(inputs.get("subject") or {}))
    names = _alternatives(inputs)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    signed = builder.sign(key, _hash(key))
    return {"certRequestPem": signed.public_bytes(Encoding.PEM).decode(), "keyAlgorithm": _algorithm(key)}


def certificate(inputs: Mapping[str, Any], start: datetime, end: datetime, *, self_signed: bool) -> dict[str, Any]:
    """A self-signed certificate for `privateKeyPem`, or one for `certRequestPem` signed with `caPrivateKeyPem`.

    Raises `ValueError` if a key, request or CA certificate is invalid.
    """
    builder = x509.CertificateBuilder().serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(start).not_valid_after(end)
    public: CertificatePublicKeyTypes
    if self_signed:
        key = _load(inputs["privateKeyPem"])
        subject = issuer = _subject(inputs.get("subject") or {})
        public, names, own = key.public_key(), _alternatives(inputs), {"keyAlgorithm": _algorithm(key)}
    else:
        csr = x509.load_pem_x509_csr(inputs["certRequestPem"].encode())
        authority = x509.load_pem_x509_certificate(inputs["caCertPem"].encode())
        key = _load(inputs["caPrivateKeyPem"])
        subject, issuer, public = csr.subject, authority.subject, csr.public_key()
        names, own = _requested_names(csr), {"caKeyAlgorithm": _algorithm(key)}
    builder = builder.subject_name(subject).issuer_name(issuer).public_key(public)
    for extension, critical in _extensions(inputs, names):
        builder = builder.add_extension(extension, critical=critical)
    return {"certPem": builder.sign(key, _hash(key)).public_bytes(Encoding.PEM).decode(), **own}


def serial_number(pem: str) -> str:
    """A certificate's serial number, in decimal digits."""
    return str(x509.load_pem_x509_certificate(pem.encode()).serial_number)


def _load(text: str) -> Key:
    data = text.encode()
    key = load_ssh_private_key(data, None) if "OPENSSH" in text else load_pem_private_key(data, None)
    if not isinstance(key, Key):
        raise ValueError("unsupported key algorithm; allowed: RSA, ECDSA, ED25519")  # noqa: TRY004 - the key is wrong, not the caller's type
    return key


def _algorithm(key: Key) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        return "RSA"
    return "ECDSA" if isinstance(key, ec.EllipticCurvePrivateKey) else "ED25519"


def _ssh(key: Key) -> bool:
    """Whether OpenSSH supports the key; it does not support the curve P224."""
    return not (isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == "secp224r1")


def _hash(key: Key) -> hashes.SHA256 | None:
    return None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()


def _fingerprints(ssh: str) -> dict[str, str]:
    if not ssh:
        return {"publicKeyFingerprintMd5": "", "publicKeyFingerprintSha256": ""}
    body = base64.b64decode(ssh.split()[1])
    md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
    sha256 = base64.b64encode(hashlib.sha256(body).digest()).decode().rstrip("=")
    pairs = ":".join(md5[at : at + 2] for at in range(0, len(md5), 2))
    return {"publicKeyFingerprintMd5": pairs, "publicKeyFingerprintSha256": f"SHA256:{sha256}"}


def _subject(subject: Mapping[str, Any]) -> x509.Name:
    made = [x509.NameAttribute(_NAMES[name], str(value)) for name, value in subject.items() if name in _NAMES and value]
    streets = [x509.NameAttribute(NameOID.STREET_ADDRESS, str(one)) for one in subject.get("streetAddresses") or []]
    return x509.Name([*made, *streets])


def _alternatives(inputs: Mapping[str, Any]) -> list[x509.GeneralName]:
    return [
        *(x509.DNSName(one) for one in inputs.get("dnsNames") or []),
        *(x509.IPAddress(ipaddress.ip_address(one)) for one in inputs.get("ipAddresses") or []),
        *(x509.UniformResourceIdentifier(one) for one in inputs.get("uris") or []),
    ]


def _requested_names(csr: x509.CertificateSigningRequest) -> list[x509.GeneralName]:
    try:
        return list(csr.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return []


def _extensions(inputs: Mapping[str, Any], names: Sequence[x509.GeneralName]) -> list[tuple[x509.ExtensionType, bool]]:
    uses = [one for one in inputs.get("allowedUses") or [] if isinstance(one, str)]
    simple = {flag: use in uses for use, flag in _KEY_USES.items()}
    found: list[tuple[x509.ExtensionType, bool]] = []
    if any(simple.values()):
        found.append((x509.KeyUsage(**simple), True))
    extended = [_EXTENDED_USES[one] for one in uses if one in _EXTENDED_USES]
    if extended:
        found.append((x509.ExtendedKeyUsage(extended), False))
    authority = bool(inputs.get("isCaCertificate"))
    found.append((x509.BasicConstraints(ca=authority, path_length=None), True))
    if names:
        found.append((x509.SubjectAlternativeName(names), False))
    return found
