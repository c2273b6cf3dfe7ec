"""The command line of the book: `python needlebook/_ext <command>`.

Started as a folder, so that the engine is found and the library never imported.
Only the standard library is needed to print help and to set the machine up.
"""

import argparse
import importlib
import os
import sys


def _where(parser):
    parser.add_argument("at", metavar="FILE:LINE", help="a line of an extracted file")


def _asof(parser):
    parser.add_argument("chapter", metavar="CHAPTER", help="3a, 3b, 4, 5, ...")
    parser.add_argument("out", metavar="OUT", nargs="?", help="build/asof/CHAPTER")


def _run(parser):
    parser.add_argument("pages", metavar="PAGE", nargs="*", help="3a, 5 or a file")
    parser.add_argument("--force", action="store_true", help="run unchanged pages too")


def _native(parser):
    parser.add_argument("--sanitize", action="store_true", help="ASan and UBSan build")


def _deep(parser):
    parser.add_argument("steps", metavar="STEP", nargs="*", help="trees sanitize wheel")
    words = "run tests in every tree, those too that can reach no change"
    parser.add_argument("--everything", action="store_true", help=words)


def _serve(parser):
    parser.add_argument("--port", type=int, default=8000)


def _lint(parser):
    parser.add_argument("--fix", action="store_true", help="format and mend in place")


def _bench(parser):
    parser.add_argument("groups", metavar="GROUP", nargs="*", help="files of bench/")
    parser.add_argument("--quick", action="store_true", help="few repeats, not stored")
    parser.add_argument("--threads", type=int, default=1, help="of each side")


def _clean(parser):
    parser.add_argument("--all", action="store_true", help="the environment as well")


COMMANDS = {
    "setup": ("workshop.setup", "make the environment .venv from the lock", None),
    "sync": ("literate.commands", "carry edits between text and code", None),
    "check": ("literate.commands", "fail where text and code differ", None),
    "where": ("literate.commands", "name the place that wrote a line", _where),
    "asof": ("workshop.commands", "write the library as of a chapter", _asof),
    "native": ("workshop.commands", "build the native parts", _native),
    "run": ("workshop.commands", "execute the chapters that changed", _run),
    "html": ("workshop.commands", "build the pages", None),
    "serve": ("workshop.commands", "show the book, rebuild on save", _serve),
    "deep": ("workshop.commands", "test every chapter's own library", _deep),
    "lint": ("workshop.commands", "formatter and linters", _lint),
    "bench": ("workshop.commands", "measure against other libraries", _bench),
    "doctor": ("workshop.commands", "say what this machine offers", None),
    "clean": ("workshop.commands", "remove what was built", _clean),
}


def parser():
    top = argparse.ArgumentParser(prog="needlebook/_ext", description=__doc__)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (_, line, arguments) in COMMANDS.items():
        sub = commands.add_parser(name, help=line, description=line)
        if arguments:
            arguments(sub)
    return top


def main(argv=None):
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)
    args = parser().parse_args(argv)
    module = importlib.import_module(COMMANDS[args.command][0])
    try:
        return getattr(module, args.command)(args)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
