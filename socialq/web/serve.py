"""The web server under `socialq up`: gunicorn on a socket that it is handed, ending with its parent. `… serve FD THREADS GRACE`"""

import sys

from gunicorn.app.base import BaseApplication
from gunicorn.util import import_app

from socialq.services.children import end_with_parent
from socialq.services.logs import set_up
from socialq.settings import load_settings


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """One process of threads; the application is made in the worker, so that no connection is shared across a fork."""

    def __init__(self, descriptor: int, threads: int, grace: int) -> None:
        self._options = {
            "bind": f"fd://{descriptor}", "worker_class": "gthread", "workers": 1, "threads": threads, "graceful_timeout": grace,
            "timeout": 60, "loglevel": "warning", "control_socket_disable": True,
        }  # fmt: skip
        super().__init__()

    def load_config(self) -> None:
        """Gunicorn asks for its settings."""
        for name, value in self._options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> object:
        """By name: the composition root stands above this room."""
        set_up(load_settings().log_level, "web")
        return import_app("socialq.app:create_app()")


def main() -> None:
    """Until it is told to end."""
    descriptor, threads, grace = (int(word) for word in sys.argv[1:4])
    end_with_parent(grace + 5)
    Server(descriptor, threads, grace).run()


if __name__ == "__main__":
    main()
