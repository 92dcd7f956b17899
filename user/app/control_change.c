// SPDX-License-Identifier: Apache-2.0
/*
 * In: requests that change something. Out: CONTROL records for the flow, and later the answer.
 * The rule that surprises: what is asked for is looked up and judged here first, since the flow
 * answers nobody; whether it was done is read from the view, so a record that the flow let go is
 * never called done.
 */
#include "app/control_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/control_record.h"
#include "base/mem.h"
#include "base/units.h"
#include "model/limits.h"
#include "rules/expr.h"
#include "sink/member.h"

#define ID_LEAST_DIGITS 4
#define ID_DIGITS	16
#define CANDIDATES_MAX	20

static void feed(struct control *control, const struct view *view, const struct tt_control *fields,
		 const char *text, const char *comment)
{
	struct buf record = {0};

	control_record_make(&record, control_record_at_ns(view), fields, text, comment);
	control_record_feed(control->options.feed, &record);
	buf_fini(&record);
}

static const struct alert *find_in(const struct alert *list, uint64_t id)
{
	for (const struct alert *alert = list; alert; alert = alert->next)
		if (alert->id == id)
			return alert;
	return NULL;
}

static const struct alert *find_alert(const struct view *view, uint64_t id)
{
	return find_in(view->alerts, id);
}

static const struct silence *find_silence(const struct view *view, uint64_t id)
{
	for (const struct silence *silence = view->silences; silence; silence = silence->next)
		if (silence->id == id)
			return silence;
	return NULL;
}

static bool begins_with(const struct alert *alert, const char *digits, size_t length)
{
	uint64_t prefix = strtoull(digits, NULL, 16);

	return alert->id >> (4 * (ID_DIGITS - length)) == prefix;
}

static struct json_object *refuse_ambiguous(const struct view *view, const char *digits,
					    size_t length, size_t count)
{
	struct json_object *refusal = control_refusal(
		"ambiguous", "%zu alerts have an id that begins with %s", count, digits);
	struct json_object *candidates = member_array();
	size_t listed = 0;

	for (const struct alert *alert = view->alerts; alert && listed < CANDIDATES_MAX;
	     alert = alert->next) {
		if (!begins_with(alert, digits, length))
			continue;
		member_append(candidates, control_alert_brief(alert));
		listed++;
	}
	member_add(refusal, "candidates", candidates);
	return refusal;
}

static const struct alert *choose_alert(const struct view *view, const char *digits,
					struct json_object **refusal)
{
	size_t length = strspn(digits, "0123456789abcdefABCDEF"), count = 0;
	const struct alert *found = NULL;

	if (digits[length] || length < ID_LEAST_DIGITS || length > ID_DIGITS) {
		*refusal =
			control_refusal("bad_request",
					"an alert's id is %d hex digits, at least the first %d of "
					"which are needed, not \"%.40s\"",
					ID_DIGITS, ID_LEAST_DIGITS, digits);
		return NULL;
	}
	for (const struct alert *alert = view->alerts; alert; alert = alert->next) {
		if (!begins_with(alert, digits, length))
			continue;
		/* two rules may give one label set, and then both are meant */
		count += !found || alert->id != found->id;
		found = alert;
	}
	if (count > 1)
		*refusal = refuse_ambiguous(view, digits, length, count);
	else if (!count && !view->alerts && (!view->rules || !view->rules->groups_count))
		*refusal = control_refusal("no_rules",
					   "no rules are in force, so there are no alerts");
	else if (!count)
		*refusal = control_refusal(
			"no_such_alert",
			"no alert that is pending or firing has an id that begins with %s", digits);
	return count == 1 ? found : NULL;
}

