"""A copy of this project, from which the tests deploy with Zappa's commands."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from testing.aws.account import AwsAccount

ROOT = Path(__file__).parents[2]
NOT_COPIED = (".*", "__pycache__", "venv", "staticfiles", "*.sqlite3*", "*.zip")


class CommandResult(NamedTuple):
    """The exit status and the output of a command."""

    code: int
    output: str


class ProjectCopy:
    """A copy of the project as in a fresh clone, which Zappa deploys to an emulated account."""

    def __init__(self, aws: AwsAccount, directory: Path) -> None:
        self.aws, self.directory = aws, directory
        shutil.copytree(ROOT, directory, ignore=shutil.ignore_patterns(*NOT_COPIED), dirs_exist_ok=True)
        self.original_files = self.list_files()

    def list_files(self) -> set[Path]:
        return {path for path in self.directory.rglob("*") if "__pycache__" not in path.parts}

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace a text in the file `name`, which must contain it."""
        file = self.directory / name
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def zappa(self, *arguments: str, **environment: str) -> CommandResult:
        """Run one of Zappa's commands, with further environment variables."""
        done = subprocess.run(  # noqa: S603
            [Path(sys.executable).with_name("zappa"), *arguments],
            cwd=self.directory,
            env=self.aws.environment() | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        return CommandResult(done.returncode, done.stdout)
