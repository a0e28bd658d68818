"""Rules for the Pod Security Standards."""