struct json_object *control_ack(struct control *control, struct control_client *client,
				const struct view *view)
{
	struct json_object *refusal = NULL;
	const struct alert *alert = choose_alert(view, client->request.id, &refusal);
	struct tt_control fields = {.what = TT_CONTROL_ACK, .uid = client->uid};

	if (!alert)
		return refusal;
	fields.id = alert->id;
	client->change = (struct control_change){
		.what = fields.what, .id = alert->id, .was_ns = alert->ack.at_real_ns};
	feed(control, view, &fields, "", client->request.comment);
	return NULL;
}

struct json_object *control_resolve(struct control *control, struct control_client *client,
				    const struct view *view)
{
	struct json_object *refusal = NULL;
	const struct alert *alert = choose_alert(view, client->request.id, &refusal);
	struct tt_control fields = {.what = TT_CONTROL_RESOLVE, .uid = client->uid};

	if (!alert)
		return refusal;
	fields.id = alert->id;
	client->change = (struct control_change){
		.what = fields.what, .id = alert->id, .was_ns = alert->active_at_real_ns};
	feed(control, view, &fields, "", client->request.comment);
	return NULL;
}

static struct json_object *refuse_matchers(const struct expr_mistakes *mistakes)
{
	struct json_object *refusal =
		control_refusal("bad_matchers", "%s",
				mistakes->count ? mistakes->items[0].message
						: "a silence needs at least one matcher");
	struct json_object *list = member_array();

	for (size_t i = 0; i < mistakes->count; i++) {
		struct json_object *mistake = member_object();

		member_count(mistake, "place", mistakes->items[i].place);
		member_string(mistake, "message", mistakes->items[i].message);
		member_append(list, mistake);
	}
	member_add(refusal, "mistakes", list);
	return refusal;
}

/* Without a label that an alert must have, a slip of the hand would silence all of them. */
static bool demand_something(const struct matcher *matchers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!matcher_matches(&matchers[i], NULL))
			return true;
	return false;
}

static struct json_object *check_matchers(const char *text)
{
	struct expr_mistakes mistakes = {0};
	struct json_object *refusal = NULL;
	struct arena arena = {0};
	size_t count = 0;
	struct matcher *matchers =
		expr_parse_matchers(&arena, text, strlen(text), &count, &mistakes);

	if (!matchers || !count || mistakes.count)
		refusal = refuse_matchers(&mistakes);
	else if (!demand_something(matchers, count))
		refusal = control_refusal("bad_matchers",
					  "a silence needs a matcher that a missing label does not match");
	if (matchers)
		matchers_fini(matchers, count);
	expr_mistakes_fini(&mistakes);
	arena_fini(&arena);
	return refusal;
}

struct json_object *control_silence(struct control *control, struct control_client *client,
				    const struct view *view)
{
	const struct control_request *request = &client->request;
	struct json_object *refusal = check_matchers(request->matchers);
	struct tt_control fields = {.what = TT_CONTROL_SILENCE, .uid = client->uid};
	uint64_t duration_ns, last_id = 0;
	size_t count = 0;

	if (refusal)
		return refusal;
	if (expr_parse_silence(request->duration, &duration_ns))
		return control_refusal(
			"bad_duration",
			"\"%.40s\" is not a time above 0 and up to 10 years, like 30m, 2h or 1d12h",
			request->duration);
	for (const struct silence *silence = view->silences; silence; silence = silence->next) {
		count++;
		last_id = silence->id > last_id ? silence->id : last_id;
	}
	if (count >= LIMIT_SILENCES)
		return control_refusal("too_many",
				       "there are %zu silences already, as many as there may be",
				       count);
	fields.start_at_real_ns = view_axis_ns(view, control_record_at_ns(view));
	fields.end_at_real_ns = fields.start_at_real_ns + duration_ns;
	client->change = (struct control_change){
		.what = fields.what, .id = last_id, .end_at_real_ns = fields.end_at_real_ns};
	feed(control, view, &fields, request->matchers, request->comment);
	return NULL;
}

