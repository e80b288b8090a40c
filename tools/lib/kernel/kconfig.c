// SPDX-License-Identifier: MIT
/* kconfig.c - a kernel's configuration: the value of one symbol. */
#include "tools/lib/kernel/kconfig.h"

#define PREFIX "CONFIG_"
#define START "IKCFG_ST"
#define END "IKCFG_ED"
#define HEADER " Kernel Configuration"

/* The next line without its newline; data NULL after the last. */
static struct span next_line(struct span *rest)
{
	const uint8_t *end = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;
	struct span line = { NULL, 0 };

	if (!rest->len)
		return line;
	line = span_cut(*rest, 0, end ? (size_t)(end - rest->data) : rest->len);
	*rest = end ? span_cut(*rest, line.len + 1, rest->len - line.len - 1)
		    : span_cut(*rest, rest->len, 0);
	return line;
}

/* The text after CONFIG_SYMBOL= in a line, or data NULL. */
static struct span value_of(struct span line, const char *symbol)
{
	size_t prefix = strlen(PREFIX), len = strlen(symbol);

	if (line.len <= prefix + len || memcmp(line.data, PREFIX, prefix) ||
	    memcmp(line.data + prefix, symbol, len) || line.data[prefix + len] != '=')
		return (struct span){ NULL, 0 };
	return span_cut(line, prefix + len + 1, line.len - prefix - len - 1);
}

static enum kconfig_value kind_of(struct span *value)
{
	if (value->len == 1 && value->data[0] == 'y')
		return KCONFIG_Y;
	if (value->len == 1 && value->data[0] == 'm')
		return KCONFIG_M;
	if (value->len == 1 && value->data[0] == 'n')
		return KCONFIG_N;
	if (value->len >= 2 && value->data[0] == '"' && value->data[value->len - 1] == '"')
		*value = span_cut(*value, 1, value->len - 2);
	return KCONFIG_TEXT;
}

static enum kconfig_value look_up(struct span text, const char *symbol, struct span *value)
{
	enum kconfig_value found = KCONFIG_N;
	struct span line;

	while ((line = next_line(&text)).data) {
		struct span here = value_of(line, symbol);

		if (!here.data)
			continue;
		found = kind_of(&here);
		if (value)
			*value = here;
	}
	return found;
}

/* 64BIT is asked in the first menu, and every configuration ends in the menu of debugging, whose
 * last line, like all, has its newline. */
int kconfig_is_whole(struct span text)
{
	return text.len && text.data[text.len - 1] == '\n' &&
	       look_up(text, "64BIT", NULL) == KCONFIG_Y &&
	       look_up(text, "CC_VERSION_TEXT", NULL) == KCONFIG_TEXT;
}

enum kconfig_value kconfig_get(struct span text, const char *symbol, struct span *value)
{
	if (value)
		*value = (struct span){ NULL, 0 };
	return kconfig_is_whole(text) ? look_up(text, symbol, value) : KCONFIG_UNKNOWN;
}

static const uint8_t *find(struct span in, const char *text)
{
	return in.len ? memmem(in.data, in.len, text, strlen(text)) : NULL;
}

struct span kconfig_embedded(struct span vmlinux)
{
	const uint8_t *start = find(vmlinux, START), *end;
	struct span rest;

	if (!start)
		return (struct span){ NULL, 0 };
	start += strlen(START);
	rest = (struct span){ start, vmlinux.len - (size_t)(start - vmlinux.data) };
	end = find(rest, END);
	return end ? (struct span){ start, (size_t)(end - start) } : (struct span){ NULL, 0 };
}

struct span kconfig_release(struct span text)
{
	const uint8_t *end = find(text, HEADER), *start = end;
	struct span line;

	while (start && start > text.data && start[-1] != ' ' && start[-1] != '\n')
		start--;
	if (!start || start == end || *start < '0' || *start > '9')
		return (struct span){ NULL, 0 };
	line = (struct span){ start, (size_t)(end - start) };
	return line.len < 64 ? line : (struct span){ NULL, 0 };
}
