#include "hostile.h"

enum { MOST = 256 };

char **given;
int open_doors;
char block[1 << 20];

static struct {
    const char *name;
    int (*body)(void);
} programs[MOST];
static int count;

void add_program(const char *name, int (*body)(void)) {
    if (count == MOST) abort();
    programs[count].name = name;
    programs[count++].body = body;
}

void door(const char *what, int is_open) {
    if (!is_open) return;
    open_doors++;
    dprintf(2, "open: %s\n", what);
}

int make_file(const char *format, int number) {
    char name[512];
    snprintf(name, sizeof name, format, number);
    return open(name, O_CREAT | O_WRONLY, 0600);
}

void burn(long microseconds) {
    struct timespec used;
    do {
        for (volatile int i = 0; i < 2000; i++) {
        }
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    } while (used.tv_sec * 1000000 + used.tv_nsec / 1000 < microseconds);
}

/* Without arguments the name is the first line of the input. */
int main(int argc, char **argv) {
    char line[64] = "";
    if (argc == 1 && fgets(line, sizeof line, stdin) != NULL) line[strcspn(line, "\n")] = 0;
    const char *name = argc > 1 ? argv[1] : line;
    given = argv + (argc > 1 ? 2 : 1);
    for (int i = 0; i < count; i++) {
        if (strcmp(programs[i].name, name) == 0) return programs[i].body();
    }
    dprintf(2, "no program %s\n", name);
    return 100;
}
