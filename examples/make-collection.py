#!/usr/bin/env python3
"""make-collection.py DIR - the small collection that quickstart.sh works on.

Everything in it is made here: the music, the names, the damage. The result
lies in examples/collection; run this again after a change. Needs 7z.
"""
import gzip
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile

TICKS = 480
STAMP = (2019, 5, 17, 12, 0, 0)


def quantity(n):
    out = bytes([n & 0x7f])
    while n > 0x7f:
        n >>= 7
        out = bytes([0x80 | n & 0x7f]) + out
    return out


def track(events, name=None):
    """events: (tick, bytes); note-offs sort before note-ons of their tick."""
    if name:
        events = [(0, meta(3, name.encode()))] + events
    out, at = b'', 0
    for tick, data in sorted(events, key=lambda e: (e[0], e[1][0] & 0xf0 == 0x90)):
        out += quantity(tick - at) + data
        at = tick
    out += b'\0\xff\x2f\0'
    return b'MTrk' + len(out).to_bytes(4, 'big') + out


def meta(kind, data):
    return b'\xff' + bytes([kind]) + quantity(len(data)) + data


def note(tick, length, pitch, velocity=96, channel=0):
    return [(tick, bytes([0x90 | channel, pitch, velocity])), (tick + length, bytes([0x80 | channel, pitch, 64]))]


def head(bpm, meter=(4, 2), key=None):
    out = [(0, meta(0x51, int(60e6 / bpm).to_bytes(3, 'big'))), (0, meta(0x58, bytes([meter[0], meter[1], 24, 8])))]
    if key:
        out.append((0, meta(0x59, bytes([key[0] & 0xff, key[1]]))))
    return out


def smf(*tracks, form=1):
    return b'MThd' + (6).to_bytes(4, 'big') + form.to_bytes(2, 'big') + len(tracks).to_bytes(2, 'big') + \
        TICKS.to_bytes(2, 'big') + b''.join(tracks)


