# SPDX-License-Identifier: Apache-2.0
"""Real receivers of alerts, started by a test and ended by it: rsyslogd with sockets of its own, systemd-journald in a mount
namespace of its own. In: a folder. Out: what they received.
The rule that surprises: what they wrote is read after it stopped growing, since they write when they like.
"""
import json
import os
import signal
import socket
import subprocess
import time

from ttscheck import spawn

RSYSLOG = """module(load="imuxsock" SysSock.Use="off")
module(load="imtcp")
module(load="imudp")
global(workDirectory="%(folder)s" maxMessageSize="16k")
input(type="imuxsock" Socket="%(socket)s" CreatePath="on" RateLimit.Interval="0" useSpecialParser="on")
input(type="imtcp" address="127.0.0.1" port="%(tcp)d" listenPortFileName="%(folder)s/tcp-port")
input(type="imudp" address="127.0.0.1" port="%(udp)d")
template(name="all" type="list" option.jsonf="on") {
  property(outname="facility" name="syslogfacility" format="jsonf")
  property(outname="severity" name="syslogseverity" format="jsonf")
  property(outname="tag" name="syslogtag" format="jsonf")
  property(outname="app" name="app-name" format="jsonf")
  property(outname="procid" name="procid" format="jsonf")
  property(outname="msgid" name="msgid" format="jsonf")
  property(outname="sd" name="structured-data" format="jsonf")
  property(outname="host" name="hostname" format="jsonf")
  property(outname="msg" name="msg" format="jsonf")
  property(outname="input" name="inputname" format="jsonf")
}
action(type="omfile" file="%(out)s" template="all")
"""


def program(name):
    """Where it is, or None: neither on the PATH of root nor of others."""
    for folder in (*os.environ.get("PATH", "").split(":"), "/usr/sbin", "/sbin", "/lib/systemd", "/usr/lib/systemd"):
        found = os.path.join(folder, name)
        if os.access(found, os.X_OK):
            return found
    return None


def clean_environment():
    """Without what systemd would tell a service, and ttscheck.begin() tells ours: a daemon would take it for its own."""
    return {key: value for key, value in os.environ.items() if not key.endswith("_DIRECTORY")}


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_until(is_true, seconds=20):
    end_at = time.monotonic() + seconds
    while time.monotonic() < end_at:
        if is_true():
            return True
        time.sleep(0.02)
    return False


class Rsyslog:
    def __init__(self, folder):
        self.folder = folder
        self.socket = os.path.join(folder, "log.sock")
        self.out = os.path.join(folder, "out")
        self.tcp = free_port(socket.SOCK_STREAM)
        self.udp = free_port(socket.SOCK_DGRAM)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "conf"), "w") as file:
            file.write(RSYSLOG % {"folder": folder, "socket": self.socket, "out": self.out, "tcp": self.tcp, "udp": self.udp})
        self.start()

    def start(self):
        with open(os.path.join(self.folder, "errors"), "a") as errors:
            self.child = spawn([program("rsyslogd"), "-n", "-i", os.path.join(self.folder, "pid"),
                                "-f", os.path.join(self.folder, "conf")], stdin=subprocess.DEVNULL,
                                stdout=errors, stderr=errors, env=clean_environment())
        if not wait_until(lambda: os.path.exists(self.socket) and self._is_up()):
            with open(os.path.join(self.folder, "errors")) as file:
                raise RuntimeError("rsyslogd does not listen: " + file.read()[-400:])

    def _is_up(self):
        try:
            socket.create_connection(("127.0.0.1", self.tcp), 1).close()
            return True
        except OSError:
            return self.child.poll() is not None

    def stop(self, how=signal.SIGTERM):
        self.child.send_signal(how)
        self.child.wait(20)

    def lines(self, want=None, seconds=20):
        """Each line: facility, severity, app, msg, ..., `text` before the JSON and `json` of it. Waits for `want` of them."""
        def read():
            try:
                with open(self.out, encoding="utf-8", errors="surrogateescape") as file:
                    return [json.loads(line) for line in file if line.endswith("\n")]
            except FileNotFoundError:
                return []
        if want is not None:
            wait_until(lambda: len(read()) >= want, seconds)
        found = read()
        for line in found:
            line["facility"], line["severity"] = int(line["facility"]), int(line["severity"])
            text, mark, payload = line["msg"].partition("@cee:")
            line["text"] = text.strip()
            line["json"] = json.loads(payload) if mark else None
        return found


class Journald:
    """`prefix` runs a program in the mount namespace where /run/systemd/journal/socket is this journald's."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        script = ("set -e; mount -t tmpfs none /run; mkdir -p /run/systemd/journal /run/log/journal; echo $$ > %s/pid; "
                  "exec %s" % (folder, program("systemd-journald")))
        with open(os.path.join(folder, "errors"), "w") as errors:
            self.child = spawn(["unshare", "-m", "--propagation", "private", "sh", "-c", script],
                               stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, env=clean_environment())
        self.prefix = ("nsenter", "-m", "-t", str(self.child.pid))
        if not wait_until(lambda: self._run("test", "-S", "/run/systemd/journal/socket") == 0):
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
            wait_until(lambda: len(read()) >= want, seconds)
        return read()

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(20)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
