"""Other `jiuzhi` commands running beside this one: started, watched, started again when they die, stopped in order."""

import logging
import os
import subprocess
import sys
import threading
import time

log = logging.getLogger("jiuzhi.gateway")


class Children:
    """Commands of `jiuzhi` as child processes. One that ends with 2 has said why it cannot run, and is not started again."""

    def __init__(self, *commands: list[str]) -> None:
        self._commands = commands
        self._running: list[subprocess.Popen[bytes] | None] = [None] * len(commands)
        self._stopping = threading.Event()

    def _spawn(self, n: int) -> None:
        self._running[n] = subprocess.Popen(
            [sys.executable, "-m", "jiuzhi.interfaces.cli.main", *self._commands[n]],
            env=os.environ,
            start_new_session=True,
        )

    def ask_to_stop(self) -> None:
        self._stopping.set()

    def watch(self) -> bool:
        """Start them and watch until asked to stop. False when one of them cannot run."""
        for n in range(len(self._commands)):
            self._spawn(n)
        able = True
        while able and not self._stopping.wait(0.5):
            for n, child in enumerate(self._running):
                if child is None or child.poll() is None:
                    continue
                if child.returncode == 2:
                    able = False
                    break
                log.warning("进程 %s 停了（%s），重新启动", " ".join(self._commands[n][:2]), child.returncode)
                time.sleep(2)
                self._spawn(n)
        self.stop()
        return able

    def beside(self) -> threading.Thread:
        """Watch them in a thread, while this process does its own work."""
        thread = threading.Thread(target=self.watch, daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Ask each to end, one after the other, and wait until it has."""
        self._stopping.set()
        for child in self._running:
            if child is None or child.poll() is not None:
                continue
            child.terminate()
            try:
                child.wait(30)
            except subprocess.TimeoutExpired:
                child.kill()