def drums(bars, pattern, channel=9, steps=16):
    """pattern: pitch -> string of steps, x loud, o soft; a bar, repeated."""
    out, step = [], TICKS * 4 // 16
    for bar in range(bars):
        for pitch, line in pattern.items():
            for i, c in enumerate(line):
                if c in 'xo':
                    out += note(bar * steps * step + i * step, step // 2, pitch, 110 if c == 'x' else 64, channel)
    return out


HOUSE = {36: 'x...x...x...x...', 39: '....x.......x...', 46: '..x...x...x...x.', 42: 'xxoxxxoxxxoxxxox'}
FUNK = {36: 'x.....x..xx.....', 38: '....x.o.o...x..o', 42: 'x.x.x.x.x.x.x.x.'}
ROCK = {36: 'x.......x.x.....', 38: '....x.......x...', 42: 'x.x.x.x.x.x.x.x.', 49: 'x...............'}
FILL = {38: 'x.xxo.xx........', 48: '........xx......', 45: '..........xx....', 41: '............xxxx'}
WALTZ = {36: 'x...........', 42: '....x...x...'}
CHORDS = {'Am': (57, 60, 64), 'F': (53, 57, 60), 'C': (60, 64, 67), 'G': (55, 59, 62), 'Dm': (62, 65, 69),
          'E': (52, 56, 59), 'Dm7': (62, 65, 69, 72), 'G7': (55, 59, 62, 65), 'Cmaj7': (60, 64, 67, 71)}


def comp(names, bars=1, channel=0):
    out, at = [], 0
    for name in names:
        for pitch in CHORDS[name]:
            out += note(at, TICKS * 4 * bars - 20, pitch, 80, channel)
        at += TICKS * 4 * bars
    return out


def bassline(names, channel=1):
    out = []
    for bar, name in enumerate(names):
        root = CHORDS[name][0] - 24
        for i, step in enumerate((0, 0, 7, 12, 0, 0, 7, 5)):
            out += note(bar * TICKS * 4 + i * TICKS // 2, TICKS // 2 - 30, root + (step if step != 5 else 7), 100, channel)
    return out


def tune(pitches, channel=2, length=TICKS // 2):
    out = []
    for i, p in enumerate(pitches):
        if p:
            out += note(i * length, length - 20, p, 92, channel)
    return out


CYCLE = ['Am', 'F', 'C', 'G'] * 2
MELODY = [76, 0, 72, 74, 76, 79, 76, 72, 77, 0, 76, 74, 72, 0, 69, 0, 76, 0, 79, 76, 72, 74, 76, 0, 74, 71, 74, 79, 74, 0, 71, 0] * 2


def files():
    """path -> bytes of each MIDI file."""
    f = {}
    song = smf(track(head(96, key=(0, 1)), 'Four Chords'), track([(0, b'\xc0\x04')] + comp(CYCLE), 'Keys'),
               track([(0, b'\xc1\x21')] + bassline(CYCLE), 'Bass'), track([(0, b'\xc2\x49')] + tune(MELODY), 'Flute'),
               track(drums(8, ROCK), 'Drums'))
    f['song'] = song
    f['house'] = smf(track(head(124) + drums(4, HOUSE), 'House Groove'), form=0)
    f['house2'] = smf(track(head(124) + drums(4, {**HOUSE, 54: 'x.x.x.x.x.x.x.x.'}), 'House Groove Tamb'), form=0)
    f['funk'] = smf(track(head(98) + drums(2, FUNK), 'Funk'), form=0)
    f['funk1'] = smf(track(head(98) + drums(2, {k: v for k, v in FUNK.items() if k == 36}), 'Funk Kick'), form=0)
    f['fill'] = smf(track(head(98) + drums(1, FILL), 'Fill'), form=0)
    f['rock'] = smf(track(head(140) + drums(4, ROCK, channel=0), 'Rock Beat'), form=0)
    f['bass'] = smf(track(head(98, key=(0, 1)) + [(0, b'\xc0\x21')] + bassline(['Am', 'Am', 'Dm', 'E'], 0), 'Bass'), form=0)
    f['bass2'] = smf(track(head(110) + [(0, b'\xc0\x20')] + bassline(['C', 'Am', 'F', 'G'], 0), 'Walking'), form=0)
    f['jazz'] = smf(track(head(132, key=(0, 0)) + comp(['Dm7', 'G7', 'Cmaj7', 'Cmaj7'] * 2), 'Two Five One'), form=0)
    f['waltz'] = smf(track(head(90, (3, 2), (0, 0)) + drums(8, WALTZ, steps=12)), track(tune(
        [67, 72, 76, 79, 76, 72, 74, 77, 81, 79, 77, 74, 76, 72, 67, 71, 74, 71, 72, 0, 0, 0, 0, 0], 0, TICKS), 'Valse'))
    f['melody'] = smf(track(head(84, key=(-1, 0)) + tune([65, 69, 72, 77, 76, 72, 74, 70, 69, 67, 65, 0] * 2, 0), 'Mélodie'), form=0)
    f['odd'] = smf(track(head(150, (7, 3)) + drums(4, {36: 'x.....x...x...', 42: 'x.x.x.x.x.x.x.', 38: '....x.......x.'}, steps=14), '7/8'), form=0)
    return f


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
        for name, data in members:
            z.writestr(zipfile.ZipInfo(name, STAMP), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tar_gz(members):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode='w', format=tarfile.PAX_FORMAT) as t:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1558094400
            t.addfile(info, io.BytesIO(data))
    return gzip.compress(raw.getvalue(), mtime=1558094400)


def seven(members, to):
    with tempfile.TemporaryDirectory() as d:
        for name, data in members:
            os.makedirs(os.path.dirname(os.path.join(d, name)) or d, exist_ok=True)
            with open(os.path.join(d, name), 'wb') as o:
                o.write(data)
            os.utime(os.path.join(d, name), (1558094400, 1558094400))
        subprocess.run(['7z', 'a', '-bd', '-y', '-mtm=off', '-mx=9', os.path.abspath(to), '.'], cwd=d, check=True,
                       stdout=subprocess.DEVNULL)


def main():
    top = sys.argv[1]
    f = files()
    html = b'<!DOCTYPE html><html><head><title>404 Not Found</title></head><body>Gone.</body></html>\n'
    inner = zipped([('Grooves/Funk Groove #2.mid', f['funk']), ('Grooves/Fill F#m & more.mid', f['fill']),
                    ('Grooves/Kick only.mid', f['funk1'])])
    loose = {
        'Drum Loops (2019)/House 120-129 BPM/124 House Groove 01.mid': f['house'],
        'Drum Loops (2019)/House 120-129 BPM/124 House Groove 02 (tamb).MID': f['house2'],
        'Drum Loops (2019)/House 120-129 BPM/124 House Groove 01 - Copy.mid': f['house'],
        'Drum Loops (2019)/Rock!/140bpm  Rock Beat, straight.mid': f['rock'],
        'Drum Loops (2019)/Odd Meters/7-8 groove.mid': f['odd'],
        'Été à Paris/Mélodie française.mid': f['melody'],
        'Été à Paris/Valse n° 1.midi': f['waltz'],
        'Songs/Four Chords in A minor.mid': f['song'],
        'Packs/Funk & Soul.zip': zipped([('Funk & Soul/Drums/Funk Groove.mid', f['funk']),
                                         ('Funk & Soul/Bass/098_Amin_Bass.mid', f['bass']),
                                         ('Funk & Soul/More Grooves.zip', inner), ('Funk & Soul/readme.txt', b'Enjoy!\n')]),
        'Packs/jazz piano.tar.gz': tar_gz([('jazz piano/ii-V-I in C.mid', f['jazz']), ('jazz piano/Valse.mid', f['waltz'])]),
        'Packs/Old Downloads.zip': zipped([('downloads/Four Chords.mid', f['song']), ('downloads/cut off.mid', f['song'][:700]),
                                           ('downloads/not found.mid', html)]),
    }
    for name, data in loose.items():
        path = os.path.join(top, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as o:
            o.write(data)
    seven([('Bass Lines/Walking 110.mid', f['bass2']), ('Bass Lines/098 Am.mid', f['bass'])], os.path.join(top, 'Packs/Bass Lines.7z'))


main()
