// SPDX-License-Identifier: MIT
/* layers.c - devices are opened as they become known, whatever they are wanted for. */
#include "init/layer/layers.h"

#include "init/layer/opener.h"

const struct opener *layer_opener(const struct layer *layer)
{
	return layer && layer->opener ? layer_openers[layer->opener - 1] : NULL;
}

const struct layer *layer_on(const struct device *device)
{
	return device_is_known(device) && device->finding.found == FOUND_ONE
		       ? layer_of(device->finding.format)
		       : NULL;
}

void layers_open_wanted(struct layers *layers)
{
	for (int i = 0; layer_event_count && i < layers->devices->count; i++) {
		struct device *device = &layers->devices->all[i];
		const struct opener *opener = layer_opener(layer_on(device));

		if (opener && opener->events)
			opener->events->changed(layers, device);
	}
}

static void changed(void *owner)
{
	layers_open_wanted(owner);
}

void layers_init(struct layers *layers, struct modules *modules, const char *const *env)
{
	layers->modules = modules;
	layers->devices = modules->devices;
	layers->settings = modules->settings;
	layers->env = env;
}

void layers_follow(struct layers *layers)
{
	layers->subscriber = (struct device_subscriber){ NULL, changed, layers };
	devices_subscribe(layers->devices, &layers->subscriber);
}

void layers_watch(struct layers *layers)
{
	for (unsigned int i = 0; layer_event_count && i < layer_count; i++) {
		const struct opener *opener = layer_opener(&layer_table[i]);

		if (opener && opener->events)
			opener->events->watch(layers, &layer_table[i]);
	}
}

/* Rows whose programs are ended in the same way have the same events. */
void layers_end(struct layers *layers)
{
	const struct opener_events *last = NULL;

	layers->is_ending = true;
	for (unsigned int i = 0; layer_event_count && i < layer_count; i++) {
		const struct opener *opener = layer_opener(&layer_table[i]);

		if (!opener || !opener->events || opener->events == last)
			continue;
		last = opener->events;
		last->end(layers);
	}
}

bool layers_have_ended(const struct layers *layers)
{
	for (int i = 0; layer_event_count && i < OPENINGS_MAX; i++)
		if (layers->openings[i].child.pid)
			return false;
	return true;
}

void layers_search(struct layers *layers, bool is_searching)
{
	layers->is_searching = is_searching;
	layers_open_wanted(layers);
}
