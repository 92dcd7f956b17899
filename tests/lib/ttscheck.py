# SPDX-License-Identifier: Apache-2.0
"""What the root tests share: start a target, attach build/ttsobs-bpf to it, read the log, hold it against the truth.

In: the built programs. Out: one line per check, `ok NAME - sentence`, `not ok NAME - sentence: why`, `skip NAME - why`,
and the exit status 0, 1 or 77.
The rule that surprises: nothing sleeps to be safe. A target waits for "go" on its stdin, and "go" is written when the tool's log
says `attached`. Every wait has an end.
"""
import atexit
import ctypes
import json
import os
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("TTSOBS_BUILD", os.path.join(ROOT, "build"))
BIN = os.path.join(BUILD, "tests")
TOOL = os.environ.get("TTSOBS_BPF", os.path.join(BUILD, "ttsobs-bpf"))
FAKE_ENGINES = os.path.join(ROOT, "tests", "fake")
VENV_PYTHON = os.path.join(BUILD, "venv", "bin", "python")
RING_LOSSES = ("ring_full_enter", "ring_full_leave", "ring_full_other")

name = os.path.basename(sys.argv[0])
work = ""
_counts = {"ok": 0, "not ok": 0, "skip": 0}
_children = []

# --- saying ---


def _say(line):
    print(line.encode("ascii", "backslashreplace").decode("ascii"), flush=True)


def check(is_true, sentence, why=""):
    """One counted check. `why` is a text, or a function called only when the check fails."""
    if is_true:
        _counts["ok"] += 1
        _say("ok %s - %s" % (name, sentence))
    else:
        _counts["not ok"] += 1
        why = str(why() if callable(why) else why)
        _say("not ok %s - %s%s" % (name, sentence, ": " + why[:1500] if why else ""))
    return bool(is_true)


def equal(got, wanted, sentence):
    return check(got == wanted, sentence, lambda: _difference(got, wanted))


def near(got, wanted, part, sentence):
    """got is within `part` (0.1 = 10 %) of wanted."""
    return check(wanted * (1 - part) <= got <= wanted * (1 + part), sentence,
                 "%.3f of the wanted %s (got %s)" % (got / wanted if wanted else 0, wanted, got))


def _difference(got, wanted):
    if isinstance(got, list) and isinstance(wanted, list):
        for i, (g, w) in enumerate(zip(got, wanted)):
            if g != w:
                return "%d of %d; first difference at %d: got %r, wanted %r" % (len(got), len(wanted), i, g, w)
        return "got %d items, wanted %d" % (len(got), len(wanted))
    if isinstance(got, dict) and isinstance(wanted, dict):
        keys = sorted(k for k in set(got) | set(wanted) if got.get(k) != wanted.get(k))
        return "; ".join("%s: got %r, wanted %r" % (k, got.get(k), wanted.get(k)) for k in keys)
    return "got %r, wanted %r" % (got, wanted)


def skip(why):
    _counts["skip"] += 1
    _say("skip %s - %s" % (name, why))


def _bye():
    for child in _children:
        if child.poll() is None:
            child.kill()
            child.wait()
    if work and not os.environ.get("KEEP"):
        shutil.rmtree(work, ignore_errors=True)
    elif work:
        _say("# kept %s" % work)


def begin():
    """Call first. Ends the test as skipped where no root test can run, and says why."""
    global work
    if os.geteuid() != 0:
        skip("not root")
        sys.exit(77)
    if not os.path.exists("/sys/kernel/btf/vmlinux"):
        skip("this kernel has no BTF")
        sys.exit(77)
    if tuple(int(x) for x in re.findall(r"\d+", os.uname().release)[:2]) < (5, 15):
        skip("kernel below 5.15")
        sys.exit(77)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    work = tempfile.mkdtemp(prefix="ttsobs-%s." % name)
    os.chmod(work, 0o755)
    for what in ("STATE_DIRECTORY", "RUNTIME_DIRECTORY"): # what a tracer keeps stays with its test
        os.environ[what] = os.path.join(work, what.lower())
        os.mkdir(os.environ[what])
    atexit.register(_bye)
    sys.excepthook = _unexpected


def _unexpected(kind, value, trace):
    import traceback
    last = traceback.extract_tb(trace)[-1]
    _counts["not ok"] += 1
    _say("not ok %s - the test runs to its end: %s: %s (%s:%d)" % (name, kind.__name__, str(value)[:600],
                                                               os.path.basename(last.filename), last.lineno))
    traceback.print_exception(kind, value, trace)
    sys.stderr.flush()
    _bye()
    os._exit(1)


def end():
    """Call last."""
    if _counts["not ok"]:
        sys.exit(1)
    sys.exit(0 if _counts["ok"] else 77)


