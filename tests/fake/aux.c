/* SPDX-License-Identifier: Apache-2.0 */
/* The other library: where a tail jump by the PLT leaves libttsfake.so. */
#include "fake.h"

uint64_t fakeaux_tail(uint64_t value)
{
	return value + 6;
}
