// SPDX-License-Identifier: MIT
/* root.c - what the parts of the search for the root are given. */
#include "init/root/root.h"

void root_init(struct root *root, struct settings *settings, struct layers *layers,
	       struct links *links)
{
	root->settings = settings;
	root->layers = layers;
	root->modules = layers->modules;
	root->devices = layers->devices;
	root->links = links;
}
