#!/usr/bin/env python3
"""make-bulk.py FILES DIR - a collection to measure on, the same every time.

FILES MIDI files of 1.8 KB on average, 70 % of them copies, as collections of
packs are: DIR/zip holds zips of 2,000 entries with folders inside, DIR/loose
a tenth of the files as they are.
"""
import os
import random
import sys
import zipfile

TICKS = 480
WORDS = 'Funk House Rock Latin Fill Groove Verse Chorus Intro Bass Lead Pad Kick Snare Hat Ride Samba Swing'.split()


def quantity(n):
    out = bytes([n & 0x7f])
    while n > 0x7f:
        n >>= 7
        out = bytes([0x80 | n & 0x7f]) + out
    return out


def track(events):
    out, at = [], 0
    for tick, data in sorted(events):
        out.append(quantity(tick - at) + data)
        at = tick
    body = b''.join(out) + b'\0\xff\x2f\0'
    return b'MTrk' + len(body).to_bytes(4, 'big') + body


def midi(r, serial):
    bpm, tracks = r.randint(80, 160), []
    head = [(0, b'\xff\x51\x03' + int(60e6 / bpm).to_bytes(3, 'big')), (0, b'\xff\x58\x04\x04\x02\x18\x08'),
            (0, b'\xff\x01\x08%08d' % serial)]
    drums = r.random() < 0.6
    for channel in ([9] if drums else r.sample(range(9), r.choice((1, 1, 3)))):
        events, root = [], r.randint(36, 60)
        for bar in range(r.choice((1, 4, 8, 8, 16, 32, 48))):
            for step in range(16):
                if r.random() < 0.55:
                    pitch = r.choice((36, 38, 42, 42, 46)) if drums else root + r.choice((0, 3, 5, 7, 10, 12))
                    at = (bar * 16 + step) * TICKS // 4
                    events.append((at, bytes([0x90 | channel, pitch, r.randint(50, 120)])))
                    events.append((at + TICKS // 5, bytes([0x80 | channel, pitch, 64])))
        tracks.append(events)
    if len(tracks) == 1:
        return b'MThd\0\0\0\6\0\0\0\1' + TICKS.to_bytes(2, 'big') + track(head + tracks[0])
    return b'MThd\0\0\0\6\0\1' + (len(tracks) + 1).to_bytes(2, 'big') + TICKS.to_bytes(2, 'big') + track(head) + \
        b''.join(track(t) for t in tracks)


def main():
    n, top = int(sys.argv[1]), sys.argv[2]
    r = random.Random(7)
    distinct, z = [], None
    os.makedirs(top + '/zip')
    for i in range(n):
        if not distinct or r.random() < 0.3:
            data = midi(r, i)
            distinct.append(data)
        else:
            data = r.choice(distinct)
        folder = '%s %s' % (WORDS[i // 200 % len(WORDS)], i // 200)
        name = '%s/%03d %s %d.mid' % (folder, 80 + i % 80, WORDS[i % len(WORDS)], i)
        if i % 10 == 0:
            os.makedirs(top + '/loose/' + folder, exist_ok=True)
            with open(top + '/loose/' + name, 'wb') as o:
                o.write(data)
            continue
        if z is None or i % 2000 == 1:
            if z:
                z.close()
            z = zipfile.ZipFile('%s/zip/Pack %03d.zip' % (top, i // 2000), 'w', zipfile.ZIP_DEFLATED)
        z.writestr(name, data)
    if z:
        z.close()


main()
