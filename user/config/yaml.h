/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A YAML text from outside: one document, every mistake with its place, all of them said at the end
 * in the file's order.
 * The rule that surprises: a place is a byte offset into the text; lines and columns are made of it
 * when it is said.
 */
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libfyaml.h>

#include "base/mem.h"

#define YAML_MAX_BYTES	  (1u << 20)
#define YAML_MAX_MISTAKES 100 /* said; the others are counted */

#define YAML_NOWHERE SIZE_MAX

struct yaml_mistake {
	size_t place;
	size_t order; /* of being found */
	char *message;
};

struct yaml {
	const char *file;
	const char *text; /* not NUL-terminated */
	size_t length;
	size_t start; /* behind the byte order mark */
	struct fy_diag *diag;
	struct fy_parser *parser;
	struct fy_document *document;
	bool readable; /* the text is YAML and has a root */
	struct yaml_mistake *mistakes;
	size_t mistakes_count; /* kept */
	size_t mistakes_capacity;
	size_t unsaid_count; /* over the limit */
	struct arena arena;  /* of what messages quote */
};

/*
 * Reads the text (which must outlive it). What is no YAML is a mistake already; then there is no
 * root.
 */
struct yaml *yaml_new(const char *file, const char *text, size_t length);
void yaml_free(struct yaml *yaml);
struct fy_node *yaml_root(const struct yaml *yaml); /* NULL after a mistake of the text as such */

size_t yaml_place(const struct yaml *yaml, struct fy_node *node);
size_t yaml_place_inside(const struct yaml *yaml,
			 struct fy_node *node); /* of the first scalar, or YAML_NOWHERE */
size_t yaml_place_of(const struct yaml *yaml, int line, int column); /* both from 1 */
unsigned yaml_line(const struct yaml *yaml, size_t place);	     /* from 1 */
void yaml_mistake(struct yaml *yaml, size_t place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The scalar's text for a message: quoted, cut, harmless. Lives as long as the yaml. */
const char *yaml_quote(struct yaml *yaml, const char *text, size_t length);
/*
 * 0 without mistakes; else says all as "file:line:col: message", the line, the caret, and gives
 * -EINVAL.
 */
int yaml_say(struct yaml *yaml);

/*
 * A whole file, at most YAML_MAX_BYTES; -errno when it was refused (said). The caller frees *text.
 */
int yaml_read_file(const char *path, char **text, size_t *length);

#endif
