"""A valid `bootstrap.yaml`, for tests to use and to break."""

GITHUB = """host: github
repository: dyfed-powys-police/estate
network:
  addressSpace: 10.29.159.192/26
tenantId: 6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e00
subscriptionId: 7d2f1c9a-40b3-4d1e-9f55-2f6f2b1a9c10
"""
