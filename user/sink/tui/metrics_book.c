// SPDX-License-Identifier: Apache-2.0
/*
 * In: all series of the store. Out: families and groups in order: tts first, ours last.
 * The rules that surprise: making it anew costs some ms for thousands of series, so with very many that come
 * and go it waits longer; and nothing is interned here, for the labels' pool is the store's.
 */
#include "sink/tui/metrics_book.h"

#include <stdlib.h>
#include <string.h>

#include "base/table.h"

#define NAME_LABEL    "__name__"
#define SERIES_PER_S  2000 /* that may be put in order once a second */
#define WINDOW_PREFIX "tts:"

struct entry {
	struct series *series;
	const char *name;
	const struct metrics_family *family;
};

/* A family while its entries are collected. */
struct draft {
	struct metrics_family family; /* first */
	size_t entries_count;
	struct draft *next; /* another one of the same hash */
};

struct drafts {
	struct arena *arena;
	struct table by_key;
	struct draft **items;
	size_t count, capacity;
	struct table histograms; /* hashes of names that have buckets */
};

void metrics_book_fini(struct metrics_book *book)
{
	uint64_t generation = book->generation;

	arena_fini(&book->arena);
	*book = (struct metrics_book){.generation = generation + 1};
}

static const char *series_name(const struct series *series)
{
	const char *name = labels_find(series_labels(series), NAME_LABEL);

	return name ? name : "";
}

static bool has_end(const char *text, size_t length, const char *end)
{
	size_t end_length = strlen(end);

	return length > end_length && !memcmp(text + length - end_length, end, end_length);
}

/* tts:NAME:STAT_1m */
static size_t window_base(const char *name, size_t length)
{
	const char *second;

	if (strncmp(name, WINDOW_PREFIX, strlen(WINDOW_PREFIX)) != 0 ||
	    (!has_end(name, length, "_1m") && !has_end(name, length, "_5m")))
		return 0;
	second = strchr(name + strlen(WINDOW_PREFIX), ':');
	return second && !strchr(second + 1, ':') ? (size_t)(second - name) : 0;
}

static bool is_histogram(const struct drafts *drafts, const char *name, size_t length)
{
	return table_find(&drafts->histograms, table_mix(table_hash(TABLE_HASH, name, length)));
}

/* Bytes of the name that are the family's. */
static size_t family_base(const struct drafts *drafts, const struct series *series, const char *name,
			  enum metrics_kind *kind)
{
	static const char *const ends[] = {"_bucket", "_sum", "_count"};
	size_t length = strlen(name), base = window_base(name, length);

	*kind = METRICS_WINDOW;
	if (base)
		return base;
	*kind = METRICS_HISTOGRAM;
	for (size_t i = 0; i < 3; i++) {
		base = length - strlen(ends[i]);
		if (has_end(name, length, ends[i]) && is_histogram(drafts, name, base) &&
		    (i || labels_find(series_labels(series), "le")))
			return base;
	}
	*kind = has_end(name, length, "_total") ? METRICS_COUNTER : METRICS_GAUGE;
	return length;
}

static void note_histogram(struct drafts *drafts, const struct series *series, const char *name)
{
	size_t length = strlen(name);

	if (has_end(name, length, "_bucket") && labels_find(series_labels(series), "le"))
		table_put(&drafts->histograms,
			  table_mix(table_hash(TABLE_HASH, name, length - strlen("_bucket"))), drafts);
}

static struct draft *draft_get(struct drafts *drafts, const char *name, size_t length, enum metrics_kind kind)
{
	uint64_t key = table_mix(table_hash(TABLE_HASH, name, length) + kind);
	struct draft *head = table_find(&drafts->by_key, key), *draft;

