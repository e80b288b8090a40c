// SPDX-License-Identifier: MIT
/* first.c - linked before all of /init: where its memory begins. */
char sim_data_start[1] = { 1 };
char sim_bss_start[1];
