/* SPDX-License-Identifier: Apache-2.0 */
/* What attaching shares: the plan's round needs the links' places. */
#ifndef SOURCE_ATTACH_PARTS_H
#define SOURCE_ATTACH_PARTS_H

#include "source/attach.h"
#include "source/link.h"

/* Many places of one file and program. errors[i] is 0 or -errno for each. */
void places_attach(struct attach *attach, const struct link_wish *wish, int *errors);
/* So many more were tried; shown when it lasts. */
void places_tell(struct attach *attach, size_t count);

#endif
