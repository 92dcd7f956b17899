# SPDX-License-Identifier: Apache-2.0
"""What the root tests of notification share: the sink alone (tests/fake/notify_driver.c), and a real rsyslogd.

The rule that surprises: nothing sleeps to be safe. Every wait looks at a file or a count, and has an end.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import ttscheck as t

DRIVER = os.path.join(t.BIN, "notify_driver")
JOURNALD = next((p for p in ("/lib/systemd/systemd-journald", "/usr/lib/systemd/systemd-journald") if os.path.exists(p)), None)


def until(is_true, seconds=20):
    """What is_true() gives as soon as it is true, or its last answer."""
    end_at = time.monotonic() + seconds
    while True:
        answer = is_true()
        if answer or time.monotonic() > end_at:
            return answer
        time.sleep(0.02)


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def lines_of(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "replace").split("\n")[:-1]
    except FileNotFoundError:
        return []


class Driver:
    def __init__(self, text, *argv, prefix=(), name="notify.yaml"):
        self.path = t.path(name)
        with open(self.path, "w") as file:
            file.write(text)
        self.err_path = t.path("driver-stderr.%d" % time.monotonic_ns())
        with open(self.err_path, "wb") as err:
            self.child = t.spawn([*prefix, DRIVER, self.path, *argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err,
                                 text=True)
        line = self.child.stdout.readline()
        if line != "ready\n":
            raise RuntimeError("the driver did not get ready: %s" % self.stderr)

    @property
    def stderr(self):
        with open(self.err_path, errors="replace") as file:
            return file.read()

    def do(self, command):
        self.child.stdin.write(command + "\n")
        self.child.stdin.flush()
        return self.child.stdout.readline().strip()

    def counts(self, receiver):
        return next(c for c in json.loads(self.do("counts")) if c["receiver"] == receiver)

    def await_sent(self, receiver, count, seconds=30):
        return until(lambda: self.counts(receiver)["sent"] >= count, seconds)

    def close(self, seconds=10):
        """Ends it in order. How long that took."""
        began = time.monotonic()
        try:
            self.child.stdin.close()
        except BrokenPipeError:
            pass
        self.status = t.wait_exit(self.child, seconds)
        self.child.stdout.close()
        return time.monotonic() - began


class Rsyslogd:
    """A real one with its own configuration, sockets and files. Each input writes its own file: KIND.log, fields joined by \\x1f."""

    FIELDS = ("syslogfacility-text", "syslogseverity-text", "programname", "procid", "app-name", "hostname", "msgid", "structured-data",
              "msg")

    def __init__(self):
        self.program = shutil.which("rsyslogd") or "/usr/sbin/rsyslogd"
        if not os.path.exists(self.program):
            t.skip("there is no rsyslogd (package rsyslog)")
            sys.exit(77)
        self.socket = t.path("devlog")
        self.tcp_port = free_port()
        self.udp_port = free_port(socket.SOCK_DGRAM)
        self.conf = t.path("rsyslog.conf")
        template = "\\x1f".join("%%%s%%" % field for field in self.FIELDS)
        with open(self.conf, "w") as file:
            file.write('global(workDirectory="%s" maxMessageSize="8k")\n' % t.work)
            file.write('module(load="imtcp") module(load="imudp") module(load="imuxsock" SysSock.Use="off") module(load="mmjsonparse")\n')
            file.write('template(name="all" type="string" string="%s\\n")\n' % template.replace("\\x1f", "\x1f"))
            file.write('template(name="cee" type="string" string="%$!alert_id%\x1f%$!notification%\x1f%$!labels!pid%\x1f%parsesuccess%\\n")\n')
            for kind in ("unix", "tcp", "udp"):
                file.write('ruleset(name="%s") { action(type="omfile" file="%s" template="all" flushOnTXEnd="on")\n' % (kind, t.path(kind + ".log")))
                if kind == "unix":
                    file.write(' action(type="mmjsonparse") action(type="omfile" file="%s" template="cee")\n' % t.path("cee.log"))
                file.write('}\n')
            file.write('input(type="imuxsock" Socket="%s" CreatePath="on" RateLimit.Interval="0" ruleset="unix")\n' % self.socket)
            file.write('input(type="imtcp" address="127.0.0.1" port="%d" ruleset="tcp")\n' % self.tcp_port)
            file.write('input(type="imudp" address="127.0.0.1" port="%d" ruleset="udp")\n' % self.udp_port)
        self.start()

    def start(self):
        self.errors = open(t.path("rsyslogd-stderr"), "a+")
        self.child = t.spawn([self.program, "-n", "-i", t.path("rsyslogd.pid"), "-f", self.conf], stdin=subprocess.DEVNULL,
                             stdout=self.errors, stderr=self.errors)
        ready = until(lambda: os.path.exists(self.socket) and self._is_read() and self._listens())
        if not ready:
            self.errors.seek(0)
            raise RuntimeError("rsyslogd does not listen: %s" % self.errors.read()[-500:])

    def _is_read(self):
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
                probe.connect(self.socket)
            return True
        except OSError:
            return False

    def _listens(self):
        with open("/proc/net/tcp") as file:
            return any(line.split()[1] == "0100007F:%04X" % self.tcp_port and line.split()[3] == "0A" for line in list(file)[1:])

    def signal(self, which):
        self.child.send_signal(which)

    def kill(self):
        self.child.kill()
        self.child.wait()

    def stop(self):
        self.child.terminate()
        t.wait_exit(self.child, 10)

    def records(self, kind):
        return [dict(zip(self.FIELDS, line.split("\x1f"))) for line in lines_of(t.path(kind + ".log"))]

    def await_lines(self, kind, count, seconds=30):
        until(lambda: len(lines_of(t.path(kind + ".log"))) >= count, seconds)
        return self.records(kind)


class Journald:
    """`prefix` runs a program in the mount namespace where /run/systemd/journal/socket is this journald's."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        script = ("set -e; mount -t tmpfs none /run; mkdir -p /run/systemd/journal /run/log/journal; "
                  "[ -s /etc/machine-id ] || { touch /etc/machine-id; echo 4242424242424242424242424242beef > /run/machine-id; "
                  "mount --bind /run/machine-id /etc/machine-id; }; exec %s" % JOURNALD)
        # it believes in $RUNTIME_DIRECTORY, which ttscheck.begin() sets for ours
        environment = {key: value for key, value in os.environ.items() if not key.endswith("_DIRECTORY")}
        with open(os.path.join(folder, "errors"), "w") as errors:
            self.child = t.spawn(["unshare", "-m", "--propagation", "private", "sh", "-c", script],
                               stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, env=environment)
        self.prefix = ("nsenter", "-m", "-t", str(self.child.pid))
        if not until(lambda: self._run("test", "-S", "/run/systemd/journal/socket") == 0):
            with open(os.path.join(folder, "errors")) as file:
                raise RuntimeError("systemd-journald does not listen: " + file.read()[-400:])

    def _run(self, *argv):
        return subprocess.run([*self.prefix, *argv], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode

    def entries(self, want=None, seconds=20):
        """The fields of each entry of ours, values as text."""
        def read():
            done = subprocess.run([*self.prefix, "journalctl", "-D", "/run/log/journal", "-o", "json", "--no-pager",
                                   "SYSLOG_IDENTIFIER=ttsobs-bpf"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL)
            return [json.loads(line) for line in done.stdout.decode().splitlines() if line.startswith("{")]
        if want is not None:
            until(lambda: len(read()) >= want, seconds)
        return read()

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(20)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
