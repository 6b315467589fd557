"""Threads share their memory, wherever there is glibc."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

# Many threads hold some memory at once, and glibc then says how many places it was taken from.
PROGRAM = """
import ctypes, sys, threading
from bot import serve
if sys.argv[1] == "shared":
    serve.share_arenas()
here = threading.Barrier(13)
def work():
    held = [bytes(2000) for _ in range(1000)]
    here.wait()
    here.wait()
threads = [threading.Thread(target=work) for _ in range(12)]
[one.start() for one in threads]
here.wait()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
told = libc.fopen(sys.argv[2].encode(), b"w")
libc.malloc_info(0, ctypes.c_void_p(told))
libc.fclose(ctypes.c_void_p(told))
here.wait()
[one.join() for one in threads]
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the setting is glibc's")
@pytest.mark.parametrize(("how", "at_most_two"), [("shared", True), ("as it comes", False)])
def test_many_threads_take_their_memory_from_two_places(
    tmp_path: Path, how: str, *, at_most_two: bool
) -> None:
    told = tmp_path / "told"
    environment = {"PYTHONPATH": ":".join(sys.path)}
    subprocess.run([sys.executable, "-c", PROGRAM, how, str(told)], check=True, env=environment)  # noqa: S603 - ours
    assert (told.read_text().count("<heap nr=") <= 2) == at_most_two
