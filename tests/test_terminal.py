"""A stop is clean, whoever asks for it, and what was set for a command is put back after it."""

import signal
import subprocess
import sys
import warnings

import pytest

from escucha.terminal import STOPS, polite

WAITING = """
import threading, time
from escucha.terminal import polite
try:
    with polite():
        print("ready", flush=True)
        time.sleep(60)
except KeyboardInterrupt:
    thread = threading.Thread(target=lambda: [][0])  # as a helper's thread stumbles when its work is taken away
    thread.start()
    thread.join()
    print("clean")
"""


@pytest.mark.parametrize("number", STOPS)
def test_a_kill_stops_as_cleanly_as_ctrl_c(number):
    process = subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True)
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    assert process.communicate(timeout=60) == ("clean\n", "")


def test_what_was_set_is_put_back(capsys):
    before = [signal.getsignal(number) for number in STOPS], warnings.showwarning
    with polite():
        assert signal.getsignal(signal.SIGTERM) not in before[0]
        warnings.warn("a song is cut off", stacklevel=1)
    assert ([signal.getsignal(number) for number in STOPS], warnings.showwarning) == before
    assert capsys.readouterr().err == "Warning: a song is cut off\n"
