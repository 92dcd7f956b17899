// SPDX-License-Identifier: Apache-2.0
/*
 * The recorder. In: every record as fed, before anything has looked at it. Out: whole blocks, each
 * written at once. The rule that surprises: a block that does not fit on the disk is cut back and
 * dropped, its ordinal is spent, and the next one is tried: the reader sees the jump as loss, and
 * everything before and after it replays.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/refuse.h"
#include "base/units.h"
#include "model/recording.h"
#include "sink/sinks.h"

#define BLOCK_FULL_BYTES   (256u << 10)
#define BLOCK_AGE_NS	   NS_PER_S
#define SAY_AGAIN_AFTER_NS (10 * NS_PER_S)

struct record {
	struct sink sink;
	int fd;
	bool is_file; /* regular: can be cut back */
	char *path;
	uint64_t file_bytes; /* whole blocks */
	uint32_t ordinal;    /* of the block in the making */
	struct buf payload;
	uint64_t payload_records_count;
	struct buf block;
	bool has_tick;
	uint64_t tick_at_ns;
	uint64_t block_start_at_ns; /* 0 = no TICK yet */
	/* what was let go */
	int error; /* the last one, -errno */
	uint64_t lost_records_count;
	uint64_t lost_records_said_count;
	uint64_t said_at_ns;
};

/* 0 or -errno with *done short of the whole. */
static int record_write(const struct record *record, const char *bytes, size_t length, size_t *done)
{
	*done = 0;
	while (*done < length) {
		ssize_t written = record->is_file
					  ? pwrite(record->fd, bytes + *done, length - *done,
						   (off_t)(record->file_bytes + *done))
					  : write(record->fd, bytes + *done, length - *done);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		if (!written)
			return -ENOSPC;
		*done += (size_t)written;
	}
	return 0;
}

static void record_say_lost(struct record *record)
{
	uint64_t unsaid = record->lost_records_count - record->lost_records_said_count;

	if (!unsaid)
		return;
	warn("%s: %s: %llu records not recorded", record->path, strerror(-record->error),
	     (unsigned long long)unsaid);
	record->lost_records_said_count = record->lost_records_count;
	record->said_at_ns = record->tick_at_ns;
}

static void record_let_go(struct record *record, int error, uint64_t records_count)
{
	bool first = !record->lost_records_count;

	record->error = error;
	record->lost_records_count += records_count;
	if (first || record->tick_at_ns - record->said_at_ns >= SAY_AGAIN_AFTER_NS)
		record_say_lost(record);
}

static void record_flush(struct record *record)
{
	size_t done;
	int error;

	if (!record->payload_records_count)
		return;
	buf_reset(&record->block);
	recording_block_make(&record->block, RECORDING_RECORDS, record->ordinal++,
			     &record->payload);
	error = record_write(record, record->block.bytes, record->block.length, &done);
	/* Half a block would only be skipped by the reader; on a pipe that is what happens. */
	if (error && done && record->is_file &&
	    ftruncate(record->fd, (off_t)record->file_bytes) != 0)
		warn("%s: cannot cut back: %s", record->path, strerror(errno));
	if (error)
		record_let_go(record, error, record->payload_records_count);
	else
		record->file_bytes += record->block.length;
	buf_reset(&record->payload);
	record->payload_records_count = 0;
	record->block_start_at_ns = record->has_tick ? record->tick_at_ns : 0;
}

static void record_on_tick(struct record *record, uint64_t at_ns)
{
	record->tick_at_ns = at_ns;
	if (!record->has_tick) {
		record->has_tick = true;
		record->block_start_at_ns = at_ns;
		return;
	}
	if (at_ns - record->block_start_at_ns >= BLOCK_AGE_NS)
		record_flush(record);
}

static void record_on_event(struct sink *sink, const struct view *view, const struct tt_head *event,
			    uint32_t size_bytes)
{
	struct record *record = (struct record *)sink;

	(void)view;
	if (size_bytes > RECORDING_RECORD_MAX_BYTES) {
		record_let_go(record, -EMSGSIZE, 1);
		return;
	}
	if (record->payload.length + recording_record_room(size_bytes) > RECORDING_BLOCK_MAX_BYTES)
		record_flush(record);
	recording_record_add(&record->payload, event, size_bytes);
	record->payload_records_count++;
	if (record->payload.length >= BLOCK_FULL_BYTES)
		record_flush(record);
	/* as the flow's decode sees it: what it refuses is no TICK and no END */
	if (size_bytes < sizeof(*event) || event->size != size_bytes)
		return;
	if (event->kind == TT_TICK && size_bytes >= sizeof(struct tt_tick))
		record_on_tick(record, event->at_ns);
	else if (event->kind == TT_END && size_bytes >= sizeof(struct tt_end))
		record_flush(record);
}

