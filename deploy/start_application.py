"""Starts the application as Lambda does, and runs the system checks. deploy/settings_check.py runs this program."""

import sys

from django.core.checks import run_checks

from todoproject.serving import lambda_wsgi  # noqa: F401 (It exits with one line if a setting is invalid.)

if __name__ == "__main__":
    for message in run_checks():
        if message.is_serious():
            sys.exit(f"Not started: {message.msg} ({message.id})")
