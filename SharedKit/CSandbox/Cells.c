/* The warden's cells: one sandbox each, one after the other.
 *
 * A cell has a user number, an empty network, and those cgroups of its own that only count and rank. To make
 * them costs more than anything else of a sandbox. An exclusive network that nobody could configure is as
 * good as new when its last process is dead, and such a cgroup when its counter is 0; so cells are used
 * again. The service names them by number and generation, and never a process.
 */
#include "Cells.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CLEAR_ROUNDS = 200, CLEAR_NANOSECONDS = 10000000 };

enum state { FREE, RUNNING, ENDING };

static struct cell {
    enum state state;
    uint32_t generation;
    uint32_t serial;
    pid_t init; /* 0 when it is reaped */
    int network;
    int map;
    struct csb_group kept;
    int is_furnished;
} cells[CSB_CELLS];

struct csb_ground csb_ground;
static uint32_t serials;
static int cell_count; /* those ever used are the first */

/* "<the host's><word><number>" */
static void name_of(const char *word, uint32_t number, char name[2 * CSB_NAME]) {
    char digits[12];
    size_t count = 0;
    size_t length = 0;
    for (const char *from = csb_ground.name; *from != '\0'; from++) name[length++] = *from;
    for (const char *from = word; *from != '\0'; from++) name[length++] = *from;
    do digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    while (count > 0) name[length++] = digits[--count];
    name[length] = '\0';
}

static void name_run(const struct cell *cell, char name[2 * CSB_NAME]) { name_of("run", cell->serial, name); }

static void name_seat(const struct cell *cell, char name[2 * CSB_NAME]) {
    name_of("seat", (uint32_t)(cell - cells), name);
}

/* --- making ------------------------------------------------------------------------------------------ */

static int furnish(struct cell *cell) {
    char name[2 * CSB_NAME];
    uint32_t user = csb_ground.first_user + (uint32_t)(cell - cells);
    cell->map = -1;
    cell->network = csb_new_network(csb_ground.proc);
    if (cell->network == -1) return errno;
    if (csb_ground.is_mapped) {
        cell->map = csb_new_map(csb_ground.proc, user, csb_ground.owner, csb_ground.group);
        if (cell->map == -1) return errno;
    }
    name_seat(cell, name);
    return csb_group_make(csb_ground.branches, csb_ground.branch_count, 1, name, NULL, &cell->kept);
}

static int prepare(struct cell *cell) {
    if (cell->is_furnished) return csb_group_clean(&cell->kept);
    int error = furnish(cell);
    cell->is_furnished = error == 0;
    if (error == 0) return 0;
    if (cell->network != -1) close(cell->network);
    if (cell->map != -1) close(cell->map);
    return error;
}

int csb_cell_take(void) {
    for (int i = 0; i < CSB_CELLS; i++) {
        if (cells[i].state != FREE) continue;
        errno = prepare(&cells[i]);
        if (errno != 0) return -1;
        cells[i].serial = ++serials;
        if (cell_count <= i) cell_count = i + 1;
        return i;
    }
    errno = EAGAIN;
    return -1;
}

int csb_can_map(void) {
    struct csb_limits least = {CSB_LEAST_MEMORY, 1, 4096, 64};
    int tree = csb_new_workspace(&least, csb_ground.first_user);
    int map = csb_new_map(csb_ground.proc, csb_ground.first_user, csb_ground.owner, csb_ground.group);
    int view = tree == -1 || map == -1 ? -1 : csb_map_tree(tree, map);
    if (tree != -1) close(tree);
    if (map != -1) close(map);
    if (view != -1) close(view);
    return view != -1;
}

static int clone_init(const struct cell *cell, const struct csb_parking *parking, int *pidfd, pid_t *init) {
    if (setns(cell->network, CLONE_NEWNET) == -1) return errno;
    struct clone_args arguments = {
        .flags = CLONE_PIDFD | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC,
        .pidfd = (uint64_t)(uintptr_t)pidfd,
        .exit_signal = SIGCHLD,
    };
    *init = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
    if (*init == 0) {
        setpriority(PRIO_PROCESS, 0, (int)parking->niceness);
        csb_init(parking);
    }
    return *init == -1 ? errno : 0;
}

/* The workspace twice: as the sandbox has it, and as its owner sees it. */
static int open_workspace(const struct cell *cell, const struct csb_parking *parking, int *tree, int *view) {
    *tree = csb_new_workspace(&parking->limits, parking->user);
    if (*tree == -1) return errno;
    *view = cell->map == -1 ? dup(*tree) : csb_map_tree(*tree, cell->map);
    return *view == -1 ? errno : 0;
}

static int copy(int fd) { return fcntl(fd, F_DUPFD_CLOEXEC, 0); }