	for (draft = head; draft; draft = draft->next)
		if (draft->family.kind == kind && !strncmp(draft->family.name, name, length) &&
		    !draft->family.name[length])
			return draft;
	draft = arena_new(drafts->arena, sizeof(*draft));
	draft->family.name = arena_string(drafts->arena, name, length);
	draft->family.kind = kind;
	draft->family.id = key ? key : 1;
	draft->next = head;
	table_put(&drafts->by_key, key, draft);
	mem_grow(&drafts->items, &drafts->capacity, drafts->count + 1, sizeof(*drafts->items));
	drafts->items[drafts->count++] = draft;
	return draft;
}

static int family_rank(const char *name)
{
	if (!strncmp(name, "tts:", 4) || !strncmp(name, "tts_", 4))
		return 0;
	return strncmp(name, "ttsobs_", 7) != 0 ? 1 : 2;
}

static int compare_families(const struct metrics_family *a, const struct metrics_family *b)
{
	int a_rank, b_rank, difference;

	if (a == b)
		return 0;
	a_rank = family_rank(a->name);
	b_rank = family_rank(b->name);
	if (a_rank != b_rank)
		return a_rank - b_rank;
	difference = strcmp(a->name, b->name);
	return difference ? difference : (int)a->kind - (int)b->kind;
}

static int compare_drafts(const void *a, const void *b)
{
	return compare_families(&(*(struct draft *const *)a)->family, &(*(struct draft *const *)b)->family);
}

static bool is_apart(const struct label *label)
{
	return !strcmp(label->name, NAME_LABEL) || !strcmp(label->name, "le");
}

/* The next label of a set that tells groups apart. */
static const struct label *next_label(const struct labels *labels, size_t *at)
{
	while (*at < labels->count && is_apart(&labels->items[*at]))
		(*at)++;
	return *at < labels->count ? &labels->items[(*at)++] : NULL;
}

static int compare_groups(const struct labels *a, const struct labels *b)
{
	size_t a_at = 0, b_at = 0;

	for (;;) {
		const struct label *one = next_label(a, &a_at), *other = next_label(b, &b_at);
		int difference;

		if (!one || !other)
			return one ? 1 : other ? -1 : 0;
		difference = one->name == other->name ? 0 : strcmp(one->name, other->name);
		if (!difference && one->value != other->value)
			difference = strcmp(one->value, other->value);
		if (difference)
			return difference;
	}
}

static int compare_bounds(const struct labels *a, const struct labels *b)
{
	const char *one = labels_find(a, "le"), *other = labels_find(b, "le");
	double difference;

	if (!one || !other)
		return one ? 1 : other ? -1 : 0;
	difference = strtod(one, NULL) - strtod(other, NULL);
	return difference < 0 ? -1 : difference > 0 ? 1 : strcmp(one, other);
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;
	const struct labels *labels = series_labels(one->series), *others = series_labels(other->series);
	int difference = one->family == other->family ? 0 : compare_families(one->family, other->family);

	if (!difference)
		difference = compare_groups(labels, others);
	if (!difference)
		difference = strcmp(one->name, other->name);
	return difference ? difference : compare_bounds(labels, others);
}

static uint64_t group_id(const struct metrics_family *family, const struct labels *labels)
{
	uint64_t hash = table_hash(TABLE_HASH, &family->id, sizeof(family->id));
	const struct label *label;
	size_t at = 0;

	while ((label = next_label(labels, &at))) {
		hash = table_hash(hash, label->name, strlen(label->name) + 1);
		hash = table_hash(hash, label->value, strlen(label->value) + 1);
	}
	hash = table_mix(hash);
	return hash ? hash : 1;
}

/* One of the group's series is enough: who filters by tts:x:p95_1m wants all of what belongs to it. */
static bool is_taken(const struct metrics_filter *filter, const struct metrics_family *family,
		     const struct entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (metrics_filter_takes(filter, series_labels(entries[i].series), family->name))
			return true;
	return false;
}

static void add_telling(struct metrics_family *family, const char *name)
{
	for (size_t i = 0; i < family->telling_count; i++)
		if (!strcmp(family->telling[i], name))
			return;
	if (family->telling_count < METRICS_TELLING)
		family->telling[family->telling_count++] = name;
}

