"""A sandbox's network: outbound policy, credentials, ports."""
