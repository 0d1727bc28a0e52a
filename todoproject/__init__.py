"""The project: settings, URLs, and what the apps share. The version stands here and nowhere else."""

__version__ = "0.1.0"
