// SPDX-License-Identifier: Apache-2.0
/*
 * In: the bytes of a file. Out: a libfyaml document, and mistakes as "file:line:col: message" with
 * the line and a caret.
 * The rule that surprises: libfyaml ends a scalar silently at a control byte or at bad UTF-8, and
 * cuts the file at a NUL; so such bytes are found before it sees the text, and it never sees a text
 * that has one.
 */
#include "config/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "base/text.h"

#define QUOTE_COLUMNS 48  /* of a foreign text inside a message */
#define SHOWN_COLUMNS 100 /* of a source line */
#define MAX_ANCHORS   100

/* ---- mistakes ---- */

void yaml_mistake(struct yaml *yaml, size_t place, const char *format, ...)
{
	struct buf message = {0};
	va_list arguments;
	char *text;

	if (yaml->mistakes_count == YAML_MAX_MISTAKES) {
		yaml->unsaid_count++;
		return;
	}
	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = mem_string("out of memory");
	va_end(arguments);
	text_clean(&message, text, strlen(text), false);
	free(text);
	mem_grow(&yaml->mistakes, &yaml->mistakes_capacity, yaml->mistakes_count + 1,
		 sizeof(*yaml->mistakes));
	yaml->mistakes[yaml->mistakes_count] = (struct yaml_mistake){
		.place = place < yaml->length ? place : yaml->length,
		.order = yaml->mistakes_count,
		.message = message.bytes,
	};
	yaml->mistakes_count++;
}

const char *yaml_quote(struct yaml *yaml, const char *text, size_t length)
{
	struct buf out = {0};
	const char *quoted;

	buf_char(&out, '\'');
	text_fit(&out, text, length, QUOTE_COLUMNS, false, false);
	buf_char(&out, '\'');
	quoted = arena_string(&yaml->arena, out.bytes, out.length);
	buf_fini(&out);
	return quoted;
}

static size_t line_start(const struct yaml *yaml, size_t place)
{
	while (place > yaml->start && yaml->text[place - 1] != '\n')
		place--;
	return place;
}

static size_t line_end(const struct yaml *yaml, size_t place)
{
	while (place < yaml->length && yaml->text[place] != '\n')
		place++;
	if (place > yaml->start && yaml->text[place - 1] == '\r')
		place--;
	return place;
}

static unsigned yaml_column(const struct yaml *yaml, size_t place)
{
	unsigned column = 1;
	size_t at, used;

	for (at = line_start(yaml, place); at < place; at += used, column++)
		text_next(yaml->text + at, place - at, &used);
	return column;
}

/*
 * The line and the caret under the place; of a long line the part around it. A tab is shown as one
 * space.
 */
static void show_line(const struct yaml *yaml, size_t place, struct buf *line, struct buf *caret)
{
	size_t start = line_start(yaml, place), end = line_end(yaml, place);
	struct buf source = {0};
	size_t i, before;

	if (place < start) /* inside the byte order mark */
		place = start;
	if (place > end)
		place = end;
	if (place - start > SHOWN_COLUMNS * 3 / 4) {
		start = place - SHOWN_COLUMNS / 2;
		while (start < place && ((unsigned char)yaml->text[start] & 0xc0) == 0x80)
			start++;
		buf_text(line, "…");
	}
	buf_add(&source, yaml->text + start, end - start);
	for (i = 0; i < source.length; i++)
		if (source.bytes[i] == '\t')
			source.bytes[i] = ' ';
	text_clean(line, source.bytes, place - start, false);
	before = text_columns(line->bytes, line->length);
	text_fit(line, source.bytes + (place - start), end - place,
		 before < SHOWN_COLUMNS ? SHOWN_COLUMNS - before : 1, false, false);
	buf_fill(caret, " ", before);
	buf_char(caret, '^');
	buf_fini(&source);
}

