/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-made nouns for the tests of the sinks: what flow would have made of a few utterances. */
#ifndef TESTS_SINK_SAMPLE_H
#define TESTS_SINK_SAMPLE_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hist.h"
#include "base/mem.h"
#include "base/units.h"
#include "model/sink.h"
#include "sink/sinks.h"

#define SAMPLE_SPANS 8192

struct sample {
	struct view view;
	struct tallies tallies;
	struct process process;
	struct engine_probe spec;
	struct probe probe;
	const struct probe *probes[1];
	struct span spans[SAMPLE_SPANS];
	const struct span *span_list[SAMPLE_SPANS];
	struct trace trace;
	struct meter meter;
	struct meter_row *rows[16];
};

#define SAMPLE_START_NS (1000 * NS_PER_S)

/* 2026-11-24T07:32:00Z at 1000 s of the monotonic clock. */
static inline struct sample *sample_new(void)
{
	struct sample *sample = mem_new(sizeof(*sample));

	sample->view = (struct view){
		.now_ns = SAMPLE_START_NS,
		.started_at_ns = SAMPLE_START_NS,
		.clock_mono_ns = SAMPLE_START_NS,
		.clock_real_ns = 1795505520ull * NS_PER_S,
		.clock_boot_ns = SAMPLE_START_NS + 50 * NS_PER_S,
		.tallies = &sample->tallies,
		.processes = &sample->process,
		.probes = sample->probes,
		.probes_count = 1,
		.meter = &sample->meter,
	};
	sample->process = (struct process){ .pid = 4242, .comm = "speaker", .service = "tts.service" };
	sample->spec.name = "synthesize";
	sample->spec.stage = "request";
	sample->probe = (struct probe){
		.id = 7,
		.spec = &sample->spec,
		.label = "espeak-ng",
		.process = &sample->process,
		.symbol = "espeak_ng_Synthesize",
	};
	sample->probes[0] = &sample->probe;
	sample->meter.rows = sample->rows;
	sample->meter.start_at_ns = SAMPLE_START_NS;
	sample->meter.end_at_ns = SAMPLE_START_NS + 10 * NS_PER_S;
	return sample;
}

static inline struct span *sample_span(struct sample *sample, uint64_t parent_id, const char *stage,
				       uint64_t from_ns, uint64_t wall_ns)
{
	struct trace *trace = &sample->trace;
	struct span *span = &sample->spans[trace->spans_count];

	*span = (struct span){
		.id = 0x1000 + trace->spans_count,
		.parent_id = parent_id,
		.process = &sample->process,
		.tid = 4242,
		.comm = "speaker",
		.engine = "espeak-ng",
		.stage = stage,
		.name = "espeak_ng_Synthesize",
		.role = parent_id ? ROLE_STAGE : ROLE_REQUEST,
		.start_at_ns = SAMPLE_START_NS + from_ns,
		.wall_ns = wall_ns,
		.has_split = true,
		.oncpu_ns = wall_ns - wall_ns / 2,
		.runq_ns = wall_ns / 2 - wall_ns / 4,
		.blocked_ns = wall_ns / 4 - wall_ns / 8,
		.preempted_ns = wall_ns / 8,
	};
	memcpy(span->trace_id, trace->id, sizeof(trace->id));
	sample->span_list[trace->spans_count++] = span;
	return span;
}

/* An utterance of 100 ms on a worker, with audio chunks; everything that can be known is known. */
static inline struct trace *sample_utterance(struct sample *sample, unsigned chunks_count)
{
	struct trace *trace = &sample->trace;
	struct span *root, *work;
	unsigned i;

	*trace = (struct trace){
		.id = { 0x9f, 0x86, 0xd0, 0x81, 0x88, 0x4c, 0x7d, 0x65, 0x9a, 0x2f, 0xea, 0xa0, 0xc5, 0x5a,
			0xd0, 0x15 },
		.ordinal = 1,
		.process = &sample->process,
		.engine = "espeak-ng",
		.start_at_ns = SAMPLE_START_NS,
		.end_at_ns = SAMPLE_START_NS + 100 * NS_PER_MS,
		.duration_ns = 100 * NS_PER_MS,
		.has_queue_wait = true,
		.queue_wait_ns = 20 * NS_PER_MS,
		.has_first_audio = true,
		.first_audio_ns = 35 * NS_PER_MS,
		.first_audio_from_dequeue_ns = 15 * NS_PER_MS,
		.has_audio = true,
		.audio_samples_count = 22050,
		.audio_chunks_count = chunks_count,
		.audio_rate_hz = 22050,
		.audio_ns = NS_PER_S,
		.has_rtf = true,
		.rtf = 0.08,
		.has_text = true,
		.text_bytes = 42,
		.spans = sample->span_list,
	};
	root = sample_span(sample, 0, "request", 0, 50 * NS_PER_US);
	work = sample_span(sample, root->id, "synthesis", 20 * NS_PER_MS, 80 * NS_PER_MS);
	work->kind = SPAN_WORK;
	work->tid = 4243;
	strcpy(work->comm, "worker");
	sample_span(sample, work->id, "text to phonemes", 21 * NS_PER_MS, 6 * NS_PER_MS)->tid = 4243;
	for (i = 0; i < chunks_count; i++) {
		struct span *span = sample_span(sample, work->id, "audio",
						35 * NS_PER_MS + i * 60 * NS_PER_MS / chunks_count,
						20 * NS_PER_US);

		span->tid = 4243;
		span->role = ROLE_AUDIO;
		span->has_samples = true;
		span->samples_count = 512;
	}
	trace->root = root;
	return trace;
}

static inline struct meter_row *sample_row(struct sample *sample, const char *engine,
					   const char *stage, unsigned count)
{
	struct meter_row *row = mem_new(sizeof(*row));
	unsigned i;

	row->engine = engine;
	row->stage = stage;
	row->count = count;
	hist_init(&row->wall_ns);
	hist_init(&row->first_audio_ns);
	hist_init(&row->rtf_millionths);
	hist_init(&row->text_bytes);
	hist_init(&row->queue_wait_ns);
	for (i = 1; i <= count; i++)
		hist_add(&row->wall_ns, i * NS_PER_MS);
	row->split_wall_ns = 1000;
	row->oncpu_ns = 700;
	row->runq_ns = 200;
	row->blocked_ns = 90;
	row->preempted_ns = 10;
	sample->rows[sample->meter.rows_count++] = row;
	return row;
}

static inline void sample_free(struct sample *sample)
{
	size_t i;

	for (i = 0; i < sample->meter.rows_count; i++) {
		struct meter_row *row = sample->rows[i];

		hist_fini(&row->wall_ns);
		hist_fini(&row->first_audio_ns);
		hist_fini(&row->rtf_millionths);
		hist_fini(&row->text_bytes);
		hist_fini(&row->queue_wait_ns);
		free(row);
	}
	free(sample);
}

/* A file without a name; its text is what a sink has written. */
static inline int sample_file(void)
{
	char path[] = "/tmp/ttsobs-test-XXXXXX";
	int fd = mkstemp(path);

	if (fd >= 0)
		unlink(path);
	return fd;
}

/* All of it, from the begin, NUL-terminated; to be freed. */
static inline char *sample_text(int fd, size_t *length)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = mem_new((size_t)size + 1);
	ssize_t got = pread(fd, text, (size_t)size, 0);

	if (length)
		*length = got < 0 ? 0 : (size_t)got;
	return text;
}

#endif