struct json_object *control_unsilence(struct control *control, struct control_client *client,
				      const struct view *view)
{
	struct tt_control fields = {.what = TT_CONTROL_UNSILENCE, .uid = client->uid};
	uint64_t id;

	if (units_parse_count(client->request.id, 1, INT64_MAX, &id))
		return control_refusal("bad_request",
				       "a silence's id is a number from 1, not \"%.40s\"",
				       client->request.id);
	if (!find_silence(view, id))
		return control_refusal("no_such_silence", "there is no silence %" PRIu64, id);
	fields.id = id;
	client->change = (struct control_change){.what = fields.what, .id = id};
	feed(control, view, &fields, "", "");
	return NULL;
}

struct json_object *control_reload(struct control *control, struct control_client *client,
				   const struct view *view)
{
	struct json_object *answer;
	char *message = NULL;
	int error = control->options.reload
			    ? control->options.reload(control->options.arg, &message)
			    : -ENOTSUP;

	(void)view;
	if (error)
		answer = control_refusal("rules_refused", "%s",
					 message ? message : strerror(-error));
	else
		answer = control_answer(client);
	if (!error && message)
		member_string(answer, "message", message);
	free(message);
	return answer;
}

static const struct silence *new_silence(const struct control_client *client,
					 const struct view *view)
{
	for (const struct silence *silence = view->silences; silence; silence = silence->next)
		if (silence->id > client->change.id && silence->uid == client->uid &&
		    silence->end_at_real_ns == client->change.end_at_real_ns)
			return silence;
	return NULL;
}

static bool is_ack_shown(const struct control_client *client, const struct alert *alert)
{
	if (!alert->ack.at_real_ns)
		return false;
	return alert->ack.at_real_ns != client->change.was_ns ||
	       (alert->ack.uid == client->uid &&
		!strcmp(alert->ack.comment ? alert->ack.comment : "", client->request.comment));
}

bool control_is_shown(struct control_client *client, const struct view *view,
		      struct json_object **refusal)
{
	const struct control_change *change = &client->change;
	const struct alert *alert;

	switch (change->what) {
	case TT_CONTROL_ACK:
		alert = find_alert(view, change->id);
		if (!alert)
			*refusal = control_refusal("no_such_alert",
						   "the alert %016" PRIx64 " ended at this moment",
						   change->id);
		return !alert || is_ack_shown(client, alert);
	case TT_CONTROL_RESOLVE:
		alert = find_alert(view, change->id);
		return !alert || alert->active_at_real_ns != change->was_ns || !alert_is_live(alert);
	case TT_CONTROL_SILENCE:
		if (!new_silence(client, view))
			return false;
		client->change.id = new_silence(client, view)->id;
		return true;
	default:
		return !find_silence(view, change->id);
	}
}

static void add_silence(struct json_object *answer, const struct view *view, uint64_t id)
{
	const struct silence *silence = find_silence(view, id);

	member_count(answer, "id", id);
	if (!silence)
		return;
	member_string(answer, "matchers", silence->text);
	member_time(answer, "end_at", silence->end_at_real_ns);
	member_count(answer, "ends_in_ns",
		     silence->end_at_real_ns - view_axis_ns(view, control_record_at_ns(view)));
}

struct json_object *control_done(const struct control_client *client, const struct view *view,
				 bool is_saved)
{
	const struct control_change *change = &client->change;
	struct json_object *answer = control_answer(client);
	const struct alert *alert;

	member_flag(answer, "saved", is_saved);
	switch (change->what) {
	case TT_CONTROL_ACK:
	case TT_CONTROL_RESOLVE:
		control_hex(answer, "id", change->id);
		alert = find_alert(view, change->id);
		if (!alert) /* resolved by hand, it is muted now */
			alert = find_in(view->muted, change->id);
		if (alert)
			member_string(answer, "alert", alert->name);
		break;
	case TT_CONTROL_SILENCE:
		add_silence(answer, view, change->id);
		break;
	default:
		member_count(answer, "id", change->id);
		break;
	}
	return answer;
}
