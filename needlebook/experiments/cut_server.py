# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A web server on loopback that misbehaves on purpose (L7.31)."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def serving(content, cuts=(), ranges=True, status=200):
    """Serve `content` (bytes); the k-th answer ends after cuts[k] bytes.

    Yields (address, list of the Range headers that came).
    """
    cuts, asked = list(cuts), []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            wanted = self.headers.get("Range")
            asked.append(wanted)
            if status != 200:
                return self.send_error(status)
            start = int(wanted[6:-1]) if wanted and ranges else 0
            body = content[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: cuts.pop(0)] if cuts else body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/file", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
