// SPDX-License-Identifier: Apache-2.0
/*
 * A recording as a source. In: bytes of a file or pipe. Out: the records in it, what is missing as
 * LOST, always an END. The rules that surprise: an END in the file is held back until the file
 * really ends there, because bytes that follow it are damage, and damage must be fed before END;
 * and a pipe that is silent is waited for in short steps, so that a pump always returns and a
 * signal is seen. Memory is one window of stored bytes and one inflated block.
 */
#include "source/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/progress.h"
#include "base/refuse.h"
#include "model/recording.h"
#include "source/replay_preamble.h"

#define HEADER_BYTES sizeof(struct recording_block)
#define WINDOW_BYTES (HEADER_BYTES + RECORDING_STORED_MAX_BYTES)
#define WAIT_MS	     100

struct replay {
	struct source source;
	int fd;
	char *path;
	struct arena arena;
	struct replay_preamble preamble;
	/* stored bytes, not yet consumed: window[window_start .. window_end) */
	char *window;
	size_t window_start;
	size_t window_end;
	bool is_at_end; /* of the file: nothing more comes into the window */
	uint64_t read_bytes;
	uint64_t file_bytes; /* 0 = a pipe, which is read only once */
	char *shown_what;    /* NULL = nobody watches how far it is */
	/* the block at hand; none when plain_at == plain_bytes */
	char *plain;
	uint32_t plain_bytes;
	uint32_t plain_at;
	uint32_t next_ordinal;
	uint64_t tick_at_ns;
	bool may_see_preamble;		/* the second one, still */
	const struct tt_head *held_end; /* in plain */
	uint32_t held_end_bytes;
	bool has_ended;
	bool is_without_end;
	/* damage */
	uint64_t skipped_here_bytes; /* since the last good block */
	uint64_t skipped_bytes;
	uint64_t places_count;
	uint64_t missing_blocks_count;
	uint64_t blocks_count;
};

enum block_found { BLOCK_NONE, BLOCK_FOUND, BLOCK_AT_END };

/* More bytes into the window's free end; false: none now (is_at_end: none ever). */
static bool window_read(struct replay *replay)
{
	struct pollfd fd = {.fd = replay->fd, .events = POLLIN};
	ssize_t got;

	if (replay->is_at_end || poll(&fd, 1, WAIT_MS) <= 0)
		return false;
	got = read(replay->fd, replay->window + replay->window_end,
		   WINDOW_BYTES - replay->window_end);
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return false;
	if (got < 0)
		warn("%s: cannot read on: %s", replay->path, strerror(errno));
	replay->is_at_end = got <= 0;
	replay->window_end += got > 0 ? (size_t)got : 0;
	replay->read_bytes += got > 0 ? (uint64_t)got : 0;
	return got > 0;
}

/* Whether `wanted` bytes lie in the window. If not, and not at the end: try again later. */
static bool window_has(struct replay *replay, size_t wanted)
{
	size_t length = replay->window_end - replay->window_start;

	if (length < wanted && replay->window_start + wanted > WINDOW_BYTES) {
		memmove(replay->window, replay->window + replay->window_start, length);
		replay->window_start = 0;
		replay->window_end = length;
	}
	while (replay->window_end - replay->window_start < wanted)
		if (!window_read(replay))
			return false;
	return true;
}

static void window_skip(struct replay *replay, size_t bytes)
{
	replay->window_start += bytes;
	replay->skipped_here_bytes += bytes;
}

/* Bad bytes stand at the window's start: skip at least one, up to what may be the next header. */
static void replay_resync(struct replay *replay)
{
	static const uint64_t magic = RECORDING_BLOCK_MAGIC;
	const char *start = replay->window + replay->window_start;
	size_t length = replay->window_end - replay->window_start;
	const char *found = memmem(start + 1, length - 1, &magic, sizeof(magic));

	if (found)
		window_skip(replay, (size_t)(found - start));
	else if (replay->is_at_end)
		window_skip(replay, length);
	else /* a magic may be cut by the window's end */
		window_skip(replay, length >= sizeof(magic) ? length - (sizeof(magic) - 1) : 1);
}

/* One try: a block is inflated and consumed, or something is skipped or waited for. */
static enum block_found replay_try_block(struct replay *replay, struct recording_block *header)
{
	bool is_whole = window_has(replay, HEADER_BYTES);
	size_t block_bytes = 0;

