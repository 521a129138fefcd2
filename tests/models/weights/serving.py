"""A web server of this machine that continues downloads, cuts them, and says what it was asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """What is served, and what was asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    """Bytes after which the next answers are cut off, one an answer."""
    ranges: bool = True
    """Are downloads continued, or sent from the beginning?"""
    asked: list[str | None] = field(default_factory=list)
    """The Range of each request."""
    address: str = ""


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """The site on a free port of this machine."""
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked = self.headers.get("Range")
            site.asked.append(asked)
            data = site.files.get(self.path)
            if data is None:
                return self.send_error(404)
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and site.ranges else 0
            if start >= len(data):
                return self.send_error(416)
            self.send_response(206 if asked and site.ranges else 200)
            self.send_header("Content-Length", str(len(data) - start))
            self.end_headers()
            end = start + site.cuts.pop(0) if site.cuts else len(data)
            self.wfile.write(data[start:end])
            return None

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
