/* What the two processes of a sandbox share, before anything foreign runs in it. */
#pragma once

#include "CSandbox.h"

enum { PROGRAM_STACK = 64 * 1024 };

/* What init and the program share until the program executes (CLONE_VM). */
struct launch {
    const struct csb_parking *parking;
    int ruleset;
    const char *volatile script; /* where it is held; stays readable when the program has executed */
    uint64_t foreign; /* microseconds of CPU that its cgroups do not count */
    volatile uint64_t started;
    volatile uint64_t used; /* microseconds of CPU until then */
};

/* The program's life from clone to exec; its argument is the launch. */
int csb_program(void *argument);
/* Remembers what programs get of limits, where nothing else is asked for. 0 or -1. */
int csb_note_rlimits(void);
/* Reports a failed step over the control socket and ends the calling process. */
_Noreturn void csb_fail(int control, int step, int error);
uint64_t csb_now(void);

/* Of the program: init may hold it from now on. Returns 0 or -1. */
int csb_let_me_be_traced(void);
/* Takes it to where it asks for its script. Returns 0 and what there is to say, or an errno. */
int csb_hold(pid_t program, const struct launch *launch, struct csb_held *held);
void csb_let_go(pid_t program);