	if (is_whole && recording_header_read(header, replay->window + replay->window_start)) {
		block_bytes = HEADER_BYTES + header->stored_bytes;
		is_whole = window_has(replay, block_bytes);
	}
	if (!is_whole && !replay->is_at_end)
		return BLOCK_NONE;
	if (replay->window_start == replay->window_end)
		return BLOCK_AT_END;
	if (is_whole && block_bytes &&
	    recording_block_read(header, replay->window + replay->window_start + HEADER_BYTES,
				 replay->plain)) {
		replay->window_start += block_bytes;
		return BLOCK_FOUND;
	}
	replay_resync(replay);
	return BLOCK_NONE;
}

static void feed_lost(struct replay *replay, struct feed *feed, uint64_t count)
{
	struct tt_lost lost = {
		.head = {.at_ns = replay->tick_at_ns,
			 .kind = TT_LOST,
			 .size = sizeof(lost),
			 .probe = TT_NO_PROBE},
		.cause = TT_LOST_RECORDING,
		.count = count,
	};

	feed->record(feed, &lost.head, sizeof(lost));
}

/* What was skipped or is missing before this point becomes one LOST. */
static void feed_damage(struct replay *replay, struct feed *feed, uint64_t missing_blocks_count)
{
	if (!replay->skipped_here_bytes && !missing_blocks_count)
		return;
	feed_lost(replay, feed, replay->skipped_here_bytes ? replay->skipped_here_bytes : 1);
	replay->skipped_bytes += replay->skipped_here_bytes;
	replay->missing_blocks_count += missing_blocks_count;
	replay->skipped_here_bytes = 0;
	replay->places_count++;
}

static void replay_say_damage(const struct replay *replay)
{
	char missing[48] = "";

	if (!replay_is_damaged(&replay->source))
		return;
	if (replay->missing_blocks_count)
		snprintf(missing, sizeof(missing), ", %llu blocks missing",
			 (unsigned long long)replay->missing_blocks_count);
	warn("%s: skipped %llu bytes in %llu places, %llu blocks replayed%s%s", replay->path,
	     (unsigned long long)replay->skipped_bytes, (unsigned long long)replay->places_count,
	     (unsigned long long)replay->blocks_count, missing,
	     replay->is_without_end ? ", ends without END" : "");
}

static void replay_finish(struct replay *replay, struct feed *feed, const struct tt_head *end,
			  uint32_t size_bytes)
{
	feed_damage(replay, feed, 0);
	replay->has_ended = true;
	if (replay->shown_what)
		progress_done();
	replay_say_damage(replay);
	feed->record(feed, end, size_bytes);
}

static void replay_finish_by(struct replay *replay, struct feed *feed, uint32_t reason)
{
	struct tt_end end = {
		.head = {.at_ns = replay->tick_at_ns,
			 .kind = TT_END,
			 .size = sizeof(end),
			 .probe = TT_NO_PROBE},
		.reason = reason,
	};

	replay_finish(replay, feed, &end.head, sizeof(end));
}

/* What follows END is damage: one window of it per call. */
static enum pump_result replay_drain(struct replay *replay, struct feed *feed)
{
	if (window_has(replay, 1)) {
		window_skip(replay, replay->window_end - replay->window_start);
		return PUMP_MORE;
	}
	if (!replay->is_at_end)
		return PUMP_MORE;
	replay_finish(replay, feed, replay->held_end, replay->held_end_bytes);
	return PUMP_ENDED;
}

/* Bytes skipped although no record was lost: said, but not fed. */
static void replay_absorb_damage(struct replay *replay)
{
	replay->skipped_bytes += replay->skipped_here_bytes;
	replay->places_count += replay->skipped_here_bytes != 0;
	replay->skipped_here_bytes = 0;
}

/* A good block has come: takes it, or lets it count as skipped when it does not belong here. */
static void replay_take_block(struct replay *replay, struct feed *feed,
			      const struct recording_block *header)
{
	replay->plain_at = replay->plain_bytes = 0;
	if (header->kind == RECORDING_PREAMBLE && replay->may_see_preamble) {
		replay_absorb_damage(replay);
		replay->may_see_preamble = false;
		return;
	}
	if (header->kind != RECORDING_RECORDS || header->ordinal < replay->next_ordinal) {
		replay->skipped_here_bytes += HEADER_BYTES + header->stored_bytes;
		return;
	}
	if (replay->may_see_preamble && header->ordinal == 1)
		replay_absorb_damage(replay); /* of the second preamble */
	replay->may_see_preamble = false;
	feed_damage(replay, feed, header->ordinal - replay->next_ordinal);
	replay->next_ordinal = header->ordinal + 1;
	replay->blocks_count++;
	replay->plain_bytes = header->plain_bytes;
}

