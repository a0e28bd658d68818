"""Rules for logs, alerts and Microsoft Defender for Cloud."""
