/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of printed forms (report, waterfall) share: a sample, a look, and room for what is printed. */
#ifndef TESTS_SINK_PRINTED_H
#define TESTS_SINK_PRINTED_H

#include "tests/unit/sink/sample.h"

struct bench {
	struct sample *sample;
	struct look look;
	struct buf out;
};

static int bench_setup(void **state)
{
	struct bench *bench = mem_new(sizeof(*bench));

	bench->sample = sample_new();
	bench->look = (struct look){ .columns = 100, .ascii = true };
	*state = bench;
	return 0;
}

static int bench_teardown(void **state)
{
	struct bench *bench = *state;

	buf_fini(&bench->out);
	sample_free(bench->sample);
	free(bench);
	return 0;
}

#endif
