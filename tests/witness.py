#!/usr/bin/env python3
"""witness.py EVENTS DIR: our events beside the dumps of another reader

DIR holds NAME.mid with NAME.txt, all events of the file in C# syntax as
DryWetMIDI wrote them. EVENTS is tests/events, whose lines for NAME.mid must
say the same: ticks, notes, controllers, programs, pressures, bends, tempo,
meter, key and SysEx bytes. Prints a line for each difference and the counts;
status 1 if anything differs.
"""

import os
import re
import subprocess
import sys

EVENT = re.compile(
    r"new (TrackChunk)\("
    r"|new (\w+)Event \{ ((?:\w+=(?:new byte\[\] \{[^}]*\}|\"(?:[^\"\\]|\\.)*\"|[^,{}]*),)*)\}"
)
FIELD = re.compile(r"(\w+)=(new byte\[\] \{([^}]*)\}|\"(?:[^\"\\]|\\.)*\"|[^,{}]*),")
DIVISION = re.compile(r"TicksPerQuarterNoteTimeDivision\((\d+)\) }$")
OURS = {
    "NoteOn": ("Note_on_c", "Channel NoteNumber Velocity"),
    "NoteOff": ("Note_off_c", "Channel NoteNumber Velocity"),
    "NoteAftertouch": ("Poly_aftertouch_c", "Channel NoteNumber AftertouchValue"),
    "ControlChange": ("Control_c", "Channel ControlNumber ControlValue"),
    "ProgramChange": ("Program_c", "Channel ProgramNumber"),
    "ChannelAftertouch": ("Channel_aftertouch_c", "Channel AftertouchValue"),
    "PitchBend": ("Pitch_bend_c", "Channel PitchValue"),
    "SetTempo": ("Tempo", "MicrosecondsPerQuarterNote"),
}
# Nothing to compare: what the dump says of them is text, or not in it.
SILENT = {"SequenceTrackName", "Text", "CuePoint", "Marker", "Lyric", "CopyrightNotice",
          "InstrumentName", "ChannelPrefix", "PortPrefix", "SmpteOffset", "SequencerSpecific"}


def number(text):
    return int(re.sub(r"\(\w+\)", "", text))


def theirs(text):
    """Division, and (track, tick, name, values) of every event of a dump."""
    track, tick, events, end = 0, 0, [], 0
    for m in EVENT.finditer(text):
        # Nothing but punctuation between two events, or one was not understood.
        if "Event" in text[end:m.start()]:
            raise ValueError(text[end:m.start()][:80])
        end = m.end()
        if m.group(1):
            track, tick = track + 1, 0
            continue
        kind = m.group(2)
        f = {k: b if v.startswith("new") else v for k, v, b in FIELD.findall(m.group(3))}
        tick += number(f["DeltaTime"])
        if kind in OURS:
            name, fields = OURS[kind]
            values = [number(f[k]) for k in fields.split()]
        elif kind == "TimeSignature":
            name = "Time_signature"
            values = [number(f["Numerator"]), number(f["Denominator"]).bit_length() - 1,
                      number(f["ClocksPerClick"]), number(f["ThirtySecondNotesPerBeat"])]
        elif kind == "KeySignature":
            name = "Key_signature"
            values = [number(f["Key"]), '"minor"' if number(f["Scale"]) else '"major"']
        elif kind in ("NormalSysEx", "EscapeSysEx"):
            name = "System_exclusive" + ("" if kind == "NormalSysEx" else "_packet")
            data = f["Data"].split(",") if f["Data"].strip() else []
            values = [len(data)] + [int(b) for b in data]
        elif kind in SILENT:
            continue
        else:
            raise ValueError("no such event: " + kind)
        # Their reader says note-off for a note-on of velocity 0.
        if name == "Note_on_c" and values[2] == 0:
            name = "Note_off_c"
        events.append((track, tick, name, [str(v) for v in values]))
    if "Event" in text[end:]:
        raise ValueError(text[end:][:80])
    return int(DIVISION.search(text).group(1)), events


WANTED = {name for name, _ in OURS.values()} | {
    "Time_signature", "Key_signature", "System_exclusive", "System_exclusive_packet"}


def ours(lines):
    division, events = None, []
    for line in lines:
        f = line.split(", ")
        if f[2] == "Header":
            division = int(f[5])
        elif f[2] in WANTED:
            name = f[2]
            if name == "Note_on_c" and f[5] == "0":
                name = "Note_off_c"
            events.append((int(f[0]), int(f[1]), name, f[3:]))
    return division, events


def main():
    program, top = sys.argv[1:]
    files = count = wrong = 0
    for folder, folders, names in os.walk(top):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name[:-4])
            if not name.endswith(".txt") or not os.path.exists(path + ".mid"):
                continue
            with open(path + ".txt", encoding="utf-8-sig", newline="") as f:
                want = theirs(f.read().strip())
            out = subprocess.run([program, path + ".mid"], check=True, stdout=subprocess.PIPE).stdout
            got = ours(out.decode("latin-1").split("\n")[:-1])
            files += 1
            count += len(got[1])
            if got == want:
                continue
            wrong += 1
            at = next((i for i, (a, b) in enumerate(zip(got[1], want[1])) if a != b),
                      min(len(got[1]), len(want[1])))
            print(f"{path}: division {got[0]}, {want[0]}; event {at}: ours {got[1][at:at + 1]}, theirs {want[1][at:at + 1]}")
    print(f"{files} dumps, {count} events, {wrong} files differ")
    return 1 if wrong or not files else 0


sys.exit(main())
