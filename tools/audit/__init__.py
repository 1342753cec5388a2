"""Watches the supply chain: known vulnerabilities of every package that the lock files pin."""