def path(leaf):
    return os.path.join(work, leaf)

# --- processes ---


_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent():
    _libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def spawn(argv, **options):
    child = subprocess.Popen(argv, preexec_fn=_die_with_parent, **options)
    _children.append(child)
    return child


def wait_exit(child, seconds):
    """The exit status, or None when it did not end in time."""
    try:
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


class Target:
    """A program of tests/fake or tests/load: says ready, runs at each go, and prints its truth."""

    def __init__(self, *argv, prefix=(), **options):
        program = argv[0] if os.path.isabs(argv[0]) else os.path.join(BIN, argv[0])
        self.errors = open(path("target-stderr"), "a+")
        self.child = spawn([*prefix, program, *[str(a) for a in argv[1:]]], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           stderr=self.errors, **options)
        self.pending = b""
        line = self._line(30)
        if not line:
            self.errors.seek(0)
            raise RuntimeError("%s did not get ready: %s" % (argv[0], self.errors.read()[-300:]))
        self.pid = json.loads(line)["pid"]

    def _line(self, seconds):
        """The next line of stdout; b"" at its end or when it does not come in time."""
        end_at = time.monotonic() + seconds
        fd = self.child.stdout.fileno()
        while b"\n" not in self.pending:
            if not select.select([fd], [], [], max(0, end_at - time.monotonic()))[0]:
                return b""
            more = os.read(fd, 1 << 20)
            if not more:
                return b""
            self.pending += more
        line, self.pending = self.pending.split(b"\n", 1)
        return line

    def start(self):
        self.child.stdin.write(b"go\n")
        self.child.stdin.flush()

    def truth(self, seconds=100):
        """The truth of one go: a dict (fake targets), or a list of utterances (speakers)."""
        lines = []
        end_at = time.monotonic() + seconds
        while True:
            line = self._line(max(0, end_at - time.monotonic()))
            if not line:
                raise RuntimeError("the target ended or hung before its truth (exit %s)" % self.child.poll())
            fact = json.loads(line)
            if fact.get("done"):
                return lines
            if "scenario" in fact:
                return fact
            lines.append(fact)

    def go(self, seconds=100):
        self.start()
        return self.truth(seconds)

    def close(self, seconds=10):
        """Ends the target. Its exit status."""
        try:
            self.child.stdin.close()
        except BrokenPipeError:
            pass
        status = wait_exit(self.child, seconds)
        self.child.stdout.close()
        return status


class Tool:
    """A running ttsobs-bpf with a log."""
    number = 0

    def __init__(self, *argv, log=True, ready=None, verb=None, stdin=subprocess.DEVNULL, prefix=(), fake=False, env=None):
        Tool.number += 1
        self.log_path = path("log.%d" % Tool.number)
        self.out_path = path("out.%d" % Tool.number)
        self.err_path = path("err.%d" % Tool.number)
        argv = [str(a) for a in argv]
        options = ["--engine-dir", FAKE_ENGINES] if fake else []
        if log:
            options += ["--log", self.log_path]
        self.argv = [*prefix, TOOL, *([verb] if verb else []), *options, *argv]
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.child = spawn(self.argv, stdin=stdin, stdout=out, stderr=err, env=env)
        if ready:
            self.wait_attached(ready)

    @property
    def stderr(self):
        with open(self.err_path, errors="replace") as file:
            return file.read()

    @property
    def stdout(self):
        with open(self.out_path, "rb") as file:
            return file.read()

    def wait_attached(self, pids, seconds=30):
        """Until the log says that each of these processes is attached."""
        wanted = set(pids if isinstance(pids, (list, tuple, set)) else [pids])
        end_at = time.monotonic() + seconds
        while time.monotonic() < end_at:
            seen = set()
            try:
                with open(self.log_path, "rb") as file:
                    for line in file.read().split(b"\n")[:-1]:
                        fact = json.loads(line)
                        if fact.get("event") == "process" and fact.get("msg") == "attached":
                            seen.add(fact["pid"])
            except FileNotFoundError:
                pass
            if wanted <= seen:
                return
            if self.child.poll() is not None:
                raise RuntimeError("%s ended with %d before it was attached: %s" %
                                   (" ".join(self.argv), self.child.returncode, self.stderr[-500:]))
            time.sleep(0.005)
        raise RuntimeError("not attached after %d s: %s" % (seconds, self.stderr[-500:]))

    def stop(self, how=signal.SIGINT, seconds=20):
        """Ends the tool. Its exit status, or None when it hangs; the time it took is in self.stop_s."""
        began = time.monotonic()
        if self.child.poll() is None:
            self.child.send_signal(how)
        status = wait_exit(self.child, seconds)
        self.stop_s = time.monotonic() - began
        return status

    def wait(self, seconds=60):
        return wait_exit(self.child, seconds)

    def log(self):
        return Log(self.log_path)


