// SPDX-License-Identifier: Apache-2.0
/*
 * In: alerts, durations. Out: short words for people.
 * The rule that surprises: an alert's value has the unit of the series that it was read from, and none where
 * arithmetic may have changed it: a wrong unit is worse than none.
 */
#include <stdio.h>

#include "base/units.h"
#include "sink/tui/chart.h"
#include "sink/tui/overview.h"
#include "sink/tui/unit.h"

void overview_alert_value(char *text, size_t size_bytes, const struct alert *alert, bool ascii)
{
	enum chart_unit unit = unit_of_rule(alert->rule);
	struct chart_text value = chart_number(alert->value, unit, ascii),
			  threshold = chart_number(alert->threshold, unit, ascii);

	chart_text_trim(&value);
	chart_text_trim(&threshold);
	if (alert->has_threshold)
		snprintf(text, size_bytes, "%s %s %s", value.text, alert->comparison, threshold.text);
	else
		snprintf(text, size_bytes, "%s", value.text);
}

bool overview_is_handled(const struct alert *alert)
{
	return alert->ack.at_real_ns || alert->silence_id;
}

uint64_t overview_since_ns(const struct alert *alert)
{
	if (alert->state == ALERT_ENDED)
		return alert->ended_at_real_ns;
	return alert->state == ALERT_FIRING ? alert->fired_at_real_ns : alert->active_at_real_ns;
}

struct chart_text overview_age(const struct desk *desk, uint64_t since_ns)
{
	unsigned long long s = desk->at_axis_ns > since_ns ? (desk->at_axis_ns - since_ns) / NS_PER_S : 0;
	struct chart_text out;

	if (s < 100)
		snprintf(out.text, sizeof(out.text), "%llu s", s);
	else if (s < 100 * 60)
		snprintf(out.text, sizeof(out.text), "%llu m", s / 60);
	else if (s < 100 * 3600)
		snprintf(out.text, sizeof(out.text), "%llu h", s / 3600);
	else
		snprintf(out.text, sizeof(out.text), "%llu d", s / 86400);
	return out;
}
