# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The other process: reads a saved graph and feeds as JSON, writes what was fetched."""

import json
import os
import sys

from .serialize import load


def main():
    request = json.load(sys.stdin)
    session, fetches = load(request["saved"])
    by_name = {node.name: node for node in session.graph.nodes}
    feeds = {by_name[name]: array for name, array in request["feeds"].items()}
    results = [array.tolist() for array in session.run(fetches, feeds)]
    json.dump({"process": os.getpid(), "results": results}, sys.stdout)


if __name__ == "__main__":
    main()
