// SPDX-License-Identifier: MIT
/* swap.c - swap space, and a system that sleeps in it. Source: Linux, include/linux/swap.h,
 * kernel/power/swap.c. */
#include "init/pure/count.h"
#include "init/pure/fsprobe/formats.h"
#include "init/pure/text.h"

#define PAGE 4096 /* x86-64 has no other */
#define MAGIC_LEN 10

static const struct {
	const char *magic;
	enum format format;
} magics[] = {
	{ "SWAPSPACE2", FORMAT_SWAP },	       { "SWAP-SPACE", FORMAT_SWAP },
	{ "S1SUSPEND\0", FORMAT_HIBERNATION }, { "S2SUSPEND\0", FORMAT_HIBERNATION },
	{ "ULSUSPEND\0", FORMAT_HIBERNATION }, { "LINHIB0001", FORMAT_HIBERNATION },
};

void probe_swap(struct view *view, struct finding *finding)
{
	struct span page = view_cut(view, 0, PAGE);

	if (!page.data)
		return;
	for (size_t i = 0; i < COUNT(magics); i++)
		if (!memcmp(page.data + PAGE - MAGIC_LEN, magics[i].magic, MAGIC_LEN))
			finding->format = (uint8_t)magics[i].format;
	if (!finding->format || le32(page.data + 1024) != 1)
		return;
	text_uuid(finding->uuid, sizeof(finding->uuid), page.data + 1036);
	text_label(finding->label, sizeof(finding->label), span_cut(page, 1052, 16));
}
