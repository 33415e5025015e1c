#!/usr/bin/env python3
"""Compare what mtag says with what is known of a collection.

truth_tags.py bulk DIR RECORDS      a collection of mkbulk.py: tempo, key, category
truth_tags.py roles TRUTH RECORDS   names with a role and a genre word (roles.tsv)
truth_tags.py styles RECORDS        a style word in `N_STYLE_BPM_beat_METER.mid`
truth_tags.py zips RECORDS          tempo and key in names of songs; none is expected

A figure a line, with the target it has to reach; status 1 below it. Further
arguments behind -v print what is wrong.
"""
import collections
import gzip
import os
import re
import sys

COL = dict(path=1, kind=4, status=5, source=8, member=9, role=35, category=43, tags=44)
bad = 0


def records(path):
    with open(path, encoding='utf-8') as f:
        for line in f:
            r = line.rstrip('\n').split('\t')
            r += ['\\N'] * (44 - len(r))
            yield {k: r[v - 1] for k, v in COL.items()}


def figure(name, good, all_, target):
    global bad
    share = good / all_ if all_ else 0
    low = share < target or not all_
    bad |= low
    print('%-34s %6d of %6d  %.4f  target %.2f%s' % (name, good, all_, share, target, '  MISSED' if low else ''))


def show(*what):
    if '-v' in sys.argv:
        print('   ', *what)


def values(rec, dimension):
    if rec['tags'] == '\\N':
        return []
    return [t.split(':', 1)[1] for t in rec['tags'].split(',') if t.startswith(dimension + ':')]


def category_of(truth):
    """The categories that are right, by what the file was made as."""
    role = truth['role']
    if role == 'drums':
        part = {'kick': 'Kicks', 'snare': 'Snares', 'hat': 'Hats', 'tom': 'Toms', 'crash': 'Cymbals', 'ride': 'Cymbals',
                'perc': 'Percussion'}
        parts = {part[p] for p in truth['drum_parts'].split(',')}
        return ['Drums/' + (parts.pop() if len(parts) == 1 else 'Loops')]
    return {'bass': ['Bass'], 'chords': ['Chords'], 'melody': ['Melody'], 'arp': ['Melody'], 'mixed': ['Loops', 'Full']}[role]


def bulk(folder, path):
    base = os.path.realpath(folder + '/src') + '/'
    truth = {}
    with gzip.open(folder + '/manifest.tsv.gz', 'rt', encoding='utf-8') as f:
        names = f.readline().lstrip('#').rstrip('\n').split('\t')
        for line in f:
            t = dict(zip(names, line.rstrip('\n').split('\t')))
            truth.setdefault((t['source'], t['member']), t)
    n = collections.Counter()
    wrong = collections.Counter()
    for r in records(path):
        if r['kind'] != 'midi' or r['status'] not in ('ok', 'dup'):
            continue
        t = truth.get((r['source'].removeprefix(base), r['member']))
        if t is None or t['class'] not in ('ok', 'corrupt-salvageable'):
            continue
        bpm = float(t['bpm'])
        stated = [v for v in values(r, 'tempo') if v[0].isdigit()]
        right = 0
        for v in stated:
            ok = float(v.split('-')[0]) <= bpm < float(v.split('-')[1]) + 1 if '-' in v else float(v) == bpm
            n['tempo said'] += 1
            n['tempo said right'] += ok
            right |= ok
            ok or show('tempo', v, 'not', bpm, r['source'], r['member'])
        n['tempo there'] += t['bpm_in_name'] == '1'
        n['tempo found'] += t['bpm_in_name'] == '1' and right
        if t['bpm_in_name'] == '1' and not right:
            show('no tempo', bpm, r['source'], r['member'])
        key = t['key']
        name = (r['member'] if r['member'] != '\\N' else r['source']).rsplit('/', 1)[-1]
        name = re.sub(r'( \(\d+\))?\.\w+$', '', name)
        long_key = key[:-1] + 'min' if key.endswith('m') else key + 'maj'
        there = key != '\\N' and (('_%s_' % long_key) in name or name.endswith(' in ' + key))
        for v in values(r, 'key'):
            n['key said'] += 1
            n['key said right'] += v == key
            v == key or show('key', v, 'not', key, r['source'], r['member'])
        n['key there'] += there
        n['key found'] += there and key in values(r, 'key')
        if there and key not in values(r, 'key'):
            show('no key', key, r['source'], r['member'])
        if r['status'] == 'ok' and t['class'] == 'ok':
            n['category'] += 1
            ok = r['category'] in category_of(t)
            n['category right'] += ok
            if not ok:
                wrong[t['role'], t['drum_parts'] if t['role'] == 'drums' else '', r['role'], r['category']] += 1
    figure('tempo in names, precision', n['tempo said right'], n['tempo said'], .98)
    figure('tempo in names, recall', n['tempo found'], n['tempo there'], .95)
    figure('key in names, precision', n['key said right'], n['key said'], .98)
    figure('key in names, recall', n['key found'], n['key there'], .95)
    figure('category', n['category right'], n['category'], .97)
    for k, v in wrong.most_common(12):
        show(v, k)


