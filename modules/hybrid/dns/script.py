"""The script that configures conditional forwarders on a force's Windows DNS servers."""

from collections.abc import Mapping, Sequence

_HEAD = """\
# Run on a DNS server of the force's domain, as a member of DnsAdmins. Forwarders that are there are brought up to date.
$forwarders = [ordered]@{
"""

_TAIL = """\
}
foreach ($zone in $forwarders.Keys) {
    $servers = $forwarders[$zone]
    if (Get-DnsServerZone -Name $zone -ErrorAction SilentlyContinue) {
        Set-DnsServerConditionalForwarderZone -Name $zone -MasterServers $servers
    } else {
        Add-DnsServerConditionalForwarderZone -Name $zone -MasterServers $servers -ReplicationScope Forest
    }
}
"""


def forwarder_script(forwarders: Mapping[str, Sequence[str]]) -> str:
    """PowerShell that forwards each name of `forwarders` to its addresses."""
    lines = ""
    for name, addresses in sorted(forwarders.items()):
        quoted = ", ".join(f"'{address}'" for address in addresses)
        lines += f"    '{name}' = @({quoted})\n"
    return _HEAD + lines + _TAIL
