// SPDX-License-Identifier: Apache-2.0
#include "app/verbs_rules.h"

#include "base/refuse.h"

int verbs_rules(const struct options *options)
{
	(void)options;
	refuse(0, "rules are not built in yet");
	return EXIT_CODE_USAGE;
}
