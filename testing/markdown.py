"""Reads parts of the committed Markdown documents, for tests that compare them with the code."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
MARKDOWN_FILES = [*ROOT.glob("*.md"), *ROOT.glob("[a-z]*/**/*.md"), *ROOT.glob(".github/**/*.md")]
IGNORED_FOLDERS = {"env", "staticfiles", "venv"}  # Folders that are not in the repository, but often in a checkout.
DOCUMENTS = sorted(path for path in MARKDOWN_FILES if path.relative_to(ROOT).parts[0] not in IGNORED_FOLDERS)

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:^(?: {4}|\t).*\n|^\n)+", re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def read_document(name: str) -> str:
    return (ROOT / name).read_text()


def get_section(text: str, heading: str) -> str:
    """Return the text between a heading of level 2 and the next one."""
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def parse_table(text: str, first_header: str) -> list[list[str]]:
    """Return the rows of the table whose first column has this header, as lists of cells, without the header row."""
    _, _, rest = text.partition(f"| {first_header} |")
    rows = rest.partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def list_code_blocks(text: str, language: str) -> list[str]:
    return [code for named, code in FENCE.findall(text) if named == language]


def remove_blocks(text: str) -> str:
    return FENCE.sub("", text)


def list_code(text: str) -> list[str]:
    """Return all code of a document: inline spans and blocks."""
    prose = remove_blocks(text)
    blocks = [block for _, block in FENCE.findall(text)] + INDENTED.findall(prose)
    return SPAN.findall(prose) + blocks


def list_links(text: str) -> list[str]:
    return LINK.findall(SPAN.sub("", remove_blocks(text)))


def list_anchors(text: str) -> set[str]:
    """Return the anchors of the headings, as GitHub generates them."""
    headings = HEADING.findall(remove_blocks(text))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
