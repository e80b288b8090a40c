/* SPDX-License-Identifier: MIT */
/* package_text.h - what dpkg and apk write down of the packages that are installed. */
#ifndef TOOLS_LIB_PACKAGE_TEXT_H
#define TOOLS_LIB_PACKAGE_TEXT_H

#include "init/pure/span.h"

/* Spans of the text; data NULL where a field is missing. */
struct package_text {
	struct span name, version, architecture;
	struct span stanza; /* all its lines */
};

/* Take the next stanza with a name and a version off `rest`. 1, or 0 at the end. dpkg's: "Package:
 * NAME", of which what is not installed any more is passed over; apk's: "P:NAME". Sources:
 * deb-control(5), dpkg(1); apk-installed(5). */
int package_next_dpkg(struct span *rest, struct package_text *package);
int package_next_apk(struct span *rest, struct package_text *package);

/* Takes the next file off what is left of an apk stanza: "F:FOLDER" is of the lines "R:NAME" behind
 * it, and kept in `folder` from call to call (an empty span before the first). 1, or 0 at
 * the end. */
int package_next_apk_file(struct span *stanza, struct span *folder, struct span *name);

/* The next line without its newline. data NULL at the end. */
struct span package_line(struct span *rest);

#endif