static const struct sink_ops record_ops = {
	.name = "record",
	.on_event = record_on_event,
};

static void json_put_text(struct json_object *object, const char *key, const char *text,
			  size_t length)
{
	json_object_object_add(object, key, json_object_new_string_len(text, (int)length));
}

static struct json_object *record_engines_json(const struct engine_set *engines)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; engines && i < engines->engines_count; i++) {
		const struct engine_text *text = &engines->texts[i];
		struct json_object *entry = json_object_new_object();

		json_put_text(entry, "file", text->file, strlen(text->file));
		json_put_text(entry, "text", text->text, text->length);
		json_object_array_add(array, entry);
	}
	return array;
}

static void record_preamble_json(struct buf *out, const struct record_preamble *preamble)
{
	struct json_object *object = json_object_new_object();
	struct utsname host;
	struct timespec now;
	char *text;

	clock_gettime(CLOCK_REALTIME, &now);
	uname(&host);
	json_object_object_add(object, "format_version",
			       json_object_new_int(RECORDING_FORMAT_VERSION));
	json_put_text(object, "tool_version", preamble->tool_version,
		      strlen(preamble->tool_version));
	text = mem_format("%016llx", (unsigned long long)preamble->run_id);
	json_put_text(object, "run_id", text, strlen(text));
	free(text);
	json_object_object_add(object, "interval_ns",
			       json_object_new_uint64(preamble->interval_ns));
	json_object_object_add(object, "metrics_age_ns",
			       json_object_new_uint64(preamble->metrics_age_ns));
	json_object_object_add(object, "metrics_bytes",
			       json_object_new_uint64(preamble->metrics_bytes));
	text = mem_format("%s %s %s, %ld cpus", host.sysname, host.release, host.machine,
			  sysconf(_SC_NPROCESSORS_ONLN));
	json_put_text(object, "host", text, strlen(text));
	free(text);
	json_object_object_add(
		object, "started_real_ns",
		json_object_new_uint64((uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec));
	json_object_object_add(object, "engines", record_engines_json(preamble->engines));
	buf_text(out, json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
	json_object_put(object);
}

static int record_begin(struct record *record, const struct record_preamble *preamble)
{
	struct buf json = {0};
	size_t done;
	int error;

	record_preamble_json(&json, preamble);
	if (json.length > RECORDING_BLOCK_MAX_BYTES) {
		buf_fini(&json);
		return refuse(-E2BIG, "%s: the engine files are too long to be recorded",
			      record->path);
	}
	buf_add(&record->block, RECORDING_MAGIC, RECORDING_MAGIC_BYTES);
	recording_block_make(&record->block, RECORDING_PREAMBLE, 0, &json);
	recording_block_make(&record->block, RECORDING_PREAMBLE, 0, &json);
	buf_fini(&json);
	error = record_write(record, record->block.bytes, record->block.length, &done);
	if (error)
		return refuse(error, "%s: cannot record: %s", record->path, strerror(-error));
	record->file_bytes = record->block.length;
	record->ordinal = 1;
	return 0;
}

static int record_open(struct record *record, const char *path)
{
	struct stat status;

	if (!strcmp(path, "-"))
		record->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		record->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0640);
	if (record->fd < 0 || fstat(record->fd, &status) != 0)
		return refuse(-errno, "%s: cannot record: %s", record->path, strerror(errno));
	if (isatty(record->fd))
		return refuse(-EINVAL, "%s: a recording is not for a terminal", record->path);
	/* Standard output may stand anywhere in a file that is not ours alone: it is only appended
	 * to. */
	record->is_file = S_ISREG(status.st_mode) && strcmp(path, "-") != 0;
	return 0;
}

int record_new(struct sink **sink, const char *path, const struct record_preamble *preamble)
{
	struct record *record = mem_new(sizeof(*record));
	int error;

	record->sink.ops = &record_ops;
	record->path = mem_string(strcmp(path, "-") ? path : "standard output");
	error = record_open(record, path);
	if (!error)
		error = record_begin(record, preamble);
	if (error) {
		record_free(&record->sink);
		return error;
	}
	*sink = &record->sink;
	return 0;
}

int record_free(struct sink *sink)
{
	struct record *record = (struct record *)sink;
	int error;

	record_flush(record);
	record_say_lost(record);
	/* Network file systems tell a full disk only now. */
	if (record->fd >= 0 && close(record->fd) != 0 && !record->error)
		record->error = refuse(-errno, "%s: %s", record->path, strerror(errno));
	error = record->error;
	free(record->path);
	buf_fini(&record->payload);
	buf_fini(&record->block);
	free(record);
	return error;
}
