"""Agreement with datacontract-cli, the reference implementation of data contract checks: `make interop`."""