ROLES = {'Chord': 'role:chords', 'Bass': 'role:bass', 'Melodic': 'role:melody'}
GENRES = {'Chill Out': 'genre:chillout', 'Dance': 'genre:dance', 'Fast Pop': 'genre:pop tempo:fast',
          'Old School RnB': 'genre:old-school genre:rnb', 'Rhythm': 'feel:rhythmic', 'Soul Ballad': 'genre:soul genre:ballad',
          'Lead Dubstep': 'role:melody genre:dubstep', 'Lead Hip Hop': 'role:melody genre:hip-hop', 'Techno': 'genre:techno',
          'Plucked Muted': 'sound:plucked sound:muted', 'Rhythmic Echo': 'feel:rhythmic sound:echo', 'Slap': 'sound:slap',
          'SynBass': 'instrument:synth-bass', 'Synth Dance': 'instrument:synth genre:dance',
          'Synth Eighties': 'instrument:synth genre:80s', 'Synth Hip Hop': 'instrument:synth genre:hip-hop'}


def roles(truth, path):
    known = {}
    with open(truth, encoding='utf-8') as f:
        for line in f:
            if line[0] != '#':
                t = line.rstrip('\n').split('\t')
                known[t[3]] = t
    n = collections.Counter()
    for r in records(path):
        name = os.path.basename(r['path'])[:-4]
        t = known[name]
        tags = r['tags'].split(',')
        n['all'] += 1
        role = ROLES[name.split('-')[1]] in tags
        genre = all(w in tags for w in GENRES[t[2]].split())
        n['role'] += role
        n['genre'] += genre
        (role and genre) or show(name, r['role'], r['tags'])
    figure('role words', n['role'], n['all'], 1)
    figure('genre words', n['genre'], n['all'], 1)


# A word of a style, and a tag that it must give.
STYLES = {'rock': 'genre:rock', 'hiphop': 'genre:hip-hop', 'funk': 'genre:funk', 'punk': 'genre:punk', 'neworleans': 'genre:new-orleans',
          'jazz': 'genre:jazz', 'halftime': 'feel:half-time', 'latin': 'genre:latin', 'brazilian': 'world:brazilian',
          'baiao': 'genre:baiao', 'soul': 'genre:soul', 'purdieshuffle': 'feel:shuffle', 'afrocuban': 'genre:afro-cuban',
          'bembe': 'genre:bembe', 'country': 'genre:country', 'reggae': 'genre:reggae', 'samba': 'genre:samba', 'gospel': 'genre:gospel',
          'fast': 'tempo:fast', 'slow': 'tempo:slow', 'mediumfast': 'tempo:fast', 'rhumba': 'genre:rumba', 'motown': 'genre:motown',
          'pop': 'genre:pop', 'afrobeat': 'genre:afrobeat', 'swing': 'feel:swing', 'fusion': 'genre:fusion', 'indie': 'genre:indie',
          'songo': 'genre:songo', 'dance': 'genre:dance', 'disco': 'genre:disco', 'shuffle': 'feel:shuffle', 'blues': 'genre:blues',
          'prog': 'genre:progressive', 'secondline': 'genre:second-line', 'chacarera': 'genre:chacarera',
          'sambareggae': 'genre:samba-reggae', 'ijexa': 'genre:ijexa', 'march': 'genre:march', 'maracatu': 'genre:maracatu',
          'bossa': 'genre:bossa-nova', 'bounce': 'genre:bounce', 'linear': 'feel:linear', 'highlife': 'genre:highlife',
          'breakbeat': 'genre:breakbeat', 'calypso': 'genre:calypso', 'rockabilly': 'genre:rockabilly', 'folk': 'genre:folk',
          'chacha': 'genre:cha-cha', 'middleeastern': 'world:middle-eastern', 'venezuelan': 'world:venezuelan',
          'sangueo': 'genre:sangueo', 'merengue': 'genre:merengue', 'joropo': 'genre:joropo', 'reggaeton': 'genre:reggaeton',
          'dominican': 'world:dominican', 'frevo': 'genre:frevo', 'bomba': 'genre:bomba', 'klezmer': 'genre:klezmer',
          'soft': 'feel:soft'}


def styles(path):
    found, n = collections.Counter(), collections.Counter()
    tempo = meter = 0
    every = collections.Counter()
    for r in records(path):
        m = re.match(r'\d+_([^_]+)_(\d+)_(beat|fill)_(\d+-\d+)\.mid$', os.path.basename(r['path']))
        if not m:
            continue
        tags = r['tags'].split(',')
        every['files'] += 1
        every['tempo'] += 'tempo:' + m[2] in tags
        every['meter'] += 'meter:' + m[4].replace('-', '/') in tags
        every['section'] += 'section:' + m[3] in tags
        for w in m[1].split('-'):
            w = re.sub(r'\d+$', '', w)
            every['style words'] += 1
            if w in STYLES:
                n[w] += 1
                found[w] += STYLES[w] in tags
                STYLES[w] in tags or show(w, r['path'], r['tags'])
            else:
                show('not judged:', w)
    figure('styles whose word is tagged', sum(found[w] == n[w] for w in n), len(n), .95)
    figure('style words tagged', sum(found.values()), sum(n.values()), .95)
    figure('tempo in names, recall', every['tempo'], every['files'], .95)
    figure('meter in names, recall', every['meter'], every['files'], .95)
    figure('beat or fill', every['section'], every['files'], .95)


def zips(path):
    n = collections.Counter()
    for r in records(path):
        if r['kind'] != 'midi':
            continue
        n['names'] += 1
        n['some tag'] += r['tags'] != '\\N'
        for d in ('tempo', 'key', 'meter'):
            for v in values(r, d):
                if v[0].isdigit() or d == 'key':
                    n[d] += 1
                    show(d, v, r['source'].rsplit('/', 1)[-1], r['member'])
    for k, v in n.items():
        print('%-34s %6d' % (k, v))


args = [a for a in sys.argv[1:] if a != '-v']
{'bulk': bulk, 'roles': roles, 'styles': styles, 'zips': zips}[args[0]](*args[1:])
sys.exit(bad)
