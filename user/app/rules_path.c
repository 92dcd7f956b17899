/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In: options, the file system. Out: texts, and RULES records of them.
 * The rule that surprises: rules named by options replace the shipped ones, thresholds go on top of them: somebody who sets
 * three numbers for his engine wants to keep the rest.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/places.h"
#include "app/rules_path.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/refuse.h"
#include "model/limits.h"

static int add_optional_file(struct rule_texts *texts, enum rule_text_kind kind, const char *path)
{
	return path && !access(path, F_OK) ? rules_texts_add_file(texts, kind, path) : 0;
}

static int add_optional_directory(struct rule_texts *texts, const char *path)
{
	int error = path ? rules_texts_add_directory(texts, path) : -ENOENT;

	return error == -ENOENT ? 0 : error;
}

static int add_named(struct rule_texts *texts, const char *path)
{
	struct stat status;

	if (!stat(path, &status) && S_ISDIR(status.st_mode))
		return rules_texts_add_directory(texts, path);
	return rules_texts_add_file(texts, RULE_TEXT_RULES, path);
}

static int add_rules(struct rule_texts *texts, const struct options *options)
{
	auto_free char *shipped = places_find("alerts");
	int error = 0;

	for (size_t i = 0; i < options->rule_files.count && !error; i++)
		error = add_named(texts, options->rule_files.values[i]);
	if (options->rule_files.count)
		return error;
	error = add_optional_directory(texts, shipped);
	return error ? error : add_optional_directory(texts, TTSOBS_SYSCONFDIR "/alerts");
}

static size_t name_length(const struct rule_text *text)
{
	size_t length = strlen(text->file);

	return length < 4096 ? length : 4096;
}

/* The flow drops a set that is greater: it is said here, before anything is touched. */
static int check_size(const struct rule_texts *texts)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < texts->count; i++)
		bytes += texts->items[i].length + name_length(&texts->items[i]) + RULES_FILE_COST;
	if (bytes <= LIMIT_RULES_BYTES)
		return 0;
	return refuse(-E2BIG, "the %zu rule and threshold files have %" PRIu64 " bytes together, more than %u", texts->count, bytes,
		      LIMIT_RULES_BYTES);
}

int rules_path_read(struct rule_texts *texts, const struct options *options)
{
	auto_free char *shipped = places_find("thresholds.yaml");
	int error;

	if (options->no_rules)
		return 0;
	error = add_rules(texts, options);
	if (!error)
		error = add_optional_file(texts, RULE_TEXT_THRESHOLDS, shipped);
	if (!error)
		error = add_optional_file(texts, RULE_TEXT_THRESHOLDS, TTSOBS_SYSCONFDIR "/thresholds.yaml");
	for (size_t i = 0; i < options->threshold_files.count && !error; i++)
		error = rules_texts_add_file(texts, RULE_TEXT_THRESHOLDS, options->threshold_files.values[i]);
	return error ? error : check_size(texts);
}

static void lay(struct rule_texts *laid, const struct rule_text *text)
{
	mem_grow(&laid->items, &laid->capacity, laid->count + 1, sizeof(*laid->items));
	laid->items[laid->count++] = *text;
}

int rules_path_lay(struct rule_texts *laid, const struct rule_texts *read, const struct rule_set *recorded,
		   const struct options *options)
{
	bool is_alone = !recorded || options->no_rules, names_rules = options->rule_files.count;
	size_t named_at = is_alone ? 0 : read->count - options->threshold_files.count; /* they were read last */

	for (size_t i = 0; i < named_at; i++)
		if (names_rules && read->items[i].kind == RULE_TEXT_RULES)
			lay(laid, &read->items[i]);
	for (size_t i = 0; !is_alone && i < recorded->texts_count; i++)
		if (!names_rules || recorded->texts[i].kind != RULE_TEXT_RULES)
			lay(laid, &recorded->texts[i]);
	for (size_t i = named_at; i < read->count; i++)
		lay(laid, &read->items[i]);
	return check_size(laid);
}

char *rules_path_notify(const struct options *options)
{
	if (options->no_notify)
		return NULL;
	if (options->notify_path) /* named: its mistakes are said even where nothing will ever fire */
		return mem_string(options->notify_path);
	if (options->no_rules)
		return NULL;
	if (!access(TTSOBS_SYSCONFDIR "/notify.yaml", F_OK))
		return mem_string(TTSOBS_SYSCONFDIR "/notify.yaml");
	return places_find("notify.yaml");
}

static void feed_part(struct buf *record, const struct tt_rules *like, const struct rule_text *text, uint64_t at_ns,
		      struct feed *feed)
{
	struct tt_rules head = *like;
	size_t length = sizeof(head) + head.file_bytes + head.text_bytes;
	size_t whole = (length + 7) & ~(size_t)7;

	head.head = (struct tt_head){ .at_ns = at_ns, .kind = TT_RULES, .size = (uint16_t)whole, .probe = TT_NO_PROBE };
	buf_reset(record);
	buf_add(record, &head, sizeof(head));
	if (text) {
		buf_add(record, text->file, head.file_bytes);
		buf_add(record, text->text + head.offset, head.text_bytes);
	}
	buf_add(record, "\0\0\0\0\0\0\0", whole - length);
	feed->record(feed, (const struct tt_head *)(const void *)record->bytes, (uint32_t)whole);
}

void rules_path_feed(const struct rule_texts *texts, uint64_t at_ns, struct feed *feed)
{
	struct buf record = { 0 };
	struct tt_rules part = { .files_count = (uint32_t)texts->count };

	if (!texts->count)
		feed_part(&record, &part, NULL, at_ns, feed);
	for (size_t i = 0; i < texts->count; i++) {
		const struct rule_text *text = &texts->items[i];

		part.kind = text->kind;
		part.ordinal = (uint32_t)i;
		part.file_bytes = (uint32_t)name_length(text);
		part.total_bytes = text->length;
		part.offset = 0;
		do {
			size_t rest = text->length - part.offset;

			part.text_bytes = (uint32_t)(rest < TT_RULES_PART_MAX ? rest : TT_RULES_PART_MAX);
			feed_part(&record, &part, text, at_ns, feed);
			part.offset += part.text_bytes;
		} while (part.offset < text->length);
	}
	buf_fini(&record);
}
