#!/usr/bin/env python3
"""roundtrip.py EVENTS DRIVE PAIRS - patterns turned back into MIDI, compared

EVENTS is tests/events, PAIRS holds a pattern on DRIVE and the MIDI file made
of it a line, with a tab between. The index of the drive says which file and
which part of it a pattern came from; its notes must be those of the MIDI file,
scaled to 960 ticks a quarter, within one tick. Prints the count; status 1 when
a pattern differs.
"""
import csv
import json
import os
import subprocess
import sys

TICKS = 960


def events(tool, path):
    out = subprocess.run([tool, path], stdout=subprocess.PIPE, check=True).stdout
    return csv.reader(out.decode("latin-1").splitlines(), skipinitialspace=True)


def notes(tool, path, part):
    """The notes of a part, t02c10 or None for all, in 960ths."""
    division, found, sounding, last = None, [], {}, 0

    def end(key, tick):
        on, velocity = sounding.pop(key)
        found.append([on, tick, key[1], velocity])

    for e in events(tool, path):
        track, tick, kind = int(e[0]), int(e[1]), e[2]
        if kind == "Header":
            division = int(e[5])
        elif kind == "End_track":
            for key in list(sounding):
                end(key, tick)
        elif kind in ("Note_on_c", "Note_off_c"):
            channel, pitch, velocity = int(e[3]), int(e[4]), int(e[5])
            if part and part != "t%02dc%02d" % (track, channel + 1):
                continue
            key = (channel, pitch)
            if key in sounding:
                end(key, tick)
            if kind == "Note_on_c" and velocity:
                sounding[key] = (tick, velocity)
    scale = lambda t: (2 * t * TICKS + division) // (2 * division)
    return [[scale(a), scale(b), p, v] for a, b, p, v in found]


def resolve(found):
    """One pitch sounds once; notes that begin together are one."""
    by_pitch = {}
    for on, off, pitch, velocity in sorted(found, key=lambda n: n[0]):
        line = by_pitch.setdefault(pitch, [])
        off = max(off, on + 1)
        if line and line[-1][0] == on:
            line[-1][1] = max(line[-1][1], off)
            line[-1][3] = max(line[-1][3], velocity)
            continue
        if line and line[-1][1] > on:
            line[-1][1] = on
        line.append([on, off, pitch, velocity])
    return sorted(n for line in by_pitch.values() for n in line)


def same(a, b):
    return len(a) == len(b) and all(
        x[2:] == y[2:] and abs(x[0] - y[0]) <= 1 and abs(x[1] - y[1]) <= 1
        for x, y in zip(a, b))


def main():
    tool, drive, pairs = sys.argv[1:]
    source = {}
    with open(os.path.join(drive, "METADATA/index.jsonl"), encoding="utf-8") as f:
        for line in f:
            entry = json.loads(line)
            source.setdefault(entry["file"], (entry["path"], entry["part"]))
    patterns = count = wrong = 0
    with open(pairs, encoding="utf-8") as f:
        for line in f:
            pattern, back = line.rstrip("\n").split("\t")
            path, part = source[os.path.relpath(pattern, drive)]
            want = resolve(notes(tool, path, part))
            patterns += 1
            count += len(want)
            if not same(want, sorted(notes(tool, back, None))):
                wrong += 1
                print("%s: other notes" % pattern)
    print("%d patterns, %d notes, %d wrong" % (patterns, count, wrong))
    return wrong > 0 or patterns == 0


if __name__ == "__main__":
    sys.exit(main())
