"""What the service refuses, with its status and one sentence."""


class Fault(Exception):
    """``status``: 400 unreadable, 401 who are you, 403 not for you, 404 not there, 405 read only, 429 too many tries, 501 not offered."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status, self.said = status, said


def unreadable(said: str) -> Fault:
    return Fault(400, said)


def absent(said: str) -> Fault:
    return Fault(404, said)


def not_offered(said: str) -> Fault:
    return Fault(501, said)
