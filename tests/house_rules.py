"""
The house rules: what may never stand in the source, each as a function over one module.

A rule takes a `Module` and returns a finding per offence.  `tests/test_house.py` runs
every rule over every module, and shows each rule an offender that it must catch.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

FLOORS = {
    "geo": {"geo"},
    "dispatch": {"dispatch", "geo"},
    "api": {"api", "dispatch", "geo"},
    "fixtures": {"fixtures", "geo"},
}
"""What each package may import of ours."""

DEMO_VERB = "api/cli_city.py"
"""The only module outside tests that may import the demo city."""

USE_CASES = (
    "addressing",
    "atlas",
    "automatic",
    "bulletin_appeal",
    "bulletin_desk",
    "correcting",
    "crew_notice",
    "desk",
    "diverting",
    "due",
    "follow_up",
    "handling",
    "hotline_intake",
    "next_step",
    "noting",
    "offer",
    "own_job",
    "plan_release",
    "planning_desk",
    "public_report",
    "replay",
    "report_intake",
    "sign_on",
    "supervision",
    "whistle_desk",
)
"""Modules of dispatch that hand a session on to the store."""


ADDED_TO = frozenset(
    {
        "TRANSITIONS",
        "EDITS",
        "HAND_OFFS",
        "DEADLINE_STEPS",
        "WHISTLE_ANSWERS",
        "ESCALATIONS",
        "SECOND_THOUGHTS",
    }
)
"""Tables of what has happened to incidents; the audit is cut by its retention, and says so."""

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b")
"""Marks of unfinished work."""


@dataclass(frozen=True)
class Module:
    """A Python file, by its path in the project, and its source."""

    path: str
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source, self.path)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All of the tree, walked once for every rule."""
        return list(ast.walk(self.tree))

    @property
    def package(self) -> str:
        return PurePosixPath(self.path).parts[0]

    @cached_property
    def imported(self) -> dict[str, str]:
        """Every name that an import binds, with what it stands for: np → numpy."""
        bound: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.split(".")[0]
                    bound[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    bound[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        return bound

    def dotted(self, node: ast.AST) -> str:
        """Full name of a name or attribute: ``np.random.seed`` → ``numpy.random.seed``."""
        if isinstance(node, ast.Name):
            return self.imported.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            return f"{self.dotted(node.value)}.{node.attr}"
        return "?"

    def comments(self) -> Iterator[tuple[int, str]]:
        for token in tokenize.generate_tokens(io.StringIO(self.source).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string

    def at(self, line: int, what: str) -> str:
        return f"{self.path}:{line}: {what}"


Rule = Callable[[Module], list[str]]


def read_modules(root: Path, *folders: str) -> list[Module]:
    """Read every Python file below the folders, web packages aside."""
    paths = [path for folder in folders for path in sorted((root / folder).rglob("*.py"))]
    return [
        Module(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
        for path in paths
        if "node_modules" not in path.parts
    ]


def imports_point_downwards(module: Module) -> list[str]:
    """api → dispatch → geo; the demo city is imported by the demo verb alone."""
    allowed = FLOORS.get(module.package, set(FLOORS))
    if module.path == DEMO_VERB:
        allowed = allowed | {"fixtures"}
    forbidden = (set(FLOORS) | {"tests"}) - allowed
    return [
        module.at(line, f"imports {name}")
        for line, name in _imports(module)
        if name.split(".")[0] in forbidden
    ]


def no_clock(module: Module) -> list[str]:
    """`now` is an argument below api/."""
    if module.package == "api":
        return []
    clocks = re.compile(
        r"datetime\.(datetime|date)\.(now|utcnow|today)|time\.(time|monotonic|perf_counter|"
        r"process_time|localtime|gmtime|sleep)(_ns)?|pandas\.Timestamp\.(now|utcnow|today)"
    )
    named = [
        module.at(node.lineno, f"reads the clock: {module.dotted(node)}")
        for node in _names(module)
        if clocks.fullmatch(module.dotted(node))
    ]
    in_words = [
        module.at(node.lineno, f"reads the clock: {module.dotted(node.func)}({node.args[0].value})")
        for node in _calls(module)
        if node.args
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value in ("now", "today")
        and re.search(r"datetime64$|Timestamp$|to_datetime$", module.dotted(node.func))
    ]
    return named + in_words


def no_unseeded_randomness(module: Module) -> list[str]:
    """`seed` is an argument below api/."""
    if module.package == "api":
        return []
    global_state = re.compile(
        r"random\.(?!Random$)\w+|numpy\.random\.(?!Generator$|BitGenerator$|SeedSequence$|"
        r"default_rng$|PCG64$|PCG64DXSM$|Philox$)\w+|uuid\.uuid[14]|os\.urandom|secrets\.\w+"
    )
    seedable = re.compile(
        r"random\.Random|numpy\.random\.(default_rng|SeedSequence|PCG64|PCG64DXSM|Philox)"
    )
    drawn = [
        module.at(node.lineno, f"draws without a seed: {module.dotted(node)}")
        for node in _names(module)
        if global_state.fullmatch(module.dotted(node))
    ]
    unseeded = [
        module.at(node.lineno, f"makes a generator without a seed: {module.dotted(node.func)}")
        for node in _calls(module)
        if seedable.fullmatch(module.dotted(node.func)) and not _has_seed(node)
    ]
    return drawn + unseeded


def nothing_read_at_import(module: Module) -> list[str]:
    """Handlers, settings and files belong to the composition root, not to an import."""
    reading = re.compile(
        r"open|.*\.(open|read_text|read_bytes|addHandler|basicConfig|dictConfig|read_csv|"
        r"read_parquet|read_file|read_dataframe|load_dotenv|getenv)|numpy\.load|.*Settings|"
        r"(.*\.)?create_app|(.*\.)?create_engine"
    )
    found: list[str] = []
    for node in _run_at_import(module.tree):
        if isinstance(node, ast.Call) and reading.fullmatch(module.dotted(node.func)):
            found.append(module.at(node.lineno, f"at import: {module.dotted(node.func)}"))
        if isinstance(node, ast.Attribute) and module.dotted(node) == "os.environ":
            found.append(module.at(node.lineno, "at import: os.environ"))
    return found


def web_libraries_stay_in_api(module: Module) -> list[str]:
    """Pydantic, HTTP and the command line are matters of the doors."""
    if module.package == "api":
        return []
    doors = {"pydantic", "pydantic_settings", "fastapi", "starlette", "uvicorn", "typer"}
    return [
        module.at(line, f"imports {name} outside api/")
        for line, name in _imports(module)
        if name.split(".")[0] in doors
    ]


def sql_stays_in_the_store(module: Module) -> list[str]:
    """No spatial predicate of SQL decides a dispatch; outside the store there is no SQL."""
    if module.path.startswith("dispatch/store/"):
        return []
    doors = {f"dispatch/{name}.py" for name in USE_CASES}
    imported = [
        module.at(line, f"imports {name} outside the store")
        for line, name in _imports(module)
        if module.package != "api"
        and module.path not in doors
        and name.split(".")[0] in {"sqlalchemy", "geoalchemy2"}
    ]
    spatial = re.compile(r"\bST_[A-Z]\w+")
    texts = [
        (node.lineno, node.value)
        for node in module.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    names = [(node.lineno, node.attr) for node in _names(module) if isinstance(node, ast.Attribute)]
    return imported + [
        module.at(line, f"asks SQL about space: {found[0]}")
        for line, text in texts + names
        if (found := spatial.search(text))
    ]


def the_door_commits(module: Module) -> list[str]:
    """Services never commit; the door does, through the session of the store."""
    if module.package != "dispatch" or module.path == "dispatch/store/session.py":
        return []
    return [
        module.at(node.lineno, "commits inside a service")
        for node in _calls(module)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]


def no_error_swallowed(module: Module) -> list[str]:
    """An except clause does something with what it caught."""
    silent = [
        module.at(node.lineno, "swallows an error")
        for node in module.nodes
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or all(_does_nothing(step) for step in node.body))
    ]
    suppressed = [
        module.at(node.lineno, "suppresses every error")
        for node in _calls(module)
        if module.dotted(node.func) == "contextlib.suppress"
        and {module.dotted(kind) for kind in node.args} & {"Exception", "BaseException"}
    ]
    return silent + suppressed


def prepared_polygons_have_a_lock(module: Module) -> list[str]:
    """A prepared polygon that is kept changes while it is asked: two threads end the process."""
    if module.package == "fixtures" or "threading.Lock" in module.imported.values():
        return []
    findings = []
    for function in module.nodes:
        if not isinstance(function, ast.FunctionDef):
            continue
        kept = {name for step in ast.walk(function) for name in _kept_by(step)}
        findings += [
            module.at(call.lineno, "keeps a prepared polygon that no lock guards")
            for call in ast.walk(function)
            if isinstance(call, ast.Call)
            and module.dotted(call.func) == "shapely.prepare"
            and not (isinstance(call.args[0], ast.Name) and call.args[0].id not in kept)
        ]
    return findings


def the_record_is_only_added_to(module: Module) -> list[str]:
    """What has happened is never changed or erased: no statement updates or deletes a row of it."""
    findings = []
    for call in _calls(module):
        of = call.func.value if isinstance(call.func, ast.Attribute) else None
        said = module.dotted(call.func).rpartition(".")[2]
        changed = [one for one in (of, *call.args[:1]) if isinstance(one, ast.Name)]
        if said in {"update", "delete"} and any(one.id in ADDED_TO for one in changed):
            findings.append(module.at(call.lineno, f"{said}s what is only added to"))
    return findings


def nothing_unfinished(module: Module) -> list[str]:
    """No marks of unfinished work, and nothing only promised; data may hold any word."""
    if not UNFINISHED.search(module.source):
        return []
    said = [
        (node.lineno, node.value.value)
        for node in module.nodes
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    named = [(node.lineno, module.dotted(node)) for node in _names(module)]
    return [
        module.at(line, f"unfinished: {found[0]}")
        for line, text in (*module.comments(), *said, *named)
        if (found := UNFINISHED.search(str(text)))
    ]


def names_name_something(module: Module) -> list[str]:
    """A module or class is called after its concept."""
    empty = re.compile(
        r"_?(utils?|helpers?|common|misc|managers?|tools?|stuff)(_\w+)?", re.IGNORECASE
    )
    stem = PurePosixPath(module.path).stem
    files = [module.at(1, f"{stem} names nothing")] if empty.fullmatch(stem) else []
    return files + [
        module.at(node.lineno, f"{node.name} names nothing")
        for node in module.nodes
        if isinstance(node, ast.ClassDef) and re.search(r"(Utils?|Helper|Manager)$", node.name)
    ]


def exceptions_to_the_lint_say_why(module: Module) -> list[str]:
    """`noqa` and `type: ignore` name a code, and then a reason."""
    silencer = re.compile(r"#\s*(ruff:|noqa|type:\s*ignore|mypy:)")
    reasoned = re.compile(
        r"#\s*((ruff:\s*)?noqa:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|type:\s*ignore\[[\w, -]+\])"
        r"\W+\w+\W+\w+"
    )
    if not silencer.search(module.source):
        return []
    return [
        module.at(line, f"gives no reason: {comment}")
        for line, comment in module.comments()
        if silencer.match(comment) and not reasoned.match(comment)
    ]


def no_test_is_skipped_in_silence(module: Module) -> list[str]:
    """What a machine lacks is left out by the fixtures of conftest.py, which name it."""
    if module.path == "tests/conftest.py":
        return []
    skips = re.compile(r"pytest\.(skip|xfail|importorskip|mark\.(skip|skipif|xfail))")
    return [
        module.at(node.lineno, f"hides a test: {module.dotted(node)}")
        for node in _names(module)
        if skips.fullmatch(module.dotted(node))
    ]


RULES_OF_THE_CODE: tuple[Rule, ...] = (
    imports_point_downwards,
    no_clock,
    no_unseeded_randomness,
    nothing_read_at_import,
    web_libraries_stay_in_api,
    sql_stays_in_the_store,
    the_door_commits,
    no_error_swallowed,
    prepared_polygons_have_a_lock,
    the_record_is_only_added_to,
    nothing_unfinished,
    names_name_something,
    exceptions_to_the_lint_say_why,
)
RULES_OF_THE_TESTS: tuple[Rule, ...] = (
    no_error_swallowed,
    nothing_unfinished,
    names_name_something,
    exceptions_to_the_lint_say_why,
    no_test_is_skipped_in_silence,
)


def _imports(module: Module) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported, by statement or by name at run time."""
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, f"{node.module}"
        elif isinstance(node, ast.Call) and node.args:
            by_name = re.search(r"(import_module|__import__|run_module)$", module.dotted(node.func))
            if by_name and isinstance(node.args[0], ast.Constant):
                yield node.lineno, str(node.args[0].value)


def _names(module: Module) -> list[ast.Name | ast.Attribute]:
    """Every name and attribute that is used in the module."""
    return [node for node in module.nodes if isinstance(node, ast.Name | ast.Attribute)]


def _calls(module: Module) -> list[ast.Call]:
    """Every call in the module."""
    return [node for node in module.nodes if isinstance(node, ast.Call)]


def _kept_by(step: ast.AST) -> list[str]:
    """Names whose value a statement hands out or puts into an object."""
    outward = isinstance(step, ast.Return) or (
        isinstance(step, ast.Assign)
        and any(isinstance(target, ast.Attribute) for target in step.targets)
    )
    return [node.id for node in ast.walk(step) if isinstance(node, ast.Name)] if outward else []


def _has_seed(call: ast.Call) -> bool:
    """Whether a generator is given a seed other than None."""
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    return bool(values) and not all(
        isinstance(value, ast.Constant) and value.value is None for value in values
    )


def _run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that importing a module runs: bodies of functions are not among them."""
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        inner: list[ast.AST] = [*node.decorator_list, *node.args.defaults]
        inner += [default for default in node.args.kw_defaults if default is not None]
    elif isinstance(node, ast.Lambda):
        inner = []
    else:
        inner = list(ast.iter_child_nodes(node))
    for child in inner:
        yield from _run_at_import(child)


def _does_nothing(step: ast.stmt) -> bool:
    """Whether a statement is `pass`, `...` or a bare text."""
    return isinstance(step, ast.Pass) or (
        isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)
    )
