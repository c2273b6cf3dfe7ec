"""What a test can see of a chapter's tree: the files that may decide its outcome.

A test module passes in the tree of one chapter. In the next tree it need not run again
if nothing that it can reach has changed. Reach is read from the text, on the safe side:
all imports count, wherever they stand, and those of what they import. Only contents
pages are looked through: a name that `ops/__init__.py` merely passes on comes from the
module that defines it, so that a chapter which adds an operation does not stir up all
tests of the others. Who imports by other means than an import statement, starts
processes or opens files of the tree reaches everything.
"""

import ast
import hashlib
import re
from pathlib import Path

PACKAGE = "needlebook"
NATIVE = f"{PACKAGE}/native/"
UNSEEN = {
    "__file__",
    "__import__",
    "__path__",
    "eval",
    "exec",
    "getsource",
    "getsourcefile",
    "importlib",
    "multiprocessing",
    "pkgutil",
    "runpy",
    "subprocess",
}
BY_NAME = {"delattr", "importorskip", "patch", "setattr"}
MARK = re.compile(r"(?:since|until)\(\s*[\"'](\w+)[\"']")
CHAPTER = re.compile(r"(?m)^chapter\s*=.*\n?")


class Everything(Exception):
    """The reach of a module cannot be read from its text."""


class Reach:
    """The test modules of one tree, each with a digest of what may decide its outcome.

    `order` is the chapters in the order of the book, `chapter` the tree's own.
    """

    def __init__(self, tree, chapter, order):
        self.tree = Path(tree)
        self.upto = order[: order.index(chapter) + 1]
        self.hashes, self.pages, self.found = {}, {}, {}
        names = {p.relative_to(tree).as_posix(): p for p in self.tree.rglob("*")}
        self.files = {name: path for name, path in names.items() if counts(name, path)}
        self.modules = sorted(n for n in self.files if n.startswith("tests/test_"))
        self.modules += sorted(n for n in self.files if re.match("tests/.*/test_", n))

    def digests(self):
        """Digest by test module: equal digests in two trees, equal outcomes."""
        library = {n for n in self.files if n.startswith(f"{PACKAGE}/")}
        shared = set(self.files) - library - set(self.modules)
        made = {}
        for module in self.modules:
            try:
                seen = {module} | shared | self.of(module)
            except Everything:
                seen = set(self.files)
            text = self.files[module].read_text(encoding="utf-8")
            marks = [f"{c} {c in self.upto}" for c in MARK.findall(text)]
            parts = [f"{name} {self.hash(name)}" for name in sorted(seen)]
            made[module] = digest("\n".join(parts + marks).encode())
        return made

    def hash(self, name):
        """The digest of a file, without the line that names the chapter of the tree."""
        if name not in self.hashes:
            data = self.files[name].read_bytes()
            if name == "pyproject.toml":
                data = CHAPTER.sub("", data.decode()).encode()
            self.hashes[name] = digest(data)
        return self.hashes[name]

    def of(self, module):
        """The files of the library that a module can reach; Everything if unknown."""
        seen, todo = set(), [module]
        while todo:
            name = todo.pop()
            if name not in self.found:
                self.found[name] = self.imported(name)
            if self.found[name] is None:
                raise Everything(name)
            todo += [new for new in self.found[name] if new not in seen and is_py(new)]
            seen |= self.found[name]
        return seen

    def imported(self, name):
        """What the imports of one file reach directly; None when that is unknown."""
        reached = set()
        for node in ast.walk(ast.parse(self.files[name].read_bytes())):
            if unseen(node):
                return None
            if isinstance(node, ast.Import):
                for alias in node.names:
                    reached |= self.whole(alias.name)
            elif isinstance(node, ast.ImportFrom):
                base = absolute(name, node)
                for alias in node.names:
                    reached |= self.taken(base, alias.name)
        return reached - {name}

    def whole(self, dotted):
        """`import a.b`: every page on the way can be used through the name."""
        parts = dotted.split(".")
        if parts[0] != PACKAGE:
            return set()
        prefixes = [".".join(parts[: n + 1]) for n in range(len(parts))]
        return set().union(*(self.file(prefix) for prefix in prefixes))

    def taken(self, base, name, depth=0):
        """`from base import name`: the modules of which one defines the name."""
        if base.split(".")[0] != PACKAGE:
            return set()
        reached, page = self.parents(base), self.file(base)
        if not any(path.endswith("/__init__.py") for path in page):
            return reached | page
        if name == "*":
            words = re.findall(r"\w+", self.files[next(iter(page))].read_text("utf-8"))
            named = {self.path(f"{base}.{word}") for word in words} - {None}
            return reached | page | named
        inside = self.path(f"{base}.{name}")
        reached |= {inside} if inside else set()
        origins = self.origins(*page, name)
        if origins is None or depth > 8 or not (origins or inside):
            return reached | page | (set() if inside else self.file(f"{base}.{name}"))
        found = [
            self.taken(b, n, depth + 1) for b, n in origins if (b, n) != (base, name)
        ]
        return reached.union(*found)

    def origins(self, page, name):
        """Where a contents page may have a name from; None if it is more than that."""
        passed = self.contents(page)
        if passed is None:
            return None
        stars = [base for base, _ in passed.get("*", [])]
        return passed.get(name, []) + [(b, name) for b in stars if self.has(b, name)]

    def has(self, base, name):
        """Whether a star import from a module can bring a name."""
        page = self.path(base)
        if page and page.endswith("/__init__.py"):
            origins = self.origins(page, name)
            if origins is not None:
                return bool(origins or self.path(f"{base}.{name}"))
        text = self.files[page].read_text(encoding="utf-8") if page else name
        return re.search(rf"\b{name}\b", text) is not None

    def parents(self, dotted):
        """The packages around a module that do more than pass names on."""
        parts = dotted.split(".")[:-1]
        pages = [self.path(".".join(parts[: n + 1])) for n in range(len(parts))]
        return {page for page in pages if page and self.contents(page) is None}

    def file(self, dotted):
        """The file of a module; all native sources where it is none of Python's."""
        path = self.path(dotted)
        return {path} if path else {n for n in self.files if n.startswith(NATIVE)}

    def path(self, dotted):
        name = dotted.replace(".", "/")
        tries = (f"{name}/__init__.py", f"{name}.py")
        return next((path for path in tries if path in self.files), None)

    def contents(self, page):
        """The names that a page passes on, each with the places that it may be from;
        None where the page does other things."""
        if page not in self.pages:
            passed = {}
            for node in ast.parse(self.files[page].read_bytes()).body:
                if isinstance(node, ast.ImportFrom):
                    for alias in node.names:
                        local = alias.asname or alias.name
                        origin = absolute(page, node), alias.name
                        passed.setdefault(local, []).append(origin)
                elif not harmless(node):
                    passed = None
                    break
            self.pages[page] = passed
        return self.pages[page]


