"""What a machine can see of a page: overflow, overlap, cut text, complaints of the console, breaches of the CSP. Judges no taste."""

from collections.abc import Callable
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
# Fonts are in, pictures are drawn (those further down too), and what the scripts have set has been laid out.
STILL = """async () => {
  document.querySelectorAll("img").forEach((one) => (one.loading = "eager"));
  await document.fonts.ready;
  await Promise.all([...document.images].map((one) => one.decode().catch(() => null)));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


@dataclass
class Seen:
    """One page in one window. `problems`: one line each; empty when all is well."""

    tab: Tab
    problems: list[str] = field(default_factory=list)


def open_page(
    context: BrowserContext, address: str, status: int = 200, then: Callable[[Tab], None] | None = None
) -> Seen:
    """Opens it, does `then`, waits until it is still, and looks."""
    seen = arrive(context, address, status, then)
    seen.problems += look(seen.tab)
    return seen


def arrive(context: BrowserContext, address: str, status: int = 200, then: Callable[[Tab], None] | None = None) -> Seen:
    """Opens it, does `then`, and waits until it is still; `problems` has what was heard on the way.

    `status` is the last answer's."""
    tab = context.new_page()
    seen = Seen(tab)
    tab.add_init_script(LISTEN)
    tab.on("pageerror", lambda error: seen.problems.append(f"script: {error}"))
    tab.on("console", lambda said: _hear(seen, said, status))
    answer = tab.goto(address)
    wanted = 200 if then else status
    if answer is None or answer.status != wanted:
        seen.problems.append(f"answer: {answer and answer.status} instead of {wanted}")
    if then:
        then(tab)
    if tab.locator("iframe").count():
        tab.wait_for_load_state("networkidle")
    still(tab)
    return seen


def still(tab: Tab) -> None:
    """Waits until nothing moves any more."""
    tab.evaluate(STILL)


def look(tab: Tab) -> list[str]:
    """What lies where it should not."""
    found: list[str] = tab.evaluate(SCRIPT)
    return found


def with_axe(tab: Tab) -> list[str]:
    """What axe finds serious or critical. Its script comes in through the debugger, past the CSP."""
    if not tab.evaluate("'axe' in window"):
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
