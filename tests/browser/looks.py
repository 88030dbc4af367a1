"""What a machine can see of a page: overflow, overlap, cut text, complaints of the console, breaches of the CSP. Judges no taste."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext
from playwright.sync_api import Page as Tab

HERE = Path(__file__).parent
SCRIPT = (HERE / "looks.js").read_text()
AXE = HERE.parents[1] / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
LISTEN = "document.addEventListener('securitypolicyviolation', e => console.error(`CSP: ${e.violatedDirective} ${e.blockedURI}`))"


@dataclass
class Seen:
    """One page in one window. `problems`: one line each; empty when all is well."""

    tab: Tab
    problems: list[str] = field(default_factory=list)


def open_page(context: BrowserContext, address: str, status: int = 200) -> Seen:
    """Opens it, waits until it is still, and looks."""
    tab = context.new_page()
    seen = Seen(tab)
    tab.add_init_script(LISTEN)
    tab.on("pageerror", lambda error: seen.problems.append(f"script: {error}"))
    tab.on("console", lambda said: _hear(seen, said, status))
    answer = tab.goto(address, wait_until="networkidle")
    if answer is None or answer.status != status:
        seen.problems.append(f"answer: {answer and answer.status} instead of {status}")
    tab.evaluate("document.fonts.ready")
    seen.problems += tab.evaluate(SCRIPT)
    return seen


def with_axe(tab: Tab) -> list[str]:
    """What axe finds serious or critical. Its script comes in through the debugger, past the CSP."""
    tab.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = tab.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)"
    )
    return [
        f"axe {one['impact']}: {one['id']} at {node['target'][0]}: {node['any'][0]['message'] if node['any'] else one['help']}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def _hear(seen: Seen, said: Any, status: int) -> None:
    """A page that is meant to answer 404 makes the browser say so."""
    if said.type in ("error", "warning") and not (status >= 400 and f"status of {status}" in said.text):
        seen.problems.append(f"console: {said.text}")
