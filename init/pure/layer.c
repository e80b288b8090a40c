// SPDX-License-Identifier: MIT
/* layer.c - find the layer of a format, a path or a parameter. */
#include "init/pure/layer.h"

#include <string.h>

#include "init/pure/finding.h"
#include "init/pure/format.h"
#include "init/pure/settings.h"

const struct layer *layer_of(unsigned int format)
{
	for (unsigned int i = 0; i < layer_count && format != FORMAT_NONE; i++)
		if (format >= layer_table[i].first && format <= layer_table[i].last)
			return &layer_table[i];
	return NULL;
}

const char *layer_text(const struct layer *layer, enum layer_text which)
{
	const char *text = layer ? layer->texts : "";

	for (unsigned int i = 0; layer && i < which; i++)
		text += strlen(text) + 1;
	return text;
}

const struct layer *layer_of_path(const char *path)
{
	const struct layer *found = NULL;

	for (unsigned int i = 0; i < layer_count; i++) {
		const char *nodes = layer_text(&layer_table[i], LAYER_NODES);

		if (*nodes && strncmp(path, nodes, strlen(nodes)) == 0 &&
		    (!found || (layer_table[i].opener && !found->opener)))
			found = &layer_table[i];
	}
	return found;
}

bool layer_is_requested(const struct layer *layer, const struct settings *settings)
{
	return layer->kind == LAYER_ON_REQUEST &&
	       settings_has(settings, layer_text(layer, LAYER_PARAMETER));
}

bool layer_refusal(const struct layer *layer, char *text, size_t size)
{
	static const char *const sentences[] = {
		[LAYER_NONE] = "%s",
		[LAYER_CONTAINER] = "encrypted, and this /init opens no %s",
		[LAYER_POOL] = "a part of %s, which this /init does not assemble",
	};

	*text = '\0';
	if (!layer || layer->opener)
		return false;
	format_text(text, size, sentences[layer->kind], layer_text(layer, LAYER_NAME));
	return true;
}
