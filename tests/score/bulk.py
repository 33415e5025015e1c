#!/usr/bin/env python3
"""bulk.py MANIFEST SRC PREDICTION: what is said of a made collection, against how it was made.

Prints measure, right, all, target, separated by TABs.  Only sound entries
count, each content once.  PREDICTION is TSV with a header line.
"""
import collections
import gzip
import re
import sys


def unescape(s):
    return re.sub(r'\\(x[0-9a-f]{2}|.)', lambda m: chr(int(m[1][1:], 16)) if len(m[1]) == 3 else
                  {'t': '\t', 'n': '\n', 'r': '\r'}.get(m[1], m[1]), s)


def known(s):
    return s not in (None, '', '\\N')


def rows(stream):
    head = stream.readline().rstrip('\n').lstrip('#').split('\t')
    for line in stream:
        yield dict(zip(head, line.rstrip('\n').split('\t')))


def near(a, b, share):
    return known(a) and abs(float(a) / float(b) - 1) <= share


def main():
    manifest, src, prediction = sys.argv[1:]
    truth = {}
    for r in rows(gzip.open(manifest, 'rt', encoding='utf-8')):
        if r['class'] == 'ok':
            member = '' if r['member'] == '\\N' else r['member']
            truth[r['source'], member] = r
    score = collections.OrderedDict()

    def count(name, right, target='-'):
        s = score.setdefault(name, [0, 0, target])
        s[0] += bool(right)
        s[1] += 1

    seen = set()
    for p in rows(open(prediction, encoding='utf-8', newline='\n')):
        if p.get('kind') != 'midi' or p.get('status') not in ('ok', '\\N'):
            continue
        source = p['source'] if known(p['source']) else p['path']
        if not source.startswith(src + '/'):
            continue
        t = truth.get((source[len(src) + 1:], p['member'] if known(p['member']) else ''))
        if t is None or t['id'] in seen:
            continue
        seen.add(t['id'])
        if t['bpm_is_in_file'] == '1':
            count('bpm, in the file', near(p['bpm'], t['bpm'], .001), '99')
        elif t['bpm_in_name'] == '1':
            count('bpm, in the name only', near(p['bpm'], t['bpm'], .001))
        if p['meter_from'] == 'map':
            count('meter, in the file', p['meter'] == t['meter'], '99')
        else:
            count('meter, by notes', p['meter'] == t['meter'])
        if known(t['key']):
            count('key, of %s' % ('songs' if t['role'] == 'mixed' else 'loops'), p['key'] == t['key'])
        drums = known(p['drum_parts']) or p['role'] == 'drums'
        count('drums or not', drums == (t['drums'] == '1'), '99')
        if t['drums'] == '1':
            count('drum parts', set(p['drum_parts'].split(',')) == set(t['drum_parts'].split(',')), '99')
        count('channels', p['channels'] == t['channels'], '99')
        count('format', p['format'] == t['format'], '99')
        count('role', p['role'] == t['role'])
        if known(t['chords']) and t['role'] in ('chords', 'mixed'):
            count('chords as they go', p['chords'] == t['chords'])
    for name, (right, n, target) in sorted(score.items()):
        print('%s\t%d\t%d\t%s' % (name, right, n, target))


main()