def run_tool(*argv, seconds=60, **options):
    """Runs ttsobs-bpf to its end: (status, stdout, stderr). Status None: it hung."""
    child = spawn([TOOL, *[str(a) for a in argv]], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                  **options)
    try:
        out, err = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        out, err = child.communicate()
        return None, out, err.decode(errors="replace")
    return child.returncode, out, err.decode(errors="replace")

# --- the log ---


class Log:
    def __init__(self, file_path):
        with open(file_path, "rb") as file:
            self.bytes = file.read()
        self.bad_lines = []
        self.records = []
        for number, line in enumerate(self.bytes.split(b"\n")[:-1], 1):
            try:
                text = line.decode("utf-8")
                if re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]", text):
                    raise ValueError("a control character")
                self.records.append(json.loads(text, parse_constant=_no_constant))
            except ValueError as error:
                self.bad_lines.append("line %d: %s: %r" % (number, error, line[:200]))
        if not self.bytes.endswith(b"\n"):
            self.bad_lines.append("the last line is not whole")

    def of(self, event):
        return [r for r in self.records if r.get("event") == event]

    @property
    def traces(self):
        """By start, then by the order in the log."""
        return sorted(self.of("trace"), key=lambda r: r["start"])

    def spans(self, symbol=None, **fields):
        return [s for s in self.of("span") if (symbol is None or s.get("name") == symbol) and
                all(s.get(k) == v for k, v in fields.items())]

    def trace_spans(self, trace):
        return [s for s in self.of("span") if s.get("trace_id") == trace["trace_id"]]

    @property
    def status(self):
        """The last status record."""
        records = self.of("status")
        return records[-1] if records else {}

    def lost(self, *causes, probe=None):
        return sum(r["count"] for r in self.of("loss") if r["cause"] in causes and (probe is None or r.get("probe") == probe))

    def probes(self):
        """Probe name -> its attributes, of the probe records."""
        return {r["attrs"]["probe"]: r["attrs"] for r in self.of("process") if "probe" in r.get("attrs", {})}


def _no_constant(word):
    raise ValueError("%s is no JSON number" % word)


ALWAYS = ("v", "ts", "level", "event", "msg")
STATUSES = {"ok", "error", "cancelled", "abandoned", "no_end"}
RFC3339 = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$")


def _span_faults(log):
    ids, parents, traces = {}, [], {t["trace_id"]: t for t in log.of("trace")}
    for span in log.of("span"):
        where = "%s of thread %s" % (span.get("name"), span.get("tid"))
        if span["span_id"] in ids:
            yield "span_id twice: " + where
        ids[span["span_id"]] = span
        if not re.fullmatch(r"[0-9a-f]{16}", span["span_id"]) or int(span["span_id"], 16) == 0:
            yield "bad span_id: " + where
        if span["status"] not in STATUSES:
            yield "status %r: %s" % (span["status"], where)
        if "trace_id" not in span and not span.get("orphan"):
            yield "neither trace nor orphan: " + where
        if "parent_span_id" in span:
            parents.append(span)
        if "oncpu_ns" in span:
            total = span["oncpu_ns"] + span["runq_ns"] + span["blocked_ns"] + span["preempted_ns"]
            if total != span["wall_ns"]:
                yield "split %d is not wall %d: %s" % (total, span["wall_ns"], where)
    for span in parents:
        parent = ids.get(span["parent_span_id"])
        if parent and parent.get("trace_id") != span.get("trace_id"):
            yield "parent in another trace: %s" % span["name"]
    for span in log.of("span"):
        if span.get("trace_id") in traces and span["pid"] != traces[span["trace_id"]]["pid"]:
            yield "span of another process in trace: %s" % span["name"]


