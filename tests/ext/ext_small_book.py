"""A book of two chapters in a folder of its own, worked on by the real commands."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ("requirements.lock", "CMakeLists.txt", "pyproject.toml")
FRONT = """---
kernelspec:
  name: python3
  display_name: Python 3
---

# A chapter

"""
FIRST = """
```{tangle} needlebook/__init__.py
:name: package

def half(x):
    return x / 2
```

Some prose.

```{code-cell} ipython3
import needlebook
needlebook.half(3)
```
"""
SECOND = """
```{tangle} needlebook/second.py
:name: second

def third(x):
    return x / 3
```

```{code-cell} ipython3
---
tags: [raises-exception]
---
from needlebook import second
second.third("word")
```
"""


class SmallBook:
    """Files to write, and the command line to run on them."""

    def __init__(self, root):
        self.root = root
        copied = shutil.ignore_patterns("__pycache__", "page")
        engine = root / "needlebook" / "_ext"
        shutil.copytree(ROOT / "needlebook" / "_ext", engine, ignore=copied)
        for name in SHARED:
            shutil.copy(ROOT / name, root / name)
        for name in ("README.md", "LICENSE", "LICENSE-TEXT"):
            (root / name).write_text(name, encoding="utf-8")
        (root / "book").mkdir()
        toc = "format: jb-book\nroot: index\nchapters:\n"
        toc += "  - file: 03a_first\n  - file: 03b_second\n"
        self.write("book/_toc.yml", toc)
        self.write("book/index.md", "# The book\n")
        self.write("book/03a_first.md", FRONT + FIRST)
        self.write("book/03b_second.md", FRONT + SECOND)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def read(self, name):
        return (self.root / name).read_text(encoding="utf-8")

    def edit(self, name, old, new):
        text = self.read(name)
        assert text.count(old) == 1
        self.write(name, text.replace(old, new))

    def line(self, name, text):
        """The number of the first line of a file that holds this text."""
        rows = self.read(name).splitlines()
        return 1 + next(i for i, row in enumerate(rows) if text in row)

    def run(self, *words):
        """Status and output of a command of the small book."""
        command = [sys.executable, str(self.root / "needlebook" / "_ext"), *words]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def python(self, code):
        """The output of a line of Python that imports from the engine."""
        engine = self.root / "needlebook" / "_ext"
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=engine, capture_output=True, text=True)
        return done.stdout + done.stderr
