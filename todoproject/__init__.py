"""The project: settings, URLs, and what the apps share. The version is set here only."""

__version__ = "0.1.0"
