"""Wiring: settings, URLs, and the few things that belong to no app."""

__version__ = "0.1.0"
