/* What the two processes of a sandbox share, before anything foreign runs in it. */
#pragma once

#include "CSandbox.h"

enum { PROGRAM_STACK = 64 * 1024 };

/* What init and the program share until the program executes (CLONE_VM). */
struct launch {
    const struct csb_parking *parking;
    int ruleset;
    volatile uint64_t started;
};

/* The program's life from clone to exec; its argument is the launch. */
int csb_program(void *argument);
/* Reports a failed step over the control socket and ends the calling process. */
_Noreturn void csb_fail(int control, int step, int error);
uint64_t csb_now(void);