def counts(name, path):
    """Whether a file of a tree can decide anything: what was compiled stands in the
    sources, and the map of the places serves messages."""
    hidden = name.startswith(".") or "__pycache__" in name
    return path.is_file() and not hidden and path.suffix not in (".so", ".pyd")


def is_py(name):
    return name.endswith(".py")


def unseen(node):
    """Whether a node reaches files in a way that imports do not show."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.startswith(f"{PACKAGE}/")
    if isinstance(node, ast.Call):
        named = getattr(node.func, "attr", getattr(node.func, "id", None)) in BY_NAME
        return named and any(spelled(argument) for argument in node.args)
    if isinstance(node, ast.Import):
        return any(
            alias.name.split(".")[0] in UNSEEN | {"tests"} for alias in node.names
        )
    if isinstance(node, ast.ImportFrom):
        first = (node.module or "").split(".")[0]
        return first in UNSEEN | {"tests", "conftest"} or any(
            alias.name in UNSEEN for alias in node.names
        )
    return {getattr(node, "id", None), getattr(node, "attr", None)} & UNSEEN != set()


def spelled(node):
    """Whether an argument is the name of something in the library, as a string."""
    text = node.value if isinstance(node, ast.Constant) else None
    return isinstance(text, str) and text.split(".")[0] == PACKAGE


def harmless(node):
    """Documentation, other packages, and the names with underscores around them."""
    if isinstance(node, ast.Assign):
        names = [getattr(target, "id", "") for target in node.targets]
        return all(re.fullmatch(r"__\w+__", name) for name in names)
    text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return text or (
        isinstance(node, ast.Import)
        and all(alias.name.split(".")[0] != PACKAGE for alias in node.names)
    )


def absolute(name, node):
    """The module that a `from` statement of a file names, from the root."""
    if not node.level:
        return node.module or ""
    around = name.removesuffix(".py").split("/")[: -node.level]
    return ".".join([*around, *filter(None, [node.module])])


def digest(data):
    return hashlib.sha256(data).hexdigest()
