"""Reads a report as its client does: what stands beside which word on the page. Knows no number that is not on it."""

import re
from pathlib import Path

from tests.cli.desk import Terminal
from tests.workers.installation import until

KPI = re.compile(r'<h2>([^<]*)</h2><p class="value">([^<]*)</p>')
KIND = re.compile(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>")


def read(terminal: Terminal, month: str, folder: Path) -> dict[str, str]:
    """Pulls the numbers, builds client 1's month and gives what the page says, by its Dutch label."""
    until(lambda: terminal.run("metrics", "pull", "--client", "1").code == 0)  # not while a worker is pulling too
    made = terminal.ok("report", "build", "--client", "1", "--month", month, "--out", str(folder))
    assert made["state"] == "ready"
    page = Path(made["file"]).read_text(encoding="utf-8")
    return {label: value.strip() for label, value in [*KPI.findall(page), *KIND.findall(page)]}
