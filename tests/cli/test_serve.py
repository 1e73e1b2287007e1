"""Starting the server."""

import multiprocessing

import granian
import pytest

from jiuzhi.interfaces.cli import serve


@pytest.fixture
def started(monkeypatch):
    """The start method of processes at the time the server starts."""
    before = multiprocessing.get_start_method(allow_none=True)
    seen = []

    class Server:
        def __init__(self, *_args, **_options):
            pass

        def serve(self):
            seen.append(multiprocessing.get_start_method())

    monkeypatch.setattr(granian, "Granian", Server)
    yield seen
    multiprocessing.set_start_method(before, force=True)


def test_workers_start_anew_and_are_no_forks(started):
    """A fork of a process that has read the lake (the demo builds it) cannot read it again: every page would fail."""
    multiprocessing.set_start_method("fork", force=True)
    serve.run("127.0.0.1", 8000, 2)
    assert started == ["spawn"]
