/* fuzz_rec - any bytes as a record stream, and as a name
 *
 * Records come out as they went in; escaping is undone byte for byte; a
 * clean name is clean.
 */
#include "config.h"

#include <sys/mman.h>

#include <stdlib.h>
#include <unistd.h>

#include "stream/esc.h"
#include "stream/rec.h"
#include "words/clean.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
hold(int true)
{
	if (!true)
		abort();
}

static void
check_stream(const uint8_t *p, size_t n)
{
	struct rec_in in = { .fd = memfd_create("in", 0) };
	struct rec_out out = { .fd = -1 };
	struct buf raw = { 0 };
	struct rec r = { 0 };
	int c;

	hold(in.fd != -1 && write(in.fd, p, n) == (ssize_t)n);
	hold(lseek(in.fd, 0, SEEK_SET) == 0);
	while ((c = rec_get(&in, &r)) == 1) {
		/* Below a block nothing is written, so fd is not needed. */
		if (out.buf.len < REC_BLOCK / 2 && n < REC_BLOCK / 4)
			hold(rec_put(&r, &out) == 0);
		for (int i = 1; i <= (int)r.nf && i <= 64; i++)
			(void)rec_bytes(&r, i, &raw);
		hold(rec_set_text(&r, 3, p, n < 64 ? n : 64) == 0);
	}
	hold(c == 0 || c == REC_CUT);
	if (n < REC_BLOCK / 4)
		hold(out.buf.len <= n &&
		    (out.buf.len == 0 ||
			memcmp(out.buf.p, p, out.buf.len) == 0));
	close(in.fd);
	buf_free(&raw);
	buf_free(&out.buf);
	rec_free(&r);
	rec_in_free(&in);
}

static void
check_escapes(const uint8_t *p, size_t n)
{
	struct buf esc = { 0 }, raw = { 0 };

	hold(esc_add(&esc, p, n) == 0);
	hold(utf8_valid(esc.p, esc.len));
	for (size_t i = 0; i < esc.len; i++)
		hold((unsigned char)esc.p[i] >= 0x20 && esc.p[i] != 0x7f);
	hold(esc_undo(&raw, esc.p, esc.len) == 0);
	hold(raw.len == n && (n == 0 || memcmp(raw.p, p, n) == 0));
	buf_free(&esc);
	buf_free(&raw);
}

static void
check_names(const uint8_t *p, size_t n)
{
	static int ready;
	struct buf once = { 0 }, twice = { 0 };

	if (!ready)
		hold(clean_init() == 0);
	ready = 1;
	hold(clean_file(&once, p, n) == 0);
	hold(once.len > 4 && once.len <= CLEAN_LONGEST + 4);
	for (size_t i = 0; i + 4 < once.len; i++)
		hold(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
			    "wxyz0123456789_-",
			 once.p[i]) != NULL);
	hold(strcmp(once.p + once.len - 4, ".mid") == 0);
	hold(clean_file(&twice, once.p, once.len) == 0);
	hold(strcmp(once.p, twice.p) == 0);
	buf_free(&once);
	buf_free(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	check_stream(p, n);
	check_escapes(p, n);
	check_names(p, n < 4096 ? n : 4096);
	return 0;
}
