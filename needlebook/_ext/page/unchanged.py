"""Generated pages are written again only when they would be different.

Sphinx writes every collected page in every build. Whole files rarely change:
what was written is remembered beside the doctrees, by a digest of the page, of the
contents in its sidebar, and of everything here that could make it look different.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

HERE = Path(__file__).resolve().parent
MADE_BY = ("*.py", "theme/*.py", "templates/*.html")


def only_changed(app, pages):
    """Pass on the pages that the site does not show yet as they are now."""
    memory = Path(app.doctreedir, "generated-pages.json")
    known = _read(memory)
    around = _around(app)
    seen = {}
    for name, context, template in pages:
        parts = [around, name, context["title"], context["body"]]
        seen[name] = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        there = Path(app.builder.get_outfilename(name)).exists()
        if not there or known.get(name) != seen[name]:
            yield name, context, template
    for name in set(known) - set(seen):
        Path(app.builder.get_outfilename(name)).unlink(missing_ok=True)
    memory.write_text(json.dumps(seen), encoding="utf-8")


def _read(memory: Path) -> dict[str, str]:
    try:
        return json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _around(app) -> str:
    """What every page shows beside its body, and the code that makes it."""
    titles = {name: title.astext() for name, title in app.env.titles.items()}
    parts = [repr(sorted(titles.items())), repr(app.config.html_theme_options)]
    parts += [repr(app.env.toctree_includes), repr(app.config.html_title)]
    files = sorted(file for pattern in MADE_BY for file in HERE.glob(pattern))
    parts += [file.read_text(encoding="utf-8") for file in files]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
