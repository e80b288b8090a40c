// SPDX-License-Identifier: MIT
/* panic.c - what the guest's console shows of a kernel panic. */
#include "tools/lib/machine/panic.h"

#include <string.h>

#include "init/pure/count.h"

#define PANIC "Kernel panic - not syncing"
#define KILLED "Out of memory: Killed process"

/* The first character after "[   12.345678] " and "[   T1] ", which need not be there. */
static const char *after_stamps(const char *line)
{
	const char *end;

	while (*line == '[' && (end = strchr(line, ']')) &&
	       strspn(line + 1, " 0123456789.TC") == (size_t)(end - line - 1))
		line = end + 1 + strspn(end + 1, " ");
	return line;
}

/* Where the kernel's text begins: at the start of the line, or after a program's unfinished one. */
static const char *find_panic(const char *line)
{
	const char *at = strstr(line, PANIC);

	if (!at || at == after_stamps(line))
		return at;
	return at - line >= 2 && !strncmp(at - 2, "] ", 2) ? at : NULL;
}

/* The kernel prints this last, whatever is asked of it, when a machine ends in order. */
static bool is_orderly_end(const char *line)
{
	static const char *const ends[] = { "reboot: Power down", "reboot: Restarting system",
					    "reboot: System halted" };

	for (size_t i = 0; i < COUNT(ends); i++)
		if (strstr(line, ends[i]))
			return true;
	return false;
}

static void read_line(struct panic_watch *watch)
{
	const char *panic = find_panic(watch->line);

	watch->killed |= !strncmp(after_stamps(watch->line), KILLED, strlen(KILLED));
	if (panic) {
		watch->shown = true;
		watch->at_line_start |= panic == after_stamps(watch->line);
		memcpy(watch->text, panic, strlen(panic) + 1);
	} else if (is_orderly_end(watch->line)) {
		watch->shown = watch->at_line_start = false;
	}
}

void panic_watch_feed(struct panic_watch *watch, struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		uint8_t byte = bytes.data[i];

		if (byte == '\n') {
			watch->line[watch->len] = '\0';
			read_line(watch);
			watch->len = 0;
		} else if (watch->len < PANIC_LINE && byte != '\r') {
			watch->line[watch->len++] = byte < ' ' || byte >= 0x7f ? '?' : (char)byte;
		}
	}
}
