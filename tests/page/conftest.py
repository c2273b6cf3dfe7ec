"""A small book of two chapters, built once, and a browser that writes everything down.

The sample stands in ``sample/``: a chapter that starts a library, one that changes it,
a ledger, the machine's own source. It is built by the same configuration as the book.
Browser tests visit the sample and, where it has been built, the book itself.
"""

import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = Path(__file__).resolve().parent / "sample"
BUILT = Path(os.environ.get("NEEDLEBOOK_SITE", ROOT / "build" / "html"))
collect_ignore = ["sample"]


@dataclass
class Site:
    """A built site."""

    folder: Path

    @property
    def home(self):
        """Its address as files, with the slash at the end."""
        return self.folder.resolve().as_uri() + "/"

    def pages(self):
        """The pages that a reader meets, and one of each kind that is generated."""
        kinds = (
            "files/*/needlebook/**/*.html",
            "files/*/index.html",
            "files/*/changes.html",
            "files/index.html",
            "files/tests/**/*.html",
        )
        made = [next(iter(sorted(self.folder.glob(kind))), None) for kind in kinds]
        paths = [*sorted(self.folder.glob("*.html")), *filter(None, made)]
        return [path.relative_to(self.folder).as_posix() for path in paths]

    def chapters(self):
        """The pages of the chapters, in order."""
        return [name for name in self.pages() if re.match(r"\d\d[a-z]?_", name)]

    def chapter_ids(self):
        """The ids of the chapters that offer something, in order."""
        return [
            re.match(r"0?(\d+[a-z]?)_", Path(name).name)[1] for name in self.chapters()
        ]

    def first_with(self, mark):
        """The first chapter whose page contains a mark."""
        for name in self.chapters():
            if mark in (self.folder / name).read_text(encoding="utf-8"):
                return name
        raise AssertionError(f"no chapter of {self.folder} contains {mark}")

    def offered(self, chapter):
        """The folder with the files that a chapter offers to take home."""
        return self.folder / "_downloads" / f"chapter-{chapter}"

    def library(self, chapter):
        """The files of a chapter's zip by their path inside the library."""
        name = f"needlebook-{chapter}"
        with zipfile.ZipFile(self.offered(chapter) / f"{name}.zip") as archive:
            assert all(path.startswith(f"{name}/") for path in archive.namelist())
            return {
                path.removeprefix(f"{name}/"): archive.read(path)
                for path in archive.namelist()
            }


@dataclass
class Workplace:
    """A copy of the sample with the machine in it, ready to build."""

    root: Path

    @property
    def html(self):
        return self.root / "build" / "html"

    @property
    def site(self):
        return Site(self.html)

    def page(self, name):
        """The path of a page of the book."""
        return self.root / "book" / name

    def edit(self, name, old, new):
        """Change the text of a page; demands that the old text is there."""
        path = self.page(name)
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def run(self, *command, check=True):
        """Run Python in the workplace, with nothing but the engine on its path."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.root / "needlebook" / "_ext"),
            "OMP_NUM_THREADS": "1",
        }
        done = subprocess.run(
            [sys.executable, *command],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done

    def execute(self):
        """Execute the cells of the sample."""
        return self.run("needlebook/_ext", "run")

    def build(self, *options, check=True):
        """Build the pages as the book is built: every warning is an error."""
        self.run(
            "-c",
            "from jupyter_book.cli.main import main; main()",
            "config",
            "sphinx",
            "book",
        )
        strict = ["-b", "html", "-W", "-n", "--keep-going", "-d", "build/doctrees"]
        return self.run(
            "-m", "sphinx", *strict, *options, "book", "build/html", check=check
        )


def make_workplace(folder):
    """Copy the sample and the machine into a folder."""
    shutil.copytree(SAMPLE, folder, dirs_exist_ok=True)
    ignored = shutil.ignore_patterns("__pycache__")
    engine = folder / "needlebook" / "_ext"
    shutil.copytree(ROOT / "needlebook" / "_ext", engine, ignore=ignored)
    shutil.copy(ROOT / "book" / "_config.yml", folder / "book")
    for name in ("pyproject.toml", "CMakeLists.txt", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    return Workplace(folder)


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """The sample, executed and built; tests leave it as it is."""
    place = make_workplace(tmp_path_factory.mktemp("sample"))
    place.execute()
    place.build()
    return place


@pytest.fixture
def workplace(sample, tmp_path):
    """A built sample that a test may change and build again."""
    folder = tmp_path / "book"
    shutil.copytree(sample.root, folder)
    shutil.rmtree(folder / "build" / "doctrees")
    place = Workplace(folder)
    place.build()
    return place


@pytest.fixture(
    scope="session",
    params=["sample", "book"] if (BUILT / "index.html").exists() else ["sample"],
)
def site(request):
    """A built site: the sample's and, where there is one, the book's."""
    if request.param == "book":
        return Site(BUILT)
    return request.getfixturevalue("sample").site


@dataclass
class Visit:
    """A page in the browser, with everything that it asked for and complained about."""

    page: object
    requests: list = field(default_factory=list)
    complaints: list = field(default_factory=list)

    def foreign(self, home):
        """The requests that went to another host than the page's own."""
        own = (home, "data:", "blob:", "about:")
        return [url for url in self.requests if not url.startswith(own)]

    def open(self, address):
        """Go to an address and wait until its mathematics is set."""
        self.page.goto(address)
        self.page.wait_for_load_state("load")
        self.page.evaluate("window.MathJax?.startup?.promise")
        return self.page


def note_failure(seen, request):
    """A request that came to nothing, unless the reader went on before it ended."""
    if request.failure != "net::ERR_ABORTED":
        seen.complaints.append(f"{request.url}: {request.failure}")


@pytest.fixture
def visit(browser):
    """Opens pages in fresh profiles: ``visit(width=390, color_scheme="dark")``."""
    contexts = []

    def new(width=1280, height=900, **options):
        context = browser.new_context(
            viewport={"width": width, "height": height}, **options
        )
        contexts.append(context)
        seen = Visit(context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("requestfailed", lambda request: note_failure(seen, request))
        seen.page.on(
            "console",
            lambda message: (
                seen.complaints.append(message.text)
                if message.type in ("error", "warning")
                else None
            ),
        )
        return seen

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def served(site):
    """The address of a server on localhost that shows the site."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            """Requests are not worth a line each."""

    handler = functools.partial(Quiet, directory=str(site.folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