static int compare_mistakes(const void *left, const void *right)
{
	const struct yaml_mistake *a = left, *b = right;

	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

int yaml_say(struct yaml *yaml)
{
	struct buf file = {0};
	size_t i;

	if (!yaml->mistakes_count)
		return 0;
	text_clean(&file, yaml->file, strlen(yaml->file), false);
	qsort(yaml->mistakes, yaml->mistakes_count, sizeof(*yaml->mistakes), compare_mistakes);
	for (i = 0; i < yaml->mistakes_count; i++) {
		const struct yaml_mistake *mistake = &yaml->mistakes[i];
		struct buf line = {0}, caret = {0};

		show_line(yaml, mistake->place, &line, &caret);
		warn("%s:%u:%u: %s\n  %s\n  %s", file.bytes, yaml_line(yaml, mistake->place),
		     yaml_column(yaml, mistake->place), mistake->message, line.bytes, caret.bytes);
		buf_fini(&line);
		buf_fini(&caret);
	}
	if (yaml->unsaid_count)
		warn("%s: %zu more mistakes are not shown", file.bytes, yaml->unsaid_count);
	buf_fini(&file);
	return -EINVAL;
}

/* ---- the text ---- */

/* NULL when the character is good. */
static const char *bad_character(const char *text, size_t length, size_t *used, unsigned *code)
{
	unsigned char c = (unsigned char)text[0];

	*code = text_next(text, length, used);
	if (c == '\r')
		return length > 1 && text[1] == '\n' ? NULL : "a carriage return without a newline";
	if (!c)
		return "a NUL byte";
	if (*code == 0xfffd && *used == 1) {
		*code = c;
		return "a byte that is not UTF-8";
	}
	if ((*code < 0x20 && *code != '\n' && *code != '\t') || (*code >= 0x7f && *code < 0xa0))
		return "a control character";
	return NULL;
}

/* One mistake per line is enough: a line of NULs is one mistake. */
static bool characters_are_good(struct yaml *yaml)
{
	size_t at = yaml->start, used;
	bool good = true;
	unsigned code;

	while (at < yaml->length) {
		const char *what = bad_character(yaml->text + at, yaml->length - at, &used, &code);

		if (!what) {
			at += used;
			continue;
		}
		yaml_mistake(yaml, at, "%s (0x%02x) is not allowed here", what, code);
		good = false;
		while (at < yaml->length && yaml->text[at] != '\n')
			at++;
	}
	return good;
}

/*
 * libfyaml compares every anchor with every other one: a mebibyte of them takes minutes. Nobody
 * needs any.
 */
static bool anchors_are_few(struct yaml *yaml)
{
	unsigned count = 0;

	for (size_t at = yaml->start; at < yaml->length; at++) {
		bool begins = at == yaml->start || strchr(" \t\r\n[{,:-?", yaml->text[at - 1]);

		if (yaml->text[at] == '&' && begins && ++count > MAX_ANCHORS) {
			yaml_mistake(yaml, at, "more than %u anchors: write the values themselves",
				     MAX_ANCHORS);
			return false;
		}
	}
	return true;
}

/* What libfyaml found. It counts lines from 1 and columns from 1 here, unlike in its marks. */
static void take_errors(struct yaml *yaml)
{
	struct fy_diag_error *error;
	void *iterator = NULL;

	while ((error = fy_diag_errors_iterate(yaml->diag, &iterator)))
		if (error->type >= FYET_ERROR && error->msg)
			yaml_mistake(yaml, yaml_place_of(yaml, error->line, error->column), "%s",
				     error->msg);
	if (fy_parser_get_stream_error(yaml->parser) && !yaml->mistakes_count)
		yaml_mistake(yaml, yaml->start, "this is not YAML 1.2");
}

static void load(struct yaml *yaml)
{
	struct fy_parse_cfg config = {
		/*
		 * The own check of repeated keys says which line was first, and is not quadratic.
		 */
		.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_ALLOW_DUPLICATE_KEYS |
			 FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE,
	};
	struct fy_document *second;
	struct fy_diag_cfg quiet;

	fy_diag_cfg_default(&quiet);
	quiet.fp = NULL;
	quiet.level = FYET_ERROR;
	config.diag = yaml->diag = fy_diag_create(&quiet);
	fy_diag_set_collect_errors(yaml->diag, true);
	yaml->parser = fy_parser_create(&config);
	fy_parser_set_string(yaml->parser, yaml->text, yaml->length);
	yaml->document = fy_parse_load_document(yaml->parser);
	second = yaml->document ? fy_parse_load_document(yaml->parser) : NULL;
	take_errors(yaml);
	yaml->readable =
		yaml->document && fy_document_root(yaml->document) && !yaml->mistakes_count;
	if (!yaml->readable && !yaml->mistakes_count)
		yaml_mistake(yaml, yaml->start, "the file is empty");
	if (second) {
		size_t place = yaml_place_inside(yaml, fy_document_root(second));

		yaml_mistake(yaml, place == YAML_NOWHERE ? yaml->length : place,
			     "a second document: a file is one document");
		fy_parse_document_destroy(yaml->parser, second);
	}
}

struct yaml *yaml_new(const char *file, const char *text, size_t length)
{
	struct yaml *yaml = mem_new(sizeof(*yaml));

	yaml->file = file;
	yaml->text = text;
	yaml->length = length;
	if (length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		yaml->start = 3;
	if (length > YAML_MAX_BYTES)
		yaml_mistake(yaml, yaml->start, "the file is longer than %u bytes", YAML_MAX_BYTES);
	else if (length == yaml->start)
		yaml_mistake(yaml, yaml->start, "the file is empty");
	else if (characters_are_good(yaml) && anchors_are_few(yaml))
		load(yaml);
	return yaml;
}

void yaml_free(struct yaml *yaml)
{
	if (!yaml)
		return;
	for (size_t i = 0; i < yaml->mistakes_count; i++)
		free(yaml->mistakes[i].message);
	free(yaml->mistakes);
	if (yaml->document)
		fy_parse_document_destroy(yaml->parser, yaml->document);
	if (yaml->parser)
		fy_parser_destroy(yaml->parser);
	if (yaml->diag)
		fy_diag_destroy(yaml->diag);
	arena_fini(&yaml->arena);
	free(yaml);
}

struct fy_node *yaml_root(const struct yaml *yaml)
{
	return yaml->readable ? fy_document_root(yaml->document) : NULL;
}

int yaml_read_file(const char *path, char **text, size_t *length)
{
	/* O_NONBLOCK only for the opening: a FIFO must not hang the start. */
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	auto_free char *bytes = NULL;
	struct stat status;
	size_t filled = 0;
	ssize_t got;

	/* it would read as empty while nobody writes; a socket cannot even be opened */
	if (fd < 0 ? errno == ENXIO : !fstat(fd, &status) && S_ISFIFO(status.st_mode))
		return refuse(-EINVAL, "%s: a FIFO or socket, not a file", path);
	if (fd < 0 || fcntl(fd, F_SETFL, 0) < 0)
		return refuse(-errno, "%s: %s", path, strerror(errno));
	bytes = mem_new(YAML_MAX_BYTES + 1);
	while (filled <= YAML_MAX_BYTES) {
		got = read(fd, bytes + filled, YAML_MAX_BYTES + 1 - filled);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return refuse(-errno, "%s: %s", path, strerror(errno));
		if (!got)
			break;
		filled += (size_t)got;
	}
	if (filled > YAML_MAX_BYTES)
		return refuse(-EINVAL, "%s:1:1: the file is longer than %u bytes", path,
			      YAML_MAX_BYTES);
	*text = bytes;
	*length = filled;
	bytes = NULL;
	return 0;
}
