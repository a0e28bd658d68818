"""Keys and certificates that other tools accept."""

from typing import Any

import pytest

from bluelamp.rehearsal.provider import CloudError, Instance
from bluelamp.rehearsal.values import Secret, plain

x509 = pytest.importorskip("cryptography.x509", reason="the library cryptography is not installed")
HERE = Instance("essex", "bluelamp")
SUBJECT = {"commonName": "essex.police.example", "organization": "Essex Police"}


@pytest.fixture
def tls(cloud_of) -> Any:
    return cloud_of("tls")


@pytest.mark.parametrize(
    ("inputs", "begins", "openssh"),
    [
        ({"algorithm": "RSA", "rsaBits": 2048}, "-----BEGIN RSA PRIVATE KEY-----", "ssh-rsa "),
        ({"algorithm": "ECDSA"}, "-----BEGIN EC PRIVATE KEY-----", ""),
        ({"algorithm": "ECDSA", "ecdsaCurve": "P256"}, "-----BEGIN EC PRIVATE KEY-----", "ecdsa-sha2-nistp256 "),
        ({"algorithm": "ED25519"}, "-----BEGIN PRIVATE KEY-----", "ssh-ed25519 "),
    ],
)
def test_private_keys(tls, inputs, begins, openssh):
    resource_id, made = tls.make("PrivateKey", **inputs)
    assert len(resource_id) == 40
    assert isinstance(made["privateKeyPem"], Secret)
    assert plain(made["privateKeyPem"]).startswith(begins)
    assert made["publicKeyOpenssh"].startswith(openssh)
    assert made["publicKeyFingerprintSha256"].startswith("SHA256:" if openssh else "")
    public = tls.provider.invoke(
        HERE, "tls:index/getPublicKey:getPublicKey", {"privateKeyPem": plain(made["privateKeyPem"])}
    )
    assert public["publicKeyPem"] == made["publicKeyPem"]


def test_a_chain_of_certificates_verifies(tls):
    key = plain(tls.make("PrivateKey", "ca", algorithm="ECDSA", ecdsaCurve="P256")[1]["privateKeyPem"])
    serial, authority = tls.make(
        "SelfSignedCert",
        privateKeyPem=key,
        subject=SUBJECT,
        allowedUses=["cert_signing"],
        validityPeriodHours=24,
        isCaCertificate=True,
    )
    root = x509.load_pem_x509_certificate(authority["certPem"].encode())
    assert serial == str(root.serial_number)
    assert authority["readyForRenewal"] is False
    own = plain(tls.make("PrivateKey", "leaf", algorithm="ED25519")[1]["privateKeyPem"])
    _, asked = tls.make(
        "CertRequest", privateKeyPem=own, subject=SUBJECT, dnsNames=["a.example"], ipAddresses=["10.0.0.1"]
    )
    assert asked["keyAlgorithm"] == "ED25519"
    _, signed = tls.make(
        "LocallySignedCert",
        certRequestPem=asked["certRequestPem"],
        caCertPem=authority["certPem"],
        caPrivateKeyPem=key,
        allowedUses=["server_auth", "digital_signature"],
        validityPeriodHours=1,
    )
    leaf = x509.load_pem_x509_certificate(signed["certPem"].encode())
    leaf.verify_directly_issued_by(root)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["a.example"]


def test_a_mistake_in_tls_is_refused(tls):
    assert tls.refused("PrivateKey", algorithm="RSAA") == [
        ("algorithm", "'RSAA' is not one of RSA, ECDSA, ED25519; did you mean 'RSA'?")
    ]
    with pytest.raises(CloudError, match="InvalidParameter"):
        tls.provider.create(HERE, tls.urn("CertRequest"), {"privateKeyPem": "nonsense"}, preview=False)
    with pytest.raises(CloudError, match="connects to no server"):
        tls.provider.invoke(HERE, "tls:index/getCertificate:getCertificate", {"url": "https://x.example"})


def test_only_early_renewal_keeps_the_certificate(tls):
    urn = tls.urn("SelfSignedCert")
    old = {"validityPeriodHours": 1, "allowedUses": [], "earlyRenewalHours": 0}
    new = {"validityPeriodHours": 2, "allowedUses": [], "earlyRenewalHours": 1}
    assert tls.provider.diff(HERE, urn, "1", old, {}, new).changes == {
        "validityPeriodHours": "update-replace",
        "earlyRenewalHours": "update",
    }
