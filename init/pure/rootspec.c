/* rootspec.c - what root= names. */
#include "init/pure/rootspec.h"

#include <errno.h>
#include <string.h>

#include "init/pure/number.h"

#define MAJOR_MAX 0xfffU   /* the kernel's dev_t has 12 bits of it */
#define MINOR_MAX 0xfffffU /* and 20 of this */
#define PART_MAX  16	   /* digits of one half and its NUL */

static int parse_pair(const char *text, const char *colon, struct rootspec *spec)
{
	char major[PART_MAX];
	size_t len = (size_t)(colon - text);

	if (len >= sizeof(major))
		return -EINVAL;
	memcpy(major, text, len);
	major[len] = '\0';
	if (!number_parse(major, 10, MAJOR_MAX, &spec->major) ||
	    !number_parse(colon + 1, 10, MINOR_MAX, &spec->minor))
		return -EINVAL;
	return 0;
}

/* new_decode_dev(): mmmMMMmm, the minor's low byte last. */
static int parse_hex(const char *text, struct rootspec *spec)
{
	unsigned int dev;

	if (!number_parse(text, 16, 0xffffffffU, &dev))
		return -EINVAL;
	spec->major = (dev & 0xfff00U) >> 8;
	spec->minor = (dev & 0xffU) | ((dev >> 12) & 0xfff00U);
	return 0;
}

int rootspec_parse(const char *text, struct rootspec *spec)
{
	const char *colon = strchr(text, ':');

	memset(spec, 0, sizeof(*spec));
	if (strncmp(text, "/dev/", 5) == 0) {
		spec->kind = ROOTSPEC_PATH;
		spec->path = text;
		return text[5] ? 0 : -EINVAL;
	}
	spec->kind = ROOTSPEC_NUMBER;
	return colon ? parse_pair(text, colon, spec) : parse_hex(text, spec);
}
