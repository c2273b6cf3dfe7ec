"""The look: our styles and scripts, the vendored MathJax, and the theme put right."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
STATIC = HERE / "static"
TEMPLATES = HERE / "templates"
MATHJAX = "mathjax/tex-svg-full.js"
STYLES = tuple(
    f"css/{name}.css"
    for name in (
        "fonts",
        "colours",
        "book",
        "layout",
        "listing",
        "files",
        "parts",
        "ledger",
        "print",
    )
)
SCRIPTS = ("js/listing.js", "js/ledger.js", "js/page.js")
SUBTITLE = "the book that is its library"
FOREIGN = ("http://", "https://", "//")


def configure(app, config) -> None:
    """Point Sphinx to our files; everything a page needs lies beside it."""
    config.html_static_path = [*config.html_static_path, str(STATIC)]
    config.templates_path = [str(TEMPLATES), *config.templates_path]
    config.html_favicon = config.html_favicon or str(STATIC / "favicon.svg")
    config.mathjax_path = MATHJAX
    config.mathjax3_config = {
        **(config.mathjax3_config or {}),
        "options": {
            **((config.mathjax3_config or {}).get("options") or {}),
            "enableMenu": False,
        },
        "svg": {
            "fontCache": "local",
            "displayAlign": "left",
            "displayIndent": "1.2em",
        },
    }
    for style in STYLES:
        app.add_css_file(style, priority=800)
    for script in SCRIPTS:
        app.add_js_file(script, loading_method="defer", priority=800)


def keep_at_home(app, pagename, templatename, context, doctree) -> None:
    """Drop every script and style that would come from another host."""
    for kind in ("script_files", "css_files"):
        context[kind] = [
            file
            for file in context.get(kind, [])
            if not str(getattr(file, "filename", file)).startswith(FOREIGN)
        ]
    context["default_mode"] = "light"
    context["nb_subtitle"] = SUBTITLE
    if context.get("nb_generated"):
        context["theme_show_prev_next"] = False
        context["secondary_sidebar_items"] = []


def register(app) -> None:
    """Connect the look to the build."""
    app.connect("config-inited", configure, priority=900)
    app.connect("html-page-context", keep_at_home, priority=900)
