// SPDX-License-Identifier: MIT
/* rights.c - who may read an image: nobody who could not read its inputs. */
#include "tools/lib/base/rights.h"

#include <string.h>
#include <unistd.h>

static bool group_may = true, others_may = true;

/* Asked once: it is wanted for each file of an image. */
static gid_t own_group(void)
{
	static bool is_known;
	static gid_t group;

	if (!is_known)
		group = getegid();
	is_known = true;
	return group;
}

void rights_note(const struct stat *st)
{
	/* To read a directory's files takes the right to search it. */
	mode_t need = S_ISDIR(st->st_mode) ? 1 : 4;
	bool others = st->st_mode & need;

	if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode))
		return;
	others_may &= others;
	group_may &= st->st_gid == own_group() ? (st->st_mode & need << 3) != 0 : others;
}

void rights_note_path(const char *path)
{
	struct stat st;

	if (!(strcmp(path, "-") ? stat(path, &st) : fstat(STDIN_FILENO, &st)))
		rights_note(&st);
}

void rights_note_secret(void)
{
	group_may = others_may = false;
}

mode_t rights_left(mode_t mode)
{
	if (!group_may)
		mode &= ~(mode_t)(S_IRWXG | S_ISGID);
	if (!others_may)
		mode &= ~(mode_t)S_IRWXO;
	return mode;
}
