"""Keeping processes alive: started again, ended in order, none left behind however the keeper ends."""

import os
import signal
import sys
import threading
from pathlib import Path

from socialq import clock
from socialq.services.children import Children, Command, Stop
from tests.workers.installation import fast, processes, program, until

IGNORES = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
SLEEPS = "import time; time.sleep(600)"
LEASHED = "import time; from socialq.services.children import end_with_parent; end_with_parent(1); time.sleep(600)"
STUBBORN = (
    "import signal, time; from socialq.services.children import end_with_parent; "
    "signal.signal(signal.SIGTERM, signal.SIG_IGN); end_with_parent(0.2); time.sleep(600)"
)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


class Kept:
    """Children kept in a thread of the test."""

    def __init__(self, *commands: Command, grace: float = 10.0) -> None:
        self.children = Children(commands, grace)
        self.stop = Stop()
        self.codes: list[int] = []
        self._thread = threading.Thread(target=lambda: self.codes.append(self.children.keep(self.stop)))

    def __enter__(self) -> "Kept":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.ask()
        self._thread.join(30)
        assert not self._thread.is_alive()


def test_a_child_that_is_killed_is_started_again() -> None:
    with Kept(Command("one", python(SLEEPS)), Command("two", python(SLEEPS))) as kept:
        first = until(lambda: kept.children.pids() if len(kept.children.pids()) == 2 else {})
        os.kill(first["one"], signal.SIGKILL)
        until(lambda: kept.children.pids().get("one", first["one"]) != first["one"], 10)
        assert kept.children.pids()["two"] == first["two"]
    assert kept.children.pids() == {} and kept.codes == [0]


def test_one_that_does_not_end_in_time_is_killed() -> None:
    with Kept(Command("stays", python(IGNORES)), grace=0.5) as kept:
        until(kept.children.pids)
    assert kept.children.pids() == {}


def test_what_the_others_use_ends_last(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    says = (
        "import signal, sys, time\n"
        "def end(*_):\n    open({diary!r}, 'a').write({name!r}); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); open({ready!r}, 'w'); time.sleep(600)"
    )

    def command(name: str, last: bool) -> Command:
        return Command(name, python(says.format(diary=str(diary), name=name, ready=str(tmp_path / name))), last=last)

    with Kept(command("r", True), command("a", False)):
        until(lambda: (tmp_path / "r").exists() and (tmp_path / "a").exists())
    assert diary.read_text() == "ar"


def test_one_that_cannot_begin_ends_them_all() -> None:
    with Kept(Command("fine", python(SLEEPS)), Command("no", python("raise SystemExit(2)"))) as kept:
        until(lambda: kept.codes)
    assert kept.codes == [2]


def test_no_child_stays_when_the_keeper_is_killed(tmp_path: Path) -> None:
    settings = fast(tmp_path / "data")
    keeper = (
        "from socialq.services.children import Children, Command, Stop; import sys; "
        f"Children([Command('a', [sys.executable, '-c', {LEASHED!r}]), "
        f"Command('b', [sys.executable, '-c', {STUBBORN!r}])], 5).keep(Stop())"
    )
    with program(settings, python(keeper)) as process:
        until(lambda: len(processes(settings)) == 3)
        process.kill()
        process.wait()
        until(lambda: not processes(settings), 10)


def test_a_fork_is_kept_as_a_program_is(tmp_path: Path) -> None:
    """Started again when it is killed; of its keeper's open files it has the leash alone, and it ends when that breaks."""
    settings = fast(tmp_path / "data")
    keeper = (
        "import time; from socialq.services.children import Children, Command, Stop, end_with_parent; held = open('/dev/zero'); "
        "Children([Command('one', run=lambda: (end_with_parent(1), time.sleep(600)))], 5).keep(Stop())"
    )
    with program(settings, python(keeper)) as process:
        first = until(lambda: processes(settings, "workers one"))[0]
        os.kill(first, signal.SIGKILL)
        second = until(lambda: [pid for pid in processes(settings, "workers one") if pid != first], 10)[0]
        until(lambda: len(os.listdir(f"/proc/{second}/fd")) == 4)
        assert "/dev/zero" not in [os.readlink(fd) for fd in Path(f"/proc/{second}/fd").iterdir()]
        process.kill()
        process.wait()
        until(lambda: not processes(settings), 10)


def test_a_fork_ends_as_it_says(tmp_path: Path) -> None:
    """Its exit code is what a program's would be; an error is a traceback and 1."""
    ways = ("sys.exit(0)", "sys.exit(2)", "sys.exit('told')", "1 / 0", "os._exit(7)")
    codes = ", ".join(f"fork(lambda: {way}, 'one').wait()" for way in ways)
    code = f"import os, sys; from socialq.services.forked import fork; print([{codes}])"
    with program(fast(tmp_path / "data"), python(code)) as process:
        assert process.stdout is not None
        said = process.stdout.read()
    assert said.splitlines()[-1] == "[0, 2, 1, 1, 7]" and "ZeroDivisionError" in said


def test_a_wish_to_end_wakes_whoever_waits() -> None:
    stop = Stop()
    threading.Timer(0.05, stop.ask).start()
    began = clock.boottime()
    assert stop.wait(30)
    assert clock.boottime() - began < 10
    assert stop.wait(30), "and for ever"


def test_a_process_that_nobody_keeps_has_no_leash(tmp_path: Path) -> None:
    """As under systemd or in a terminal."""
    settings = fast(tmp_path / "data")
    with program(
        settings, python("from socialq.services.children import end_with_parent; end_with_parent(0); print(7)")
    ) as one:
        assert one.wait(30) == 0
        assert one.stdout is not None and one.stdout.read() == "7\n"