/* What of the cgroups the service may have, in its order; what the cell keeps, as copies. */
static void hand_over(
    const struct cell *cell, struct csb_group *own, struct csb_answer *answer, int fds[CSB_ANSWER_FDS]) {
    int count = 2;
    answer->has_event = own->event != -1;
    const struct csb_group *ranks = own->idle != -1 ? own : &cell->kept;
    answer->has_idle = ranks->idle != -1;
    answer->has_share = ranks->share != -1;
    if (answer->has_event) fds[count++] = own->event;
    if (answer->has_idle) fds[count++] = copy(ranks->idle);
    if (answer->has_share) fds[count++] = copy(ranks->share);
    for (int i = 0; i < csb_ground.branch_count; i++) {
        int is_kept = csb_ground.branches[i].is_kept;
        fds[count++] = is_kept ? copy(cell->kept.directories[i]) : own->directories[i];
        if (is_kept) answer->kept |= 1u << i;
    }
    memset(own->directories, -1, sizeof own->directories);
    own->event = -1;
}

static void join(const struct cell *cell, const struct csb_group *own, struct csb_parking *parking) {
    memcpy(parking->fds + CSB_FD_LEVERS, own->levers, sizeof own->levers);
    parking->cgroup_count = csb_ground.branch_count;
    for (int i = 0; i < csb_ground.branch_count; i++) {
        const struct csb_group *group = csb_ground.branches[i].is_kept ? &cell->kept : own;
        parking->fds[CSB_FD_CGROUPS + i] = group->members[i];
    }
}

int csb_cell_start(
    int number, struct csb_parking *parking, struct csb_answer *answer, int fds[CSB_ANSWER_FDS]) {
    struct cell *cell = &cells[number];
    struct csb_group group;
    char name[2 * CSB_NAME];
    name_run(cell, name);
    parking->user = csb_ground.first_user + (uint32_t)number;
    int error =
        csb_group_make(csb_ground.branches, csb_ground.branch_count, 0, name, &parking->limits, &group);
    if (error != 0) return error;
    int tree = -1;
    error = open_workspace(cell, parking, &tree, &fds[1]);
    parking->fds[CSB_FD_WORKSPACE] = tree;
    join(cell, &group, parking);
    if (error == 0) error = clone_init(cell, parking, &fds[0], &cell->init);
    if (tree != -1) close(tree);
    if (error == 0) {
        cell->state = RUNNING;
        cell->generation++;
        hand_over(cell, &group, answer, fds);
        answer->pid = cell->init;
        answer->cell = (uint32_t)number;
        answer->generation = cell->generation;
        answer->user = parking->user;
    }
    csb_group_close(&group);
    if (error != 0) csb_group_remove(csb_ground.branches, csb_ground.branch_count, 0, name);
    return error;
}

/* --- ending ------------------------------------------------------------------------------------------ */

static void settle(int number) {
    char name[2 * CSB_NAME];
    if (cells[number].state != ENDING || cells[number].init != 0) return;
    name_run(&cells[number], name);
    if (csb_group_remove(csb_ground.branches, csb_ground.branch_count, 0, name) == 0) {
        cells[number].state = FREE;
    }
}

int csb_cell_end(uint32_t number, uint32_t generation) {
    if (number >= CSB_CELLS || cells[number].generation != generation) return ESTALE;
    struct cell *cell = &cells[number];
    if (cell->state != RUNNING) return EALREADY;
    cell->state = ENDING;
    if (cell->init != 0) kill(cell->init, SIGKILL);
    settle((int)number);
    return 0;
}

int csb_cells_reap(void) {
    for (pid_t ended; (ended = waitpid(-1, NULL, WNOHANG)) > 0;) {
        for (int i = 0; i < cell_count; i++) {
            if (cells[i].state != FREE && cells[i].init == ended) cells[i].init = 0;
        }
    }
    int leaving = 0;
    for (int i = 0; i < cell_count; i++) {
        settle(i);
        leaving += cells[i].state == ENDING && cells[i].init == 0;
    }
    return leaving;
}

static void remove_seats(void) {
    char name[2 * CSB_NAME];
    for (int i = 0; i < cell_count; i++) {
        name_seat(&cells[i], name);
        csb_group_remove(csb_ground.branches, csb_ground.branch_count, 1, name);
    }
}

void csb_cells_clear(void) {
    struct timespec pause = {.tv_nsec = CLEAR_NANOSECONDS};
    for (int i = 0; i < cell_count; i++) csb_cell_end((uint32_t)i, cells[i].generation);
    for (int round = 0; round < CLEAR_ROUNDS; round++) {
        int left = 0;
        csb_cells_reap();
        for (int i = 0; i < cell_count; i++) left += cells[i].state != FREE;
        if (left == 0) break;
        nanosleep(&pause, NULL);
    }
    remove_seats();
}
