"""A server on the loopback that answers every path with one content."""
import contextlib
import http.server
import threading


@contextlib.contextmanager
def serving(content, status=200, declared=None, stall=None):
    """Serves one content at every path; `stall` is an event to wait for half way."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Length", len(content) if declared is None else declared)
            self.end_headers()
            if stall:
                self.wfile.write(content[:1000])
                stall.wait(10)
            else:
                with contextlib.suppress(ConnectionError):  # The client may hang up early.
                    self.wfile.write(content)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs=dict(poll_interval=0.01))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/data.zip"
    finally:
        if stall:
            stall.set()
        server.shutdown()
        thread.join()
        server.server_close()
