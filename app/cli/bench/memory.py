"""The resident memory of processes at work, as Linux tells it under /proc."""

import threading
from collections.abc import Iterable
from pathlib import Path

from app.cli.support.processes import descendants

# Looking takes a millisecond, from a machine that is being measured.
PAUSE_SECONDS = 0.1


class PeakMemory:
    """Within, watches processes and all they start; `largest` is the highest peak one of them had, in bytes.

    A process that is born and gone between two looks is missed; the kernel keeps the peak of the others.
    """

    def __init__(self, pids: Iterable[int]) -> None:
        self._roots = list(pids)
        self._done = threading.Event()
        self._peaks: dict[int, int] = {}
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "PeakMemory":
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._watcher.join()

    @property
    def largest(self) -> int | None:
        return max(self._peaks.values(), default=None)

    def _watch(self) -> None:
        while not self._done.is_set():
            self._look()
            self._done.wait(PAUSE_SECONDS)
        self._look()

    def _look(self) -> None:
        for pid in [*self._roots, *(child for root in self._roots for child in descendants(root))]:
            peak = _peak_bytes(pid)
            if peak is not None:
                self._peaks[pid] = max(peak, self._peaks.get(pid, 0))


def _peak_bytes(pid: int) -> int | None:
    """The high-water mark of a process; None when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None
