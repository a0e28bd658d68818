"""Resources from ARM templates: expressions are evaluated as far as they can be without a deployment."""
