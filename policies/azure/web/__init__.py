"""Rules for App Service."""
