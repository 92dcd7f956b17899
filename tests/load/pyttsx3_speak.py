# SPDX-License-Identifier: Apache-2.0
"""Speaks COUNT texts through pyttsx3 into files. In: COUNT DIRECTORY and "go". Out: JSON lines, one per utterance, with the bytes
of its text and the frames of its WAV file.
The rule that surprises: one runAndWait per file; two save_to_file before one runAndWait would speak only the last."""
import json
import os
import sys
import wave

import pyttsx3

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from texts import load_text  # noqa: E402


def say(**fields):
    out.write(json.dumps(fields, separators=(",", ":")) + "\n")
    out.flush()


# pyttsx3 prints a line per file on stdout: send that elsewhere
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

count, directory = int(sys.argv[1]), sys.argv[2]
engine = pyttsx3.init("espeak")
engine.setProperty("rate", 400)
say(ready=True, pid=os.getpid())
for line in sys.stdin:
    if not line.startswith("go"):
        break
    for index in range(count):
        text = load_text(index)
        path = os.path.join(directory, "%d.wav" % index)
        engine.save_to_file(text.decode(), path)
        engine.runAndWait()
        with wave.open(path) as file:
            frames = file.getnframes()
        os.unlink(path)
        say(index=index, text_bytes=len(text), samples=frames, rc=0, status="ok")
    say(done=True)