static void find_telling(struct metrics_family *family, const struct labels *one, const struct labels *other)
{
	const struct label *label;
	const char *value;
	size_t at = 0;

	while ((label = next_label(one, &at))) {
		value = labels_find(other, label->name);
		if (!value || (value != label->value && strcmp(value, label->value) != 0))
			add_telling(family, label->name);
	}
	at = 0;
	while ((label = next_label(other, &at)))
		if (!labels_find(one, label->name))
			add_telling(family, label->name);
}

static void add_group(struct metrics_book *book, struct metrics_family *family, const struct entry *entries,
		      size_t count)
{
	struct metrics_group *group = &family->groups[family->groups_count++];

	group->labels = series_labels(entries[0].series);
	group->id = group_id(family, group->labels);
	group->series = arena_new(&book->arena, count * sizeof(struct series *));
	group->series_count = count;
	for (size_t i = 0; i < count; i++)
		group->series[i] = entries[i].series;
}

/* Entries of one family, in order: the groups that the filter takes, or the others. */
static void add_groups(struct metrics_book *book, struct metrics_family *family,
		       const struct metrics_filter *filter, bool is_shown, const struct entry *entries,
		       size_t count)
{
	size_t from = 0;

	for (size_t i = 1; i <= count; i++) {
		if (i < count &&
		    !compare_groups(series_labels(entries[i - 1].series), series_labels(entries[i].series)))
			continue;
		if (is_taken(filter, family, entries + from, i - from) == is_shown) {
			add_group(book, family, entries + from, i - from);
			book->shown_series_count += is_shown ? i - from : 0;
		}
		from = i;
	}
}

static void add_family(struct metrics_book *book, const struct metrics_filter *filter,
		       const struct entry *entries, size_t count)
{
	struct metrics_family *family = &book->families[book->families_count++];
	size_t groups_count = 1;

	for (size_t i = 1; i < count; i++)
		groups_count += compare_groups(series_labels(entries[i - 1].series),
					       series_labels(entries[i].series)) != 0;
	*family = *entries->family;
	family->groups = arena_new(&book->arena, groups_count * sizeof(*family->groups));
	add_groups(book, family, filter, true, entries, count);
	family->shown_count = family->groups_count;
	for (size_t i = 1; i < family->shown_count; i++)
		find_telling(family, family->groups[0].labels, family->groups[i].labels);
	if (family->groups_count < groups_count)
		add_groups(book, family, filter, false, entries, count);
}

static struct entry *collect_entries(struct metrics_book *book, struct drafts *drafts,
				     struct series *const *series, size_t count)
{
	struct entry *entries = mem_array(count ? count : 1, sizeof(*entries));

	for (size_t i = 0; i < count; i++)
		note_histogram(drafts, series[i], series_name(series[i]));
	for (size_t i = 0; i < count; i++) {
		const char *name = series_name(series[i]);
		enum metrics_kind kind;
		size_t base = family_base(drafts, series[i], name, &kind);
		struct draft *draft = draft_get(drafts, name, base, kind);

		draft->entries_count++;
		entries[i] = (struct entry){series[i], name, &draft->family};
	}
	book->series_count = count;
	return entries;
}

static void make_book(struct metrics_book *book, struct store *store, const struct metrics_filter *filter)
{
	const struct matcher any = {.name = NAME_LABEL, .value = "", .kind = MATCH_NOT_EQUAL};
	struct drafts drafts = {.arena = &book->arena};
	struct series *const *series;
	size_t count = store_select(store, &any, 1, &series), from = 0;
	struct entry *entries = collect_entries(book, &drafts, series, count);

	if (drafts.count)
		qsort(drafts.items, drafts.count, sizeof(*drafts.items), compare_drafts);
	if (count)
		qsort(entries, count, sizeof(*entries), compare_entries);
	book->families = arena_new(&book->arena, (drafts.count + 1) * sizeof(*book->families));
	for (size_t i = 0; i < drafts.count; i++) {
		add_family(book, filter, entries + from, drafts.items[i]->entries_count);
		from += drafts.items[i]->entries_count;
	}
	free(entries);
	free(drafts.items);
	table_fini(&drafts.by_key);
	table_fini(&drafts.histograms);
}

