"""Resources from Kubernetes manifests: the documents of YAML and JSON files, as clients of an API server read them."""
