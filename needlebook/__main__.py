# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The command line: ``needlebook doctor``, or ``python -m needlebook doctor``."""

import argparse
import sys

from needlebook import __version__


def parser():
    """The parser; each subcommand sets `run`, from parsed arguments to exit status."""
    top = argparse.ArgumentParser(
        prog="needlebook", description="The library of the book Deep Learning Systems."
    )
    top.add_argument("--version", action="version", version=f"needlebook {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_doctor(commands)
    return top


def add_doctor(commands):
    words = "say what is installed, what is missing, and what to do about it"
    command = commands.add_parser("doctor", help=words, description=words)
    command.set_defaults(run=run_doctor)


def run_doctor(arguments):
    from needlebook.doctor import doctor

    return doctor()


def main(argv=None):
    """Run the command that argv (the command line when None) names; returns status."""
    arguments = parser().parse_args(argv)
    return arguments.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
