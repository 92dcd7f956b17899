// SPDX-License-Identifier: Apache-2.0
/* In: what is typed. Out: whether it is the answer to a tab's question, which Esc ends without a word to the tab. */
#include "sink/tui/frame.h"

bool desk_is_asking(const struct desk *desk)
{
	return desk->tui->prompt.is_open && desk->tui->prompt_what == DESK_ANSWER_OWN;
}