void metrics_book_update(struct metrics_book *book, struct store *store, const struct metrics_filter *filter,
			 int64_t at_ms)
{
	int64_t wait_ms = 1000 * (int64_t)(1 + book->series_count / SERIES_PER_S), age_ms;

	if (book->store == store && book->filter_generation == filter->generation) {
		age_ms = at_ms - book->made_at_ms;
		if (store_generation(store) == book->store_generation || (age_ms >= 0 && age_ms < wait_ms))
			return;
	}
	metrics_book_fini(book);
	book->store = store;
	book->store_generation = store_generation(store);
	book->filter_generation = filter->generation;
	book->made_at_ms = at_ms;
	make_book(book, store, filter);
}

const struct metrics_family *metrics_book_family(const struct metrics_book *book, const char *name,
						 enum metrics_kind kind)
{
	for (size_t i = 0; i < book->families_count; i++)
		if (book->families[i].kind == kind && !strcmp(book->families[i].name, name))
			return &book->families[i];
	return NULL;
}

const struct metrics_family *metrics_book_find(const struct metrics_book *book, const char *metric)
{
	for (size_t i = 0; i < book->families_count; i++)
		if (!strcmp(book->families[i].name, metric))
			return &book->families[i];
	for (size_t i = 0; i < book->families_count; i++) {
		const struct metrics_family *family = &book->families[i];

		if (strncmp(metric, family->name, strlen(family->name)) != 0)
			continue;
		for (size_t g = 0; g < family->groups_count; g++)
			for (size_t s = 0; s < family->groups[g].series_count; s++)
				if (!strcmp(series_name(family->groups[g].series[s]), metric))
					return family;
	}
	return NULL;
}

const char *metrics_series_member(const struct metrics_family *family, const struct series *series)
{
	const char *member = series_name(series) + strlen(family->name);

	return family->kind == METRICS_WINDOW && *member == ':' ? member + 1 : member;
}

const struct series *metrics_group_member(const struct metrics_family *family,
					  const struct metrics_group *group, const char *member)
{
	for (size_t i = 0; i < group->series_count; i++)
		if (!strcmp(metrics_series_member(family, group->series[i]), member))
			return group->series[i];
	return NULL;
}

bool metrics_group_is_like(const struct metrics_group *group, const struct labels *wanted)
{
	const struct label *label;
	size_t at = 0;

	while ((label = next_label(wanted, &at))) {
		const char *value = labels_find(group->labels, label->name);

		if (value && strcmp(value, label->value) != 0)
			return false;
	}
	return true;
}

static bool is_telling(const struct metrics_family *family, const char *name)
{
	for (size_t i = 0; i < family->telling_count; i++)
		if (!strcmp(family->telling[i], name))
			return true;
	return false;
}

void metrics_group_print(struct buf *out, const struct metrics_family *family,
			 const struct metrics_group *group, bool only_telling)
{
	const struct label *label;
	size_t at = 0, length = out->length;

	buf_add(out, "", 0);
	while ((label = next_label(group->labels, &at))) {
		if (only_telling && !is_telling(family, label->name))
			continue;
		buf_format(out, "%s%s=\"", out->length > length ? "," : "", label->name);
		for (const char *c = label->value; *c; c++) {
			if (*c == '"' || *c == '\\')
				buf_char(out, '\\');
			if (*c == '\n')
				buf_text(out, "\\n");
			else
				buf_char(out, *c);
		}
		buf_char(out, '"');
	}
}