/* Feeds what is left of the block at hand, up to a TICK. */
static void replay_feed_block(struct replay *replay, struct feed *feed)
{
	const struct tt_head *event;
	uint32_t size_bytes;

	while ((event = recording_record_next(replay->plain, replay->plain_bytes, &replay->plain_at,
					      &size_bytes))) {
		/* as the flow's decode sees it: what it refuses is no TICK and no END */
		bool is_whole = size_bytes >= sizeof(*event) && event->size == size_bytes;

		if (is_whole && event->kind == TT_END && size_bytes >= sizeof(struct tt_end)) {
			replay->held_end = event;
			replay->held_end_bytes = size_bytes;
			replay->skipped_here_bytes += replay->plain_bytes - replay->plain_at;
			return;
		}
		if (is_whole && event->kind == TT_TICK && size_bytes >= sizeof(struct tt_tick))
			replay->tick_at_ns = event->at_ns;
		feed->record(feed, event, size_bytes);
		if (is_whole && event->kind == TT_TICK)
			return;
	}
}

static int replay_fd(struct source *source)
{
	(void)source;
	return -1;
}

/* At most one TICK, one block, or one window skipped per call, so that a stop is never far. */
static int replay_pump(struct source *source, struct feed *feed)
{
	struct replay *replay = (struct replay *)source;
	struct recording_block header;

	if (replay->has_ended)
		return PUMP_ENDED;
	if (replay->shown_what)
		progress_show_bytes(replay->shown_what, replay->read_bytes, replay->file_bytes);
	if (replay->held_end)
		return replay_drain(replay, feed);
	if (replay->plain_at == replay->plain_bytes) {
		enum block_found found = replay_try_block(replay, &header);

		if (found == BLOCK_AT_END) {
			replay->is_without_end = true;
			replay_finish_by(replay, feed, TT_END_TRUNCATED);
			return PUMP_ENDED;
		}
		if (found == BLOCK_NONE)
			return PUMP_MORE;
		replay_take_block(replay, feed, &header);
	}
	replay_feed_block(replay, feed);
	return PUMP_MORE;
}

static void replay_stop(struct source *source, struct feed *feed, uint32_t end_reason)
{
	struct replay *replay = (struct replay *)source;

	if (!replay->has_ended)
		replay_finish_by(replay, feed, end_reason);
}

static void replay_free(struct source *source)
{
	struct replay *replay = (struct replay *)source;

	if (replay->shown_what)
		progress_done();
	if (replay->fd >= 0)
		close(replay->fd);
	arena_fini(&replay->arena);
	free(replay->window);
	free(replay->plain);
	free(replay->shown_what);
	free(replay->path);
	free(replay);
}

static const struct source_ops replay_ops = {
	.fd = replay_fd,
	.pump = replay_pump,
	.stop = replay_stop,
	.free = replay_free,
};

/* The signals may be blocked and read elsewhere; before there is a source nobody reads them. */
static bool is_interrupted(void)
{
	sigset_t pending;

	return !sigpending(&pending) &&
	       (sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM));
}

static int replay_read_magic(struct replay *replay)
{
	const char *start;
	size_t length;

	while (!window_has(replay, RECORDING_MAGIC_BYTES) && !replay->is_at_end)
		if (is_interrupted())
			return refuse(-EINTR, "%s: stopped before anything came", replay->path);
	start = replay->window + replay->window_start;
	length = replay->window_end - replay->window_start;
	if (length < RECORDING_MAGIC_BYTES && !memcmp(start, RECORDING_MAGIC, length))
		return refuse(-EBADMSG, "%s: truncated: it ends after %zu bytes", replay->path, length);
	if (length < RECORDING_MAGIC_BYTES || memcmp(start, RECORDING_MAGIC, RECORDING_MAGIC_BYTES - 1) != 0)
		return refuse(-EINVAL, "%s: not a recording of ttsobs-bpf", replay->path);
	if (start[RECORDING_MAGIC_BYTES - 1] != RECORDING_MAGIC[RECORDING_MAGIC_BYTES - 1])
		return refuse(-EINVAL,
			      "%s: a recording of format %c; this program reads format %c only",
			      replay->path, start[RECORDING_MAGIC_BYTES - 1],
			      RECORDING_MAGIC[RECORDING_MAGIC_BYTES - 1]);
	replay->window_start += RECORDING_MAGIC_BYTES;
	return 0;
}

