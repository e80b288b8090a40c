// SPDX-License-Identifier: MIT
/* table.c - a disk that is nothing but partitioned. */
#include "init/pure/fsprobe/formats.h"
#include "init/pure/text.h"
#include "init/pure/partitions.h"

void probe_table(struct view *view, struct finding *finding)
{
	switch (partitions_kind(view, finding->uuid)) {
	case PARTITIONS_GPT:
		finding->format = FORMAT_GPT;
		break;
	case PARTITIONS_MBR:
		finding->format = FORMAT_MBR;
		break;
	case PARTITIONS_NONE:
		break;
	}
}
