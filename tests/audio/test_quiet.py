"""Standard error is silent inside and speaks again afterwards, whoever else is inside."""

import os
import threading

from escucha.audio.quiet import quiet


def test_it_is_silent_inside_and_speaks_afterwards(capfd):
    os.write(2, b"before ")
    with quiet():
        os.write(2, b"inside ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"


def test_threads_that_overlap_do_not_silence_each_other_for_good(capfd):
    entered, leave = threading.Event(), threading.Event()

    def first():
        with quiet():
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=first)
    thread.start()
    entered.wait(10)
    with quiet():  # enters after the first, leaves after it too
        leave.set()
        thread.join()
        os.write(2, b"inside ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"
