/* SPDX-License-Identifier: Apache-2.0 */
/* A log in a directory of its own, for the tests of everything that goes into it. */
#ifndef TESTS_SINK_LOG_BENCH_H
#define TESTS_SINK_LOG_BENCH_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "base/refuse.h"
#include "tests/unit/sink/check.h"
#include "tests/unit/sink/sample.h"

struct bench {
	struct sample *sample;
	struct sink *log;
	struct log_options options;
	char dir[40];
	char path[64];
	struct buf said;
};

static inline void bench_say(void *arg, const char *line)
{
	buf_text(arg, line);
	buf_char(arg, '\n');
}

static inline int bench_setup(void **state)
{
	struct bench *bench = mem_new(sizeof(*bench));

	bench->sample = sample_new();
	strcpy(bench->dir, "/tmp/ttsobs-test-XXXXXX");
	if (!mkdtemp(bench->dir))
		return -1;
	snprintf(bench->path, sizeof(bench->path), "%s/log", bench->dir);
	buf_text(&bench->said, "");
	refuse_redirect(bench_say, &bench->said);
	signal(SIGPIPE, SIG_IGN);
	*state = bench;
	return 0;
}

static inline int bench_teardown(void **state)
{
	struct bench *bench = *state;
	char other[80];

	log_free(bench->log);
	refuse_redirect(NULL, NULL);
	for (unsigned i = 0; i < 10; i++) {
		snprintf(other, sizeof(other), "%s.%u", bench->path, i);
		unlink(other);
	}
	unlink(bench->path);
	rmdir(bench->dir);
	buf_fini(&bench->said);
	sample_free(bench->sample);
	free(bench);
	return 0;
}

static inline void bench_open(struct bench *bench)
{
	bench->options.path = bench->path;
	assert_int_equal(log_new(&bench->log, &bench->options), 0);
}

static inline void bench_close(struct bench *bench)
{
	log_free(bench->log);
	bench->log = NULL;
}

static inline char *bench_read(const char *path, size_t *length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text;

	assert_true(fd >= 0);
	text = sample_text(fd, length);
	close(fd);
	return text;
}

static inline void bench_event(struct bench *bench, const void *record, uint32_t size_bytes)
{
	bench->log->ops->on_event(bench->log, &bench->sample->view, record, size_bytes);
}

static inline void bench_span(struct bench *bench, const struct span *span)
{
	bench->log->ops->on_span(bench->log, &bench->sample->view, span);
}

/* Closes the log; its only line as an object. */
static inline struct json_object *bench_line(struct bench *bench)
{
	struct json_object *object;
	size_t length;
	char *text;

	bench_close(bench);
	text = bench_read(bench->path, &length);
	assert_true(length > 1);
	assert_ptr_equal(strchr(text, '\n'), text + length - 1);
	object = check_json(text, length - 1);
	free(text);
	return object;
}

static inline struct json_object *bench_span_line(struct bench *bench, const struct span *span)
{
	unlink(bench->path);
	bench_open(bench);
	bench_span(bench, span);
	return bench_line(bench);
}

/* Yields until the condition holds; a machine that takes longer than this is broken. */
#define WAIT_FOR(condition)                                                                        \
	do {                                                                                       \
		time_t wait_until_ = time(NULL) + 20;                                              \
		while (!(condition)) {                                                             \
			assert_true(time(NULL) < wait_until_);                                     \
			sched_yield();                                                             \
		}                                                                                  \
	} while (0)

static inline void check_keys(struct json_object *object, const char *wanted)
{
	struct buf keys = { 0 };

	json_object_object_foreach(object, key, value)
	{
		(void)value;
		if (keys.length)
			buf_char(&keys, ' ');
		buf_text(&keys, key);
	}
	assert_string_equal(keys.bytes, wanted);
	buf_fini(&keys);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

#endif
