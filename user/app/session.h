/* SPDX-License-Identifier: Apache-2.0 */
/* One run of the path: a source, the flow, the sinks, and the signals. */
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include "app/options.h"

enum session_output {
	SESSION_LIVE,	  /* lines or log, and the report */
	SESSION_RECORD,	  /* the recording is the output */
	SESSION_REPORT,	  /* only the report */
	SESSION_TIMELINE, /* only waterfalls */
};

/* From a live process when the options name one, else from the recording at options->args. The exit code. */
int session_run(const struct options *options, enum session_output output);

#endif
