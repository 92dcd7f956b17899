# SPDX-License-Identifier: Apache-2.0
"""A CPU limit by cgroup, version 1 or 2, whichever can be had. In: a name. Out: an object, or None when neither can be written."""
import atexit
import os

PERIOD_US = 1000000


def _write(file_path, text):
    with open(file_path, "w") as file:
        file.write(str(text))


class Limit:
    def __init__(self, folder, is_v2):
        self.folder = folder
        self.is_v2 = is_v2
        os.mkdir(folder)
        atexit.register(self.remove)
        self.clear()

    def add(self, pid):
        """The process with all of its threads."""
        _write(os.path.join(self.folder, "cgroup.procs"), pid)

    def set(self, us_per_second):
        us = max(1000, int(us_per_second))
        if self.is_v2:
            _write(os.path.join(self.folder, "cpu.max"), "%d %d" % (us, PERIOD_US))
        else:
            _write(os.path.join(self.folder, "cpu.cfs_period_us"), PERIOD_US)
            _write(os.path.join(self.folder, "cpu.cfs_quota_us"), us)

    def clear(self):
        if self.is_v2:
            _write(os.path.join(self.folder, "cpu.max"), "max %d" % PERIOD_US)
        else:
            _write(os.path.join(self.folder, "cpu.cfs_quota_us"), -1)

    def remove(self):
        """What is in it goes to the parent."""
        if not os.path.isdir(self.folder):
            return
        with open(os.path.join(self.folder, "cgroup.procs")) as file:
            pids = file.read().split()
        for pid in pids:
            try:
                _write(os.path.join(os.path.dirname(self.folder), "cgroup.procs"), pid)
            except OSError:
                pass
        try:
            os.rmdir(self.folder)
        except OSError:
            pass


def make(name):
    for parent, is_v2 in (("/sys/fs/cgroup/cpu", False), ("/sys/fs/cgroup", True), ("/sys/fs/cgroup/unified", True)):
        controls = os.path.join(parent, "cgroup.subtree_control")
        try:
            if is_v2:
                with open(os.path.join(parent, "cgroup.controllers")) as file:
                    if "cpu" not in file.read().split():
                        continue
                _write(controls, "+cpu")
            elif not os.path.exists(os.path.join(parent, "cpu.cfs_quota_us")) and not os.path.exists(
                    os.path.join(parent, "cpu.shares")) and not os.path.isdir(parent):
                continue
            return Limit(os.path.join(parent, name), is_v2)
        except OSError:
            continue
    return None
