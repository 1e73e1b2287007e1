"""A county, somebody to be told, and another side that answers as it is told to: over real sockets."""

import json
import socketserver
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.notify import channels
from jiuzhi.engine.notify.models import Channel
from tests.registers.conftest import land, person  # noqa: F401

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)


@pytest.fixture
def robot(settings):
    """A server that answers 200 ``answers.pop(0)``, or a status; what it was sent is in ``got``."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.got.append((self.path, dict(self.headers), json.loads(body)))
            answer = self.server.answers.pop(0) if self.server.answers else {"errcode": 0, "errmsg": "ok"}
            status, said = (answer, b"") if isinstance(answer, int) else (200, json.dumps(answer).encode())
            self.send_response(status)
            if status in (301, 302):
                self.send_header("Location", f"http://127.0.0.1:{self.server.server_address[1]}/elsewhere")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.got, server.answers = [], []
    server.url = f"http://127.0.0.1:{server.server_address[1]}/send?key=abcd1234"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def mail(settings):
    """A mail server of a few lines: keeps letters in ``letters``, refuses recipients named in ``refuses`` {address: answer}."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"220 test\r\n")
            for line in iter(self.rfile.readline, b""):
                word = line.decode().strip()
                verb = word[:4].upper()
                if verb == "DATA":
                    self.wfile.write(b"354 go on\r\n")
                    letter = b""
                    for more in iter(self.rfile.readline, b".\r\n"):
                        letter += more
                    self.server.letters.append(letter)
                    self.wfile.write(b"250 kept\r\n")
                elif verb == "QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                else:
                    address = word.partition("<")[2].partition(">")[0]
                    refused = self.server.refuses.get(address) if verb == "RCPT" else None
                    self.wfile.write((refused or "250 ok").encode() + b"\r\n")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.letters, server.refuses = [], {}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def channel(land):  # noqa: F811
    """``channel("wecom", address, unit=…)``: one that is set up."""

    def made(kind, address="", secret="", unit="500229", **more):
        found = Channel(org=land[unit], kind=kind, name=more.pop("name", kind), **more)
        channels.keep(found, SYSTEM, address=address, secret=secret)
        return found

    return made
