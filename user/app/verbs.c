/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs, by table. */
#include <errno.h>
#include <langinfo.h>
#include <string.h>
#include <unistd.h>

#include "app/engines_path.h"
#include "app/session.h"
#include "app/verbs.h"
#include "app/verbs_rules.h"
#include "base/io.h"
#include "base/refuse.h"
#include "source/plan.h"

static int run_live(const struct options *options)
{
	return session_run(options, SESSION_LIVE);
}

static int run_command(const struct options *options)
{
	if (!options->command) {
		refuse(0, "run what? say: ttsobs-bpf run [OPTION...] -- COMMAND [ARGUMENT...]");
		return EXIT_CODE_USAGE;
	}
	return session_run(options, SESSION_LIVE);
}

static int run_record(const struct options *options)
{
	if (!options->record_path) {
		refuse(0, "record into which file? say -o FILE");
		return EXIT_CODE_USAGE;
	}
	return session_run(options, SESSION_RECORD);
}

static int run_report(const struct options *options)
{
	return session_run(options, SESSION_REPORT);
}

static int run_timeline(const struct options *options)
{
	return session_run(options, SESSION_TIMELINE);
}

int verbs_print(struct buf *text)
{
	int error = io_write_all(STDOUT_FILENO, text->bytes, text->length);

	buf_reset(text);
	if (!error || error == -EPIPE)
		return 0;
	return refuse(error, "standard output: %s", strerror(-error));
}

static int engines_check(const struct options *options)
{
	int code = EXIT_CODE_OK;

	if (options->args.count < 2) {
		refuse(0, "engines check which file?");
		return EXIT_CODE_USAGE;
	}
	for (size_t i = 1; i < options->args.count; i++) {
		struct engine_set set;

		engines_init(&set);
		if (engines_load_file(&set, options->args.values[i]))
			code = EXIT_CODE_USAGE;
		engines_fini(&set);
	}
	return code;
}

static int engines_of(const struct options *options, const char *what)
{
	struct buf text = { 0 };
	struct engine_set set;
	int code = EXIT_CODE_USAGE;

	engines_init(&set);
	if (engines_path_load(&set, options))
		goto out;
	if (!strcmp(what, "list")) {
		engines_list(&text, &set);
		code = EXIT_CODE_OK;
	} else if (options->args.count != 2) {
		refuse(0, "engines show which engine? (see: ttsobs-bpf engines list)");
	} else if (!engines_find(&set, options->args.values[1])) {
		refuse(0, "no engine is named '%s' (see: ttsobs-bpf engines list)", options->args.values[1]);
	} else {
		engines_show(&text, engines_find(&set, options->args.values[1]));
		code = EXIT_CODE_OK;
	}
out:
	if (verbs_print(&text))
		code = code ? code : EXIT_CODE_RUNTIME;
	buf_fini(&text);
	engines_fini(&set);
	return code;
}

static int run_engines(const struct options *options)
{
	const char *what = options->args.count ? options->args.values[0] : "list";

	if (!strcmp(what, "check"))
		return engines_check(options);
	if (!strcmp(what, "list") || !strcmp(what, "show"))
		return engines_of(options, what);
	refuse(0, "engines knows list, show NAME and check FILE, not '%s'", what);
	return EXIT_CODE_USAGE;
}

static int exit_code_of_plan(int error)
{
	if (error == -EPERM || error == -EACCES)
		return EXIT_CODE_PRIVILEGE;
	return error ? EXIT_CODE_TARGET : EXIT_CODE_OK;
}

static int run_probes(const struct options *options)
{
	struct buf text = { 0 };
	struct engine_set set;
	int code = EXIT_CODE_OK;

	if (!options->pids_count) {
		refuse(0, "probes of which process? say -p PID");
		return EXIT_CODE_USAGE;
	}
	engines_init(&set);
	if (engines_path_load(&set, options))
		code = EXIT_CODE_USAGE;
	for (size_t i = 0; i < options->pids_count && !code; i++) {
		struct plan plan;
		int error = plan_make(&plan, options->pids[i], &set, options->engine);

		if (!error) {
			plan_print(&text, &plan, options->as_json,
				   options->is_ascii || strcmp(nl_langinfo(CODESET), "UTF-8"));
			if (!plan.objects_count)
				code = EXIT_CODE_TARGET;
			plan_fini(&plan);
		}
		code = code ? code : exit_code_of_plan(error);
	}
	if (verbs_print(&text))
		code = code ? code : EXIT_CODE_RUNTIME;
	buf_fini(&text);
	engines_fini(&set);
	return code;
}

static int run_doctor(const struct options *options)
{
	return capture_doctor(options->as_json);
}

/* Has options of its own: main() gives it the words before they are parsed here. */
static int run_ctl(const struct options *options)
{
	(void)options;
	return EXIT_CODE_USAGE;
}

static const struct verb table[] = {
	{ "live", "-p PID", "trace running processes (the default); on a terminal: the dashboard", true, false, true, true, run_live },
	{ "run", "[OPTION...] -- COMMAND", "start a command and trace it from its first instruction", true, false, true, true, run_command },
	{ "record", "-o FILE -p PID", "record everything that would be printed", true, false, false, false, run_record },
	{ "replay", "FILE", "print what the live run printed; on a terminal: the dashboard", false, true, true, true, run_live },
	{ "report", "FILE | -p PID", "statistics per engine and stage", true, true, true, false, run_report },
	{ "timeline", "FILE | -p PID", "waterfalls of single utterances", true, true, false, false, run_timeline },
	{ "engines", "[list|show NAME|check FILE]", "the engine files", false, false, false, false, run_engines },
	{ "rules", "check FILE|DIR... | test FILE... | eval EXPR RECORDING [WHEN]", "the alert rules and their unit tests", false, false, true, false, verbs_rules },
	{ "ctl", "COMMAND", "ask or tell a running tracer: status, alerts, ack, silence, ...", false, false, true, false, run_ctl },
	{ "probes", "-p PID", "where a process would be probed, and why", false, false, true, false, run_probes },
	{ "doctor", "", "what this kernel and these privileges allow", false, false, true, false, run_doctor },
};

const struct verb *verbs_at(size_t index)
{
	return index < sizeof(table) / sizeof(table[0]) ? &table[index] : NULL;
}

const struct verb *verbs_find(const char *name)
{
	for (size_t i = 0; verbs_at(i); i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}

const struct verb *verbs_default(void)
{
	return &table[0];
}