def _trace_faults(log):
    seen, counts, waits, in_log = set(), {}, {}, {s["span_id"] for s in log.of("span")}
    for span in log.of("span"):
        of = span.get("trace_id")
        counts[of] = counts.get(of, 0) + 1
        if span["role"] == "audio":
            waits[of] = waits.get(of, 0) + span.get("blocked_ns", 0)
    for trace in log.of("trace"):
        if trace["trace_id"] in seen:
            yield "trace_id twice: " + trace["trace_id"]
        seen.add(trace["trace_id"])
        if not re.fullmatch(r"[0-9a-f]{32}", trace["trace_id"]) or int(trace["trace_id"], 16) == 0:
            yield "bad trace_id " + trace["trace_id"]
        if trace["status"] not in STATUSES:
            yield "status %r" % trace["status"]
        if trace["span_id"] not in in_log:
            yield "the root span of a trace is not in the log"
        if counts.get(trace["trace_id"], 0) < trace["spans"]:
            yield "trace says %d spans, the log has %d" % (trace["spans"], counts.get(trace["trace_id"], 0))
        if "first_audio_ns" in trace and not 0 <= trace["first_audio_ns"] <= trace["duration_ns"]:
            yield "first audio outside of the trace"
        if "rtf" in trace and trace["audio_ns"] > 0:
            # waiting for the listener is no synthesis
            busy = trace["duration_ns"] - trace.get("queue_wait_ns", 0)
            waited = waits.get(trace["trace_id"], 0)
            rtf = (busy - (waited if waited < busy else 0)) / trace["audio_ns"]
            if "spans_dropped" not in trace and abs(rtf - trace["rtf"]) > max(2e-6, rtf * 2e-3):
                yield "rtf %s is not %f" % (trace["rtf"], rtf)


def faults(log):
    """Everything that is wrong with a log whatever was traced."""
    found = list(log.bad_lines)
    for record in log.records:
        missing = [k for k in ALWAYS if k not in record]
        if missing:
            found.append("%s lacks %s" % (record.get("event"), missing))
        if not RFC3339.match(record.get("ts", "")):
            found.append("ts %r" % record.get("ts"))
    found += list(_span_faults(log)) + list(_trace_faults(log))
    return found


def sound(log, is_lossless=True, may_miss=False, may_let_go=False):
    """The laws that every log obeys."""
    found = faults(log)
    check(not found, "every line of the log is sound (JSON, ids, wall = sum of four)",
          lambda: "%d faults, first: %s" % (len(found), "; ".join(found[:3])))
    status = log.status
    check(bool(status) and "reason" in status, "the log ends with a status", "no final status record")
    if is_lossless and status:
        lost = dict(status.get("lost_by_cause", {}))
        if may_miss:
            lost.pop("missed", None)
        equal({k: v for k, v in lost.items() if k not in ("unreadable",)}, {}, "nothing was lost")
        equal((status.get("malformed"), status.get("sequence_gaps"), 0 if may_let_go else status.get("let_go")), (0, 0, 0),
              "no record was malformed, missing or let go")


def ended(tool, target=None, log_wanted=True, **options):
    """Stops the tool, checks its exit, and gives the log."""
    status = tool.stop()
    check(status == 0, "the tool ends with 0", lambda: "status %s: %s" % (status, tool.stderr[-300:]))
    if target is not None:
        equal(target.close(), 0, "the target ends well")
    if not log_wanted:
        return None
    log = tool.log()
    sound(log, **options)
    return log


def unharmed(truth):
    equal(truth["bad_results"], 0, "every call of the target gave the right result")


def statuses(log, symbol):
    found = {}
    for span in log.spans(symbol):
        found[span["status"]] = found.get(span["status"], 0) + 1
    return found


def call_counts(log, truth, alias=None):
    """Each symbol of the truth has exactly as many spans as calls, and as many without end."""
    wanted, got = {}, {}
    for symbol, count in truth["calls"].items():
        if count["calls"] == 0 or symbol in (alias or ()):
            continue
        found = statuses(log, symbol)
        wanted[symbol] = (count["calls"], count["no_end"])
        got[symbol] = (sum(found.values()), found.get("no_end", 0))
    return got, wanted


def text_of(trace):
    """(bytes, cut) of a trace's or span's text; None when it was unreadable or is unknown."""
    if "text_bytes" not in trace:
        return None
    return trace["text_bytes"], bool(trace.get("text_truncated"))


class Long:
    """The length of a text above 4 KiB: told exactly, or as a cap of at least 4 KiB with a mark."""

    def __init__(self, text_bytes):
        self.text_bytes = text_bytes

    def __eq__(self, told):
        return told == (self.text_bytes, False) or (bool(told) and told[1] is True and 4096 <= told[0] < self.text_bytes)

    def __repr__(self):
        return "%d bytes, whole or cut" % self.text_bytes


def cut(text_bytes):
    """What must be told of a text's length."""
    return (text_bytes, False) if text_bytes <= 4096 else Long(text_bytes)


def requests_match(log, wanted, sentence, **options):
    """The traces in order of start are exactly these: (text, samples, status) each."""
    traces = [t for t in log.traces if not t.get("partial") or options.get("partial")]
    got = [(text_of(t), t.get("audio_samples", 0), t["status"]) for t in traces]
    return equal(got, wanted, sentence)


def requests_of(utterances):
    return [(cut(u["text_bytes"]), u["samples"], u["status"]) for u in utterances]
