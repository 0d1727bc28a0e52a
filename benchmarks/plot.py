"""Draws results as SVG, and prints them as a table in Markdown: `python -m benchmarks.plot RESULT.json`."""

import argparse
import json
import statistics
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

COLORS = {"this project": "#2a6f4e"}
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
OTHER_COLORS = ("#9aa5b1", "#c3a16b", "#5b7fa6", "#8fb0d0", "#a77c9f")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path, nargs="+")
    parser.add_argument("--connections", type=int, default=4)
    options = parser.parse_args()
    plt.rcParams |= {"svg.hashsalt": "todo", "svg.fonttype": "none", "font.size": 9}
    for path in options.results:
        result = json.loads(path.read_text())
        if "database" not in result:  # bench-workers has no plot
            continue
        figure = plot_sizes(result) if "median_ms" in result else plot_comparison(result, options.connections)
        figure.savefig(path.with_suffix(".svg"), bbox_inches="tight", metadata={"Date": None})


def plot_comparison(result: dict[str, Any], connections: int) -> Any:
    """Draw the requests per second of each server for each call; print the ratios to the first server."""
    rates = take_medians(result, connections, "requests_per_second")
    print_ratios(rates)
    names = list(next(iter(rates.values())))[::-1]
    figure, axes = plt.subplots(2, (len(rates) + 1) // 2, figsize=(11, 5))
    for axis, (call, servers) in zip(axes.flat, rates.items(), strict=False):
        axis.barh(names, [servers.get(name, 0) for name in names], color=[color(name, result) for name in names])
        axis.set_title(call)
    for axis in list(axes.flat)[len(rates) :]:
        axis.remove()
    figure.suptitle(
        f"Requests per second, {DATABASES[result['database']]}, {connections} connections, one process on one core"
    )
    figure.tight_layout()
    return figure


def take_medians(result: dict[str, Any], connections: int, column: str) -> dict[str, dict[str, float]]:
    """Return the median of a column for each call and server."""
    rows = [row for row in result["rows"] if row["connections"] == connections]
    return {
        call: {
            server: statistics.median(r[column] for r in rows if (r["operation"], r["server"]) == (call, server))
            for server in dict.fromkeys(row["server"] for row in rows if row["operation"] == call)
        }
        for call in dict.fromkeys(row["operation"] for row in rows)
    }


def color(name: str, result: dict[str, Any]) -> str:
    others = [other for other in dict.fromkeys(row["server"] for row in result["rows"]) if other not in COLORS]
    return COLORS.get(name) or OTHER_COLORS[others.index(name)]


def print_ratios(medians: dict[str, dict[str, float]]) -> None:
    names = list(next(iter(medians.values())))
    print(f"| call | {' | '.join(names)} |\n|---|{'---|' * len(names)}")
    for call, servers in medians.items():
        base = servers.get(names[0])
        cells = [f"{servers[name] / base:.2f}" if base and name in servers else "" for name in names]
        print(f"| {call} | {' | '.join(cells)} |")


def plot_sizes(result: dict[str, Any]) -> Any:
    """Draw the milliseconds of each call against the number of todos."""
    figure, axis = plt.subplots(figsize=(8, 4.5))
    for call, medians in result["median_ms"].items():
        sizes = {int(name.replace(",", "")): value for name, value in medians.items() if "partitions" not in name}
        axis.plot(list(sizes), list(sizes.values()), marker="o", label=call)
    axis.set_xscale("log")
    axis.set_ylim(bottom=0)
    axis.set_xlabel("todos in the database")
    axis.set_ylabel("milliseconds, median")
    axis.set_title(f"Time of a call of one user, {DATABASES[result['database']]}")
    axis.legend(ncols=2, fontsize=8)
    return figure


if __name__ == "__main__":
    main()
