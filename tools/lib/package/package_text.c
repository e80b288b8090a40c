// SPDX-License-Identifier: MIT
/* package_text.c - what dpkg and apk write down of the packages that are installed. */
#include "tools/lib/package/package_text.h"

struct span package_line(struct span *rest)
{
	const uint8_t *end = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;
	struct span line = { rest->data, end ? (size_t)(end - rest->data) : rest->len };

	if (!rest->len)
		return (struct span){ NULL, 0 };
	rest->data += line.len + (end != NULL);
	rest->len -= line.len + (end != NULL);
	return line;
}

/* Lines up to an empty one, which is passed over. */
static struct span next_stanza(struct span *rest)
{
	struct span stanza = *rest, line;

	while ((line = package_line(rest)).data) {
		if (line.len) {
			stanza.len = (size_t)(line.data + line.len - stanza.data);
			continue;
		}
		if (line.data != stanza.data)
			return stanza;
		stanza.data = rest->data;
	}
	return stanza.data < rest->data ? stanza : (struct span){ NULL, 0 };
}

/* The value where a line begins with "NAME: ". */
static struct span value_of(struct span line, const char *name)
{
	size_t len = strlen(name);

	if (line.len <= len || memcmp(line.data, name, len) != 0)
		return (struct span){ NULL, 0 };
	return (struct span){ line.data + len, line.len - len };
}

static void take(struct span *field, struct span line, const char *name)
{
	if (!field->data)
		*field = value_of(line, name);
}

static int ends_with(struct span text, const char *end)
{
	size_t len = strlen(end);

	return text.len >= len && !memcmp(text.data + text.len - len, end, len);
}

int package_next_dpkg(struct span *rest, struct package_text *package)
{
	struct span stanza, line, status;

	while ((stanza = next_stanza(rest)).data) {
		*package = (struct package_text){ .stanza = stanza };
		status = (struct span){ NULL, 0 };
		while ((line = package_line(&stanza)).data) {
			take(&package->name, line, "Package: ");
			take(&package->version, line, "Version: ");
			take(&package->architecture, line, "Architecture: ");
			take(&status, line, "Status: ");
		}
		/* "deinstall ok config-files"; those of status.d have no such line. */
		if (package->name.data && package->version.data &&
		    (!status.data || ends_with(status, " installed")))
			return 1;
	}
	return 0;
}

int package_next_apk(struct span *rest, struct package_text *package)
{
	struct span stanza, line;

	while ((stanza = next_stanza(rest)).data) {
		*package = (struct package_text){ .stanza = stanza };
		while ((line = package_line(&stanza)).data) {
			take(&package->name, line, "P:");
			take(&package->version, line, "V:");
			take(&package->architecture, line, "A:");
		}
		if (package->name.data && package->version.data)
			return 1;
	}
	return 0;
}

int package_next_apk_file(struct span *stanza, struct span *folder, struct span *name)
{
	struct span line;

	while ((line = package_line(stanza)).data) {
		if (line.len >= 2 && !memcmp(line.data, "F:", 2))
			*folder = (struct span){ line.data + 2, line.len - 2 };
		*name = value_of(line, "R:");
		if (name->data)
			return 1;
	}
	return 0;
}
