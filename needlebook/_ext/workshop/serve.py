"""`make serve`: the book on localhost, built again when a file is saved.

Saves are noticed by watchfiles; the pages ask a counter once a second and reload when
it moved. A build that fails is told in the terminal and the last good pages stay.
"""

import functools
import http.server
import subprocess
import sys
import threading

from watchfiles import watch

from workshop.places import BOOK, HTML, ROOT, complain, say

WATCHED = (BOOK, ROOT / "needlebook", ROOT / "tests")
LEFT_OUT = ("conf.py", "_build", "__pycache__")
RELOAD = b"""<script>
(() => {
  let seen = null;
  setInterval(async () => {
    try {
      const now = await (await fetch("/__built__", {cache: "no-store"})).text();
      if (seen !== null && now !== seen) location.reload();
      seen = now;
    } catch (error) {}
  }, 1000);
})();
</script>"""


class Pages(http.server.SimpleHTTPRequestHandler):
    """The built pages, with the reloading script at the end of each."""

    built = 0

    def do_GET(self):
        if self.path == "/__built__":
            return self.answer(str(Pages.built).encode(), "text/plain")
        path = self.translate_path(self.path)
        if path.endswith(("/", ".html")):
            return self.page(path + ("index.html" if path.endswith("/") else ""))
        return super().do_GET()

    def page(self, path):
        try:
            with open(path, "rb") as file:
                text = file.read()
        except OSError:
            return self.send_error(404)
        return self.answer(text.replace(b"</body>", RELOAD + b"</body>"), "text/html")

    def answer(self, body, kind):
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Requests are not worth a line each."""


def build():
    """Sync, compile, execute and build in fresh processes; whether all went well."""
    for step in ("sync", "native", "run", "html"):
        command = [sys.executable, str(ROOT / "needlebook" / "_ext"), step]
        if subprocess.run(command, cwd=ROOT).returncode:
            complain(f"serve: {step} failed; the pages stay as they were")
            return False
    Pages.built += 1
    return True


def interesting(change, path):
    return path.endswith(
        (".md", ".yml", ".bib", ".py", ".cpp", ".h", ".cu", ".txt", ".css", ".js")
    ) and not any(part in path for part in LEFT_OUT)


def serve(port):
    """Serve until interrupted; the first build comes before the first page."""
    build()
    if not (HTML / "index.html").exists():
        return 1
    handler = functools.partial(Pages, directory=str(HTML))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say(f"serve: http://127.0.0.1:{port}/ (stop with Ctrl-C)")
    for changes in watch(*WATCHED, watch_filter=interesting, raise_interrupt=False):
        names = sorted({path.removeprefix(f"{ROOT}/") for _, path in changes})
        say(f"serve: {', '.join(names)} changed")
        build()
    server.shutdown()
    return 0
