# SPDX-License-Identifier: Apache-2.0
"""A real terminal for the tests: a program in tmux, keys in, the screen out.

In: a command, a size. Out: the screen's lines; waits that end as soon as the screen says what is wanted.
The rule that surprises: each Screen has a tmux server of its own on a socket in the test's folder, so no other tmux of this machine
is seen, and its end takes nobody else's windows away. A key is only pressed, what it did is read from the screen: no wait is blind.
"""
import os
import re
import shlex
import time

import ttscheck as t

_number = 0
# what keys are called in the help, for tmux
NAMES = {"Space": "Space", "Tab": "Tab", "S-Tab": "BTab", "Shift-Tab": "BTab", "Esc": "Escape", "Enter": "Enter", "Up": "Up",
         "Down": "Down", "Left": "Left", "Right": "Right", "PgUp": "PPage", "PgDn": "NPage", "Home": "Home", "End": "End",
         "BkSp": "BSpace", "Del": "DC"}


class Screen:
    def __init__(self, argv, columns=80, rows=24, term="tmux-256color", env=None, utf8=True):
        global _number
        _number += 1
        self.socket = t.path("tmux.%d" % _number)
        self.status_path = t.path("status.%d" % _number)
        self.errors_path = t.path("errors.%d" % _number)
        self.columns, self.rows = columns, rows
        variables = {"TERM": term, "LC_ALL": "C.UTF-8" if utf8 else "C", "STATE_DIRECTORY": os.environ["STATE_DIRECTORY"],
                     "RUNTIME_DIRECTORY": os.environ["RUNTIME_DIRECTORY"], "PATH": os.environ["PATH"], **(env or {})}
        command = "env -i %s %s; echo $? > %s" % (" ".join("%s=%s" % (k, shlex.quote(v)) for k, v in variables.items()),
                                                  " ".join(shlex.quote(str(a)) for a in argv), shlex.quote(self.status_path))
        # a window of its own afterwards keeps what was printed last
        command += "; sleep 1000"
        self._tmux("new-session", "-d", "-x", str(columns), "-y", str(rows), "-s", "a", "sh", "-c", command)
        self._tmux("set-option", "-g", "status", "off")
        self._tmux("set-option", "-g", "window-size", "manual")
        self._tmux("set-option", "-g", "set-clipboard", "on")
        self._tmux("resize-window", "-t", "a", "-x", str(columns), "-y", str(rows))

    def _tmux(self, *words, text=True):
        child = t.spawn(["tmux", "-u", "-S", self.socket, "-f", "/dev/null", *words], stdout=-1, stderr=-1, stdin=-3,
                        env={**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"})
        out, err = child.communicate(timeout=30)
        if child.returncode:
            raise RuntimeError("tmux %s: %s" % (words[0], err.decode()[:300]))
        return out.decode("utf-8", "replace") if text else out

    @property
    def lines(self):
        lines = self._tmux("capture-pane", "-p", "-t", "a").split("\n")[:-1]
        return lines + [""] * (self.rows - len(lines))

    @property
    def text(self):
        return "\n".join(self.lines)

    @property
    def coloured(self):
        return self._tmux("capture-pane", "-e", "-p", "-t", "a")

    @property
    def status(self):
        """The command's exit status; None = it runs."""
        try:
            with open(self.status_path) as file:
                return int(file.read() or -1)
        except FileNotFoundError:
            return None

    @property
    def pane_pid(self):
        return int(self._tmux("display-message", "-p", "-t", "a", "#{pane_pid}"))

    def clipboard(self):
        try:
            return self._tmux("show-buffer")
        except RuntimeError:
            return ""

    def wait(self, wanted, seconds=20):
        """Until wanted (a regular expression, or a function of the text) is there: its match; None = it never was."""
        end_at = time.monotonic() + seconds
        while True:
            text = self.text
            found = wanted(text) if callable(wanted) else re.search(wanted, text)
            if found or time.monotonic() > end_at:
                return found
            time.sleep(0.03)

    def press(self, *keys):
        for key in keys:
            if re.fullmatch(r"F\d+", key):
                self._tmux("send-keys", "-t", "a", key)
            elif key in NAMES:
                self._tmux("send-keys", "-t", "a", NAMES[key])
            else:
                self._tmux("send-keys", "-t", "a", "-l", key)

    def see(self, key, wanted, sentence, seconds=10):
        """Presses a key (or several) and checks that the screen comes to say so. Gives the match."""
        if key:
            self.press(*(key if isinstance(key, (list, tuple)) else [key]))
        found = self.wait(wanted, seconds)
        t.check(found, sentence, lambda: "the screen says:\n" + self.text)
        return found

    def click(self, column, row, sgr=False):
        """The left button, at a cell counted from 0."""
        if sgr:
            codes = "\x1b[<0;%d;%dM\x1b[<0;%d;%dm" % (column + 1, row + 1, column + 1, row + 1)
            raw = codes.encode()
        else:
            raw = b"\x1b[M" + bytes([32, 33 + column, 33 + row]) + b"\x1b[M" + bytes([35, 33 + column, 33 + row])
        self._tmux("send-keys", "-t", "a", "-H", *["%02x" % byte for byte in raw])

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows
        self._tmux("resize-window", "-t", "a", "-x", str(columns), "-y", str(rows))

    def wait_end(self, seconds=20):
        end_at = time.monotonic() + seconds
        while self.status is None and time.monotonic() < end_at:
            time.sleep(0.02)
        return self.status

    def close(self):
        try:
            self._tmux("kill-server")
        except RuntimeError:
            pass
