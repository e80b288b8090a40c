// SPDX-License-Identifier: MIT
/* stdioports.c - parse rdinit.stdio=: which ports may carry a program's standard streams. */
#include "init/pure/stdioports.h"

#include <string.h>

#include "init/pure/span.h"

#define VIRTIO "virtio:"

void stdio_ports_parse(const char *text, struct stdio_ports *ports)
{
	size_t len;

	*ports = (struct stdio_ports){ .line = text };
	if (strncmp(text, VIRTIO, strlen(VIRTIO)) != 0)
		return;
	text += strlen(VIRTIO);
	len = strcspn(text, ",");
	span_text((struct span){ (const uint8_t *)text, len }, ports->port, sizeof(ports->port));
	ports->line = text[len] && text[len + 1] ? text + len + 1 : NULL;
}
