/* rec - the record stream of mrec(5)
 *
 * A record is a line of TAB-separated, escaped fields, a prefix of the
 * columns of share/columns.tsv.  rec_get() splits it in place, in the
 * reader's own buffer: field[i] is column i + 1, a string of len[i] bytes
 * that lives until the next rec_get() on the same reader.  What rec_set…()
 * puts in lives as long: rec_set_text, _int and _real copy into the
 * reader's arena, rec_set keeps the pointer it is given.  Nothing is
 * allocated for a record once the buffers have grown to the largest.
 *
 * A writer is tied to a reader by in.tie = &out: before a read that would
 * block, what is in the writer goes out, so that a slow producer's records
 * are seen at once downstream.
 *
 * With in.nul set, what is read is no stream but names ended by NUL, as of
 * `find -print0`: each is a record of one field, raw and not escaped.
 *
 * The caller owns the structs; zeroes and a file descriptor are a valid
 * reader or writer, and the _free functions are safe on zeroes.
 */
#ifndef STREAM_REC_H
#define STREAM_REC_H

#include "stream/buf.h"
#include "stream/columns.h"

enum {
	REC_BLOCK = 65536,    /* bytes a write, as much as a pipe holds */
	REC_LONGEST = 1 << 26 /* bytes a line; more is EMSGSIZE */
};

struct rec_out {
	int fd;
	struct buf buf;
	int64_t written_at;    /* ms, for rec_out_tick */
	int failed;            /* a write failed, maybe inside rec_get() */
	size_t hold;           /* bytes to collect; 0: REC_BLOCK */
	int (*before)(void *); /* called with ctx before each write, unless
				  NULL: 0, or -1 errno and none is made */
	void *ctx;
};

struct rec_in {
	int fd;
	int nul;      /* names ended by NUL, not records */
	int patience; /* ms to wait for input, then errno EAGAIN; 0: for ever */
	struct rec_out *tie;
	struct buf buf;
	size_t pos;  /* first byte not yet handed out */
	size_t line; /* records handed out so far */
	int eof;
	struct buf arena;
	struct buf *full; /* arenas outgrown by this record */
	size_t nfull;
};

struct rec {
	char **field;
	size_t *len;
	size_t nf;
	size_t cap;
	struct rec_in *in;
};

/* 1 a record; 0 end; -1 errno; REC_CUT the last line has no newline: it is
 * in the record to be named, and is not to be worked on. */
enum { REC_CUT = 2 };
int rec_get(struct rec_in *, struct rec *);
/* Puts a record out: 0, or -1 errno. */
int rec_put(const struct rec *, struct rec_out *);
/* Ends a record whose escaped fields and tabs were added to out->buf by the
 * caller, for a filter that makes records of nothing: 0, or -1 errno. */
int rec_end(struct rec_out *);

/* An empty record of the caller's own making, to be filled by rec_set…; the
 * reader is only its memory, and gives it up at the next rec_new. */
void rec_new(struct rec *, struct rec_in *);

/* Set a column (from 1), filling with \N up to it: 0, or -1 ENOMEM.  s is in
 * escaped form and must outlive the record. */
int rec_set(struct rec *, int col, const char *s);
/* The same for n raw bytes; none are \N. */
int rec_set_text(struct rec *, int col, const void *, size_t n);
int rec_set_int(struct rec *, int col, int64_t);
/* With that many decimals; what is not finite is \N. */
int rec_set_real(struct rec *, int col, double, int decimals);

/* Whether a column is there and not \N. */
int rec_known(const struct rec *, int col);
/* Whether a column is exactly this escaped text. */
int rec_is(const struct rec *, int col, const char *);
/* The field as it stands, \N where the record ends before it. */
const char *rec_field(const struct rec *, int col);
/* The bytes that a column stands for, put in b: 0; -1 with EILSEQ for a bad
 * escape, ENOENT where it is unknown, EINVAL for a NUL inside, ENOMEM. */
int rec_bytes(const struct rec *, int col, struct buf *b);

/* Writes out what is waiting: 0, or -1 errno. */
int rec_flush(struct rec_out *);
/* The same, when the last write was a fifth of a second ago or longer: for
 * a filter that makes many records of one. */
int rec_out_tick(struct rec_out *);
/* Flushes and closes; the last chance to learn of a full disk. */
int rec_close(struct rec_out *);
void rec_free(struct rec *);
void rec_in_free(struct rec_in *);

#endif
