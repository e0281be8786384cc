/* What of a sandbox outlives its program: the warden's own. */
#pragma once

#include "CSandbox.h"

/* One hierarchy: the directory that our cgroups are made in. */
struct csb_branch {
    int directory;
    uint32_t kind;
    int is_kept; /* it only counts and ranks: what it holds at most is nothing, so a cell keeps its cgroup */
};

/* The cgroups of one sandbox, open. */
struct csb_group {
    int directories[CSB_CGROUPS];
    int members[CSB_CGROUPS];
    int levers[CSB_LEVERS];
    int event;
    int idle;  /* cpu.idle, for the service: it says who makes way for whom, and nothing else */
    int share; /* how much it weighs beside others, for the same */
    int usage; /* cpuacct.usage, to begin anew */
};

/* Makes and limits a cgroup in every branch that is kept, or in every other. Returns 0 or an errno; then
 * nothing of them is left. */
int csb_group_make(
    const struct csb_branch *branches, int count, int is_kept, const char *name,
    const struct csb_limits *limits, struct csb_group *group);
/* As new: nothing is counted, and it makes way for nobody. Returns 0 or an errno. */
int csb_group_clean(const struct csb_group *group);
void csb_group_close(struct csb_group *group);
/* Removes them; how many could not be removed yet. */
int csb_group_remove(const struct csb_branch *branches, int count, int is_kept, const char *name);

/* What cells are made of; told once. */
struct csb_ground {
    struct csb_branch branches[CSB_CGROUPS];
    int branch_count;
    char name[CSB_NAME];
    uint32_t first_user;
    uint32_t owner;
    uint32_t group;
    int proc;
    int is_mapped;
};
extern struct csb_ground csb_ground;

/* A free cell whose network is made, or -1 with errno. */
int csb_cell_take(void);
/* Starts the taken cell's init with everything that `parking` lacks yet. Returns 0 or an errno. */
int csb_cell_start(int cell, struct csb_parking *parking, struct csb_answer *answer, int fds[CSB_ANSWER_FDS]);
/* Ends one, if it is that one. Returns 0 or an errno. */
int csb_cell_end(uint32_t cell, uint32_t generation);
/* Looks at who has ended; how many are on their way out. */
int csb_cells_reap(void);
/* Ends all, and waits for the kernel to take them away. */
void csb_cells_clear(void);
/* Whether the kernel shows a workspace as its owner's. */
int csb_can_map(void);

/* Unmaps every library but the C library: children are cheaper, and have less. */
void csb_slim(void);
/* Empties the bounding set: whoever executes gains nothing. Returns 0 or -1. */
int csb_empty_bounding_set(void);
/* Serves the mounter's socket. */
_Noreturn void csb_mounter(int socket);
/* Keeps of the calling process's capabilities those of the mask. */
int csb_keep_capabilities(uint64_t mask);
