/* SPDX-License-Identifier: Apache-2.0 */
/* Which rule, threshold and notify files hold for this run, and how they get into the flow. */
#ifndef APP_RULES_PATH_H
#define APP_RULES_PATH_H

#include "app/options.h"
#include "config/rules.h"
#include "model/source.h"

/*
 * The files that the options name, else the shipped ones and those of /etc/ttsobs. The texts are read, not judged.
 * -errno, said: a file that was named and cannot be read.
 */
int rules_path_read(struct rule_texts *texts, const struct options *options);
/*
 * A set of a recording in the place of this machine's files: of what was read, that which the options name replaces its rules and goes
 * on top of its thresholds. `recorded` NULL: it has none, and what was read holds as it is. The texts stay theirs; the caller frees
 * laid->items. -errno, said.
 */
int rules_path_lay(struct rule_texts *laid, const struct rule_texts *read, const struct rule_set *recorded,
		   const struct options *options);
/* The notify file's path: named, or /etc/ttsobs/notify.yaml, or the shipped one; NULL: there is none. The caller frees it. */
char *rules_path_notify(const struct options *options);
/* As RULES records, stamped at_ns. */
void rules_path_feed(const struct rule_texts *texts, uint64_t at_ns, struct feed *feed);

#endif
