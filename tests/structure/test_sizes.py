"""The caps of docs/style.md. They cut the tail off: the aim is half of each or less."""

import ast

from tests.structure.tree import files, functions, lines, modules, name, parsed, under

ALL = ("socialq", "workers", "tests")


def too_long(found: dict[str, int], cap: int) -> list[str]:
    return [f"{what}: {size}, the cap is {cap}" for what, size in found.items() if size > cap]


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def routed(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A view: a function under `@something.route(...)`, `.get(...)`, `.post(...)` and so on."""
    verbs = {"route", "get", "post", "put", "patch", "delete"}
    calls = [one.func for one in function.decorator_list if isinstance(one, ast.Call)]
    return any(isinstance(call, ast.Attribute) and call.attr in verbs for call in calls)


def statements(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """All statements inside, nested ones too; the docstring is none."""
    inner = [node for node in ast.walk(function) if isinstance(node, ast.stmt) and node is not function]
    return len(inner) - (ast.get_docstring(function) is not None)


def test_modules() -> None:
    assert too_long({name(file): lines(file) for file in modules(*ALL)}, 250) == []


def test_functions() -> None:
    found = {f"{name(file)}:{one.name}": length(one) for file in modules(*ALL) for one in functions(file)}
    assert too_long(found, 40) == []


def test_views() -> None:
    found = {
        f"{name(file)}:{one.name}": length(one)
        for file in modules("socialq")
        if "web" in file.parts
        for one in functions(file)
        if routed(one)
    }
    assert too_long(found, 15) == []


def test_jobs() -> None:
    jobs = [node for file in modules("workers") if file.stem == "jobs" for node in parsed(file).body]
    public = [node for node in jobs if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    assert too_long({one.name: statements(one) for one in public}, 3) == []


def test_templates() -> None:
    found = [file for file in files() if file.parts and name(file).startswith("templates/")]
    assert too_long({name(file): lines(file) for file in found}, 120) == []


def test_scripts() -> None:
    found = [file for file in under("static", suffix=".js") if not name(file).startswith("static/dist/")]
    assert too_long({name(file): lines(file) for file in found}, 60) == []


def test_every_module_says_what_it_is_for() -> None:
    """One to three lines at the top; an empty `__init__` has nothing to say."""
    wrong = []
    for file in modules(*ALL):
        text = ast.get_docstring(parsed(file)) or ""
        if parsed(file).body and not 1 <= len(text.splitlines()) <= 3:
            wrong.append(name(file))
    assert wrong == []


def test_the_caps_can_fail() -> None:
    job = ast.parse('def ring():\n    """Rings."""\n    for one in ():\n        one()\n    return\n').body[0]
    view = ast.parse("@bp.get('/posts')\ndef index():\n    return ''\n").body[0]
    assert isinstance(job, ast.FunctionDef)
    assert isinstance(view, ast.FunctionDef)
    assert (statements(job), length(job), routed(job), routed(view)) == (3, 5, False, True)
    assert too_long({"one": 40, "two": 41}, 40) == ["two: 41, the cap is 40"]
