"""Pages as notebooks: their code cells, the places of these, and the cache of outputs.

`executed_notebook` is what the pages are rendered from: the prose as it stands now,
the outputs from the last execution of exactly these cells on exactly this library.
"""

import hashlib
import json
import re
from pathlib import Path

import nbformat
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig

from literate import trace
from workshop.places import (
    ASOF,
    EXECUTED,
    ROOT,
    WorkshopError,
    relative,
    write_atomically,
)

INDEX = EXECUTED / "index.json"
ANSI = re.compile(r"\x1b\[[0-9;]*m")
FENCE = re.compile(r"^(`{3,}|~{3,})\{code-cell\}", re.MULTILINE)


class NotExecuted(WorkshopError):
    """The page has code cells whose outputs are not in the cache."""


def has_cells(text):
    """Whether the page has anything to execute."""
    return FENCE.search(text) is not None


def read_notebook(path, text=None):
    """The page as a notebook without outputs; `metadata.source_map` holds lines."""
    text = Path(path).read_text(encoding="utf-8") if text is None else text
    config = MdParserConfig(enable_extensions={"colon_fence", "dollarmath"})
    return read_myst_markdown_notebook(text, config, add_source_map=True, path=path)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def cells_hash(notebook):
    """What would run: sources and options of the code cells, nothing of the prose."""
    parts = [(cell.source, dict(cell.metadata)) for cell in code_cells(notebook)]
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def cell_lines(path, notebook):
    """For every cell its first line of code in the page, 1-based; fences and options
    are skipped by looking for the cell's own first line."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    starts = []
    fences = notebook.metadata["source_map"]
    for cell, start in zip(notebook.cells, fences, strict=True):
        first = cell.source.split("\n", 1)[0]
        line = start
        while line < len(lines) and lines[line] != first:
            line += 1
        starts.append(line + 1 if line < len(lines) else start)
    return starts


def line_in_cell(traceback):
    """The line, counted from 1, at which the cell itself stands in a traceback."""
    found = re.search(r"Cell In\[\d+\], line (\d+)", traceback)
    found = found or re.search(r"Cell In\[\d+\].*\n\s*-*>\s*(\d+)", traceback)
    return int(found[1]) if found else 1


def load_index():
    try:
        return json.loads(INDEX.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def update_index(entries):
    index = load_index() | entries
    write_atomically(INDEX, json.dumps(index, indent=1, sort_keys=True))


def executed_key(path):
    """The key under which the page was last executed, or None: a cheap fingerprint
    for whoever needs to know that outputs changed."""
    return load_index().get(relative(ROOT / path), {}).get("key")


def executed_notebook(path, text=None):
    """The page with the outputs of its last execution.

    Raises NotExecuted where the cells of the page are not those that were executed.
    """
    path = ROOT / path
    notebook = read_notebook(path, text)
    if not code_cells(notebook):
        return notebook
    entry = load_index().get(relative(path))
    if entry is None or entry["cells"] != cells_hash(notebook):
        raise NotExecuted(f"{relative(path)}: its cells were not executed; make run")
    cached = read_cached(entry["key"])
    if cached is None:
        raise NotExecuted(f"{relative(path)}: its outputs are gone; make run")
    told = cached.metadata["needlebook"]
    for cell, done in zip(code_cells(notebook), code_cells(cached), strict=True):
        cell.outputs = name_places(done.outputs, ASOF / told["chapter"])
        cell.execution_count = done.execution_count
    notebook.metadata["needlebook"] = told
    return notebook


def name_places(outputs, tree):
    """Errors that a cell shows on purpose name their places in the book, as it is
    now: the cache has none, so that prose can move without a run."""
    for output in outputs:
        if output.output_type == "error":
            text = trace.annotate("\n".join(output.traceback), tree)
            output.traceback = text.split("\n")
    return outputs


def cache_file(key):
    return EXECUTED / f"{key}.ipynb"


def read_cached(key):
    try:
        return nbformat.read(cache_file(key), as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError):
        return None


def write_cached(key, notebook):
    write_atomically(cache_file(key), nbformat.writes(notebook, version=4))


def joined(outputs):
    """Outputs in which pieces of one stream that follow one another are one: how often
    the kernel sent what a cell had printed is nothing that a page should show."""
    found = []
    for output in outputs:
        last = found[-1] if found else None
        if (
            last
            and output.output_type == last.output_type == "stream"
            and output.name == last.name
        ):
            last.text += output.text
        else:
            found.append(output)
    return found


def scrub(value, tree):
    """Outputs without the machine's own paths: library files as the book names them,
    cells without the number of the process that ran them."""
    if isinstance(value, dict):
        for name in list(value):
            value[name] = scrub(value[name], tree)
        return value
    if isinstance(value, list):
        return [scrub(item, tree) for item in value]
    if not isinstance(value, str):
        return value
    home = str(Path.home())
    for folder in (str(tree), str(ROOT)):
        short = f"~{folder[len(home) :]}" if folder.startswith(f"{home}/") else folder
        value = value.replace(f"{folder}/", "").replace(f"{short}/", "")
    value = re.sub(r"\S*?ipykernel_\d+/\d+\.py", "cell", value)
    return re.sub(r"[^\s\"'(]*/lib/python3\.\d+/(site-packages/)?", "", value)
