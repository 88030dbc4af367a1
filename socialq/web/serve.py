"""The web server under `socialq up`: gunicorn's threads on a socket that it is handed; ends with its parent. `… serve FD THREADS GRACE`"""

import os
import sys

from gunicorn.app.base import BaseApplication
from gunicorn.sock import create_sockets
from gunicorn.util import import_app
from gunicorn.workers.gthread import ThreadWorker

from socialq.services.children import end_with_parent
from socialq.services.logs import set_up
from socialq.settings import load_settings


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's settings and what it is to serve. Its arbiter is left out: `up` keeps one worker alive as it keeps the others,
    and a second process only to watch the first would take as much memory."""

    def __init__(self, application: object, descriptor: int, threads: int, grace: int) -> None:
        self._application = application
        self._options = {
            "bind": f"fd://{descriptor}", "worker_class": "gthread", "threads": threads, "graceful_timeout": grace,
            "timeout": 60, "loglevel": "warning",
        }  # fmt: skip
        super().__init__()

    def load_config(self) -> None:
        """Gunicorn asks for its settings."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> object:
        """Gunicorn asks for what it is to serve."""
        return self._application

    def run(self) -> None:
        """Serves until SIGTERM, then brings home what has begun."""
        log = self.cfg.logger_class(self.cfg)
        sockets = create_sockets(self.cfg, log)
        worker = ThreadWorker(1, os.getppid(), sockets, self, self.cfg.timeout, self.cfg, log)
        worker.pid = os.getpid()
        worker.init_process()


def main() -> None:
    """Until it is told to end."""
    descriptor, threads, grace = (int(word) for word in sys.argv[1:4])
    end_with_parent(grace + 5)
    set_up(load_settings().log_level, "web")
    application = import_app("socialq.app:create_app()")  # by name: the composition root stands above this room
    Server(application, descriptor, threads, grace).run()


if __name__ == "__main__":
    main()
