"""The package for Lambda, built for this machine."""

import platform

from deploy.package import MACHINES

ARCHITECTURE = {machine: architecture for architecture, machine in MACHINES.items()}[platform.machine()]
