/* The warden lets go of what only its service needs, and of what nobody shall gain.
 *
 * Every init is a copy of the warden, and a copy costs what the original has: with all libraries of a service
 * mapped, a third of what it takes to make a sandbox and to take it away. What is not there is of no
 * use to anybody who gets hold of it either. The C library is kept.
 */
#include "Cells.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The program itself has no name; the vDSO has one, and is no file. */
static int is_kept(const char *path) {
    static const char *const kept[] = {"libc.so", "libpthread.so", "ld-", "ld.so", "linux-", "libclang_rt"};
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    if (*name == '\0') return 1;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (strncmp(name, kept[i], strlen(kept[i])) == 0) return 1;
    }
    return 0;
}

/* The linker has reserved the whole stretch from a library's first segment to its last. */
static int let_go(struct dl_phdr_info *library, size_t size, void *page) {
    (void)size;
    uintptr_t mask = *(const uintptr_t *)page - 1;
    uintptr_t first = UINTPTR_MAX;
    uintptr_t end = 0;
    if (is_kept(library->dlpi_name)) return 0;
    for (int i = 0; i < library->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &library->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD) continue;
        if (segment->p_vaddr < first) first = segment->p_vaddr;
        if (segment->p_vaddr + segment->p_memsz > end) end = segment->p_vaddr + segment->p_memsz;
    }
    if (first >= end) return 0;
    first = (library->dlpi_addr + first) & ~mask;
    end = (library->dlpi_addr + end + mask) & ~mask;
    syscall(SYS_munmap, first, end - first);
    return 0;
}

/* A name that is looked up only when it is first called would be looked for in what is gone. */
void csb_slim(void) {
    const char *is_bound = getenv("LD_BIND_NOW");
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    if (is_bound == NULL || *is_bound == '\0') return;
    dl_iterate_phdr(let_go, &page);
}

int csb_empty_bounding_set(void) {
    enum { LAST_CAPABILITY = 63 };
    for (int capability = 0; capability <= LAST_CAPABILITY; capability++) {
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == -1 && errno != EINVAL) return -1;
    }
    return 0;
}
