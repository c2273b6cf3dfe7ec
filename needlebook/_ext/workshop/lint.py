"""One command for the formatters and linters of everything that people write."""

import subprocess
import sys
from pathlib import Path

from workshop.places import ROOT, say

PYTHON = ["needlebook", "tests", "bench"]
NATIVE = ("*.cpp", "*.hpp", "*.h", "*.cu", "*.cuh")


def tool(name, *arguments):
    return [str(Path(sys.executable).with_name(name)), *arguments]


def tracked(*patterns):
    """Files that git knows or would take, of these patterns, that are still there."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return [name for name in shown.stdout.splitlines() if (ROOT / name).is_file()]


def steps(fix):
    """The commands, each with the name under which it is reported."""
    there = [name for name in PYTHON if (ROOT / name).exists()]
    yield "python lint", tool("ruff", "check", *(["--fix"] if fix else []), *there)
    yield "python format", tool("ruff", "format", *([] if fix else ["--diff"]), *there)
    if native := tracked(*NATIVE):
        mode = ["-i"] if fix else ["--dry-run", "--Werror"]
        yield "native format", tool("clang-format", *mode, *native)
    if yaml := tracked("*.yml", "*.yaml"):
        yield "yaml", tool("yamllint", "--strict", *yaml)
    if flows := tracked(".github/workflows/*.yml"):
        schema = ["--builtin-schema", "vendor.github-workflows"]
        yield "workflows", tool("check-jsonschema", *schema, *flows)


def lint(fix):
    """Run all of them, also when one fails; 0 when none did."""
    failed = []
    for name, command in steps(fix):
        if subprocess.run(command, cwd=ROOT).returncode:
            failed.append(name)
    if failed:
        say(f"lint: {', '.join(failed)} failed; make format mends what can be mended")
        return 1
    say("lint: nothing to say")
    return 0