/* The first block that holds must be a preamble, and stand where one of the two can. */
static int replay_read_preamble(struct replay *replay)
{
	enum block_found found = BLOCK_NONE;
	struct recording_block header;

	while (found == BLOCK_NONE && replay->skipped_here_bytes <= WINDOW_BYTES) {
		found = replay_try_block(replay, &header);
		if (found == BLOCK_NONE && is_interrupted())
			return refuse(-EINTR, "%s: stopped before the first records", replay->path);
	}
	if (found != BLOCK_FOUND || header.kind != RECORDING_PREAMBLE)
		return refuse(-EBADMSG, "%s: damaged: its preamble cannot be read", replay->path);
	replay->next_ordinal = 1;
	replay->may_see_preamble = !replay->skipped_here_bytes;
	replay_absorb_damage(replay);
	return replay_preamble_parse(&replay->preamble, &replay->arena, replay->path, replay->plain,
				     header.plain_bytes);
}

static int replay_open_file(struct replay *replay, const char *path)
{
	struct stat status;

	if (!strcmp(path, "-"))
		replay->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		replay->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	/* A directory opens, and cannot be read. */
	if (replay->fd < 0 || (read(replay->fd, NULL, 0) < 0 && errno != EAGAIN))
		return refuse(-errno, "%s: %s", replay->path, strerror(errno));
	if (isatty(replay->fd))
		return refuse(-EINVAL, "%s: a recording does not come from a terminal",
			      replay->path);
	if (!fstat(replay->fd, &status) && S_ISREG(status.st_mode))
		replay->file_bytes = (uint64_t)status.st_size;
	return 0;
}

/* What stands before the first records. */
static int replay_begin(struct replay *replay, const struct replay_preamble **preamble)
{
	int error = replay_read_magic(replay);

	if (!error)
		error = replay_read_preamble(replay);
	*preamble = &replay->preamble;
	return error;
}

int replay_open(struct source **source, const char *path, const struct replay_preamble **preamble)
{
	struct replay *replay = mem_new(sizeof(*replay));
	int error;

	replay->source.ops = &replay_ops;
	replay->path = mem_string(strcmp(path, "-") ? path : "standard input");
	replay->window = mem_new(WINDOW_BYTES);
	replay->plain = mem_new(RECORDING_BLOCK_MAX_BYTES);
	error = replay_open_file(replay, path);
	if (!error)
		error = replay_begin(replay, preamble);
	if (error) {
		replay_free(&replay->source);
		return error;
	}
	*source = &replay->source;
	return 0;
}

bool replay_can_rewind(const struct source *source)
{
	return ((const struct replay *)source)->file_bytes;
}

int replay_rewind(struct source *source, const struct replay_preamble **preamble)
{
	struct replay *replay = (struct replay *)source;
	const struct replay fresh = {
		.source = replay->source,
		.fd = replay->fd,
		.path = replay->path,
		.window = replay->window,
		.plain = replay->plain,
		.file_bytes = replay->file_bytes,
		.shown_what = replay->shown_what,
	};

	if (lseek(replay->fd, 0, SEEK_SET) < 0)
		return refuse(-errno, "%s: cannot be read again: %s", replay->path, strerror(errno));
	arena_fini(&replay->arena);
	*replay = fresh;
	return replay_begin(replay, preamble);
}

bool replay_is_damaged(const struct source *source)
{
	const struct replay *replay = (const struct replay *)source;

	return replay->is_without_end || replay->places_count;
}

double replay_done_ratio(const struct source *source)
{
	const struct replay *replay = (const struct replay *)source;

	return replay->file_bytes ? (double)replay->read_bytes / (double)replay->file_bytes : -1;
}

void replay_show_progress(struct source *source)
{
	struct replay *replay = (struct replay *)source;

	if (replay->file_bytes && !replay->shown_what)
		replay->shown_what = mem_format("reading %s", replay->path);
}
