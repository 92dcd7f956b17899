/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file that says who is told what: rules/notify.yaml. Every mistake is said as "file:line:col: message" with the
 * line and a caret, all of them at once.
 */
#ifndef CONFIG_NOTIFY_H
#define CONFIG_NOTIFY_H

#include "model/notify.h"

/* Pure: reads no file. NULL after a mistake (said). A receiver that no route names is only warned of. */
struct notify_config *notify_compile(const char *file, const char *text, size_t length);
/* The same of a file. NULL: said. */
struct notify_config *notify_load(const char *path);
void notify_config_free(struct notify_config *config); /* NULL is fine */

#endif
