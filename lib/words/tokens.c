/* tokens - the words that one folder, file or track name is made of */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "words/tokens.h"

static int
upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static int
lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static int
digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
kept(char c)
{
	return upper(c) || lower(c) || digit(c) || c == '&';
}

/* Whether a word ends between p[-1] and p[0]; there are n bytes from p. */
static int
ends(const char *from, const char *p, size_t n)
{
	char a = p[-1], b = p[0];

	if (!kept(b) || digit(a) != digit(b) || a == '&' || b == '&')
		return 1;
	if (lower(a) && upper(b))
		return 1;
	/* The last capital of a run begins the next word: MIDILoop.  A plural
	 * s behind capitals does not: BPMs, DJs. */
	return upper(a) && upper(b) && n > 1 && lower(p[1]) && p - from > 0 &&
	    !(p[1] == 's' && (n == 2 || !kept(p[2])));
}

/* What n bytes between two words make of them. */
static enum token_link
link_of(const char *p, size_t n)
{
	size_t dashes = 0, blanks = 0;

	if (n == 0)
		return TOKEN_GLUED;
	for (size_t i = 0; i < n; i++)
		switch (p[i]) {
		case '-':
			dashes++;
			break;
		case ' ':
			blanks++;
			break;
		case '_':
		case '.':
		case '\'':
		case '`':
			break;
		default:
			return TOKEN_APART;
		}
	if (dashes == 0)
		return TOKEN_NEXT;
	return blanks > 0 ? TOKEN_APART : TOKEN_DASH;
}

void
tokens_read(struct tokens *t, const char *s, size_t n)
{
	size_t i = 0, from, gap = 0;
	struct token *k;

	if (n > TOKENS_TEXT)
		n = TOKENS_TEXT;
	for (size_t j = 0; j < n; j++)
		t->low[j] = (char)(upper(s[j]) ? s[j] | 0x20 : s[j]);
	t->n = 0;
	while (i < n && t->n < TOKENS_MOST) {
		/* The s of a genitive is no word. */
		if (i > 0 && i + 1 < n && s[i] == '\'' && kept(s[i - 1]) &&
		    t->low[i + 1] == 's' && (i + 2 == n || !kept(s[i + 2]))) {
			i += 2;
			continue;
		}
		if (!kept(s[i])) {
			i++;
			continue;
		}
		for (from = i++; i < n && !ends(s + from, s + i, n - i);)
			i++;
		k = &t->token[t->n];
		k->at = (uint16_t)from;
		k->n = (uint16_t)(i - from);
		k->number = (uint8_t)digit(s[from]);
		k->link = t->n == 0 ? TOKEN_APART
				    : (uint8_t)link_of(s + gap, from - gap);
		t->n++;
		gap = i;
	}
}

size_t
tokens_stem(const char *s, size_t n)
{
	static const char *const suffixes[] = { ".mid", ".midi", ".kar", ".rmi",
		".rmid", ".smf", ".zip", ".rar", ".7z", ".tar", ".gz", ".tgz",
		".bz2", ".tbz", ".tbz2", ".xz", ".txz", ".zst", ".lz4", ".cab",
		".lha", ".lzh", ".iso" };
	size_t k, again;

	do {
		again = n;
		for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes);
		     i++) {
			k = strlen(suffixes[i]);
			if (n > k && s[n - k] == '.' &&
			    strncasecmp(s + n - k, suffixes[i], k) == 0)
				n -= k;
		}
	} while (n != again);
	return n;
}
