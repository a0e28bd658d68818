"""Components that make up a landing zone on premises, on Kubernetes."""
