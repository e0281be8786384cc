// The C runtime that Embedded Swift wants on wasm32-unknown-none: an allocator and the mem* functions.
// Memory of freed blocks is kept by size class and used again; linear memory itself can only grow.
#include <stddef.h>
#include <stdint.h>

enum { PAGE = 65536, HEADER = 16, CLASSES = 120, NO_MEMORY = 12 };

struct block {
    struct block *next;
};

extern unsigned char __heap_base;
static uintptr_t top;
static struct block *freed[CLASSES];

// Four classes for each power of two: at most a quarter of a block is unused.
static unsigned class_of(size_t bytes, size_t *rounded) {
    if (bytes < 64) bytes = 64;
    unsigned power = 31 - (unsigned)__builtin_clz((unsigned)(bytes - 1) | 1);
    size_t step = (size_t)1 << (power - 2);
    *rounded = (bytes + step - 1) & ~(step - 1);
    return (power - 5) * 4 + (unsigned)((*rounded - 1) >> (power - 2) & 3);
}

static void *fresh(size_t bytes) {
    if (!top) top = ((uintptr_t)&__heap_base + 15) & ~(uintptr_t)15;
    if (bytes > UINTPTR_MAX - PAGE - top) return 0;
    uintptr_t start = top;
    uintptr_t pages = (start + bytes + PAGE - 1) / PAGE;
    uintptr_t have = __builtin_wasm_memory_size(0);
    if (pages > have && __builtin_wasm_memory_grow(0, pages - have) == (size_t)-1) return 0;
    top = start + bytes;
    return (void *)start;
}

void *malloc(size_t bytes) {
    if (bytes > UINTPTR_MAX / 2) __builtin_trap();
    size_t rounded;
    unsigned class = class_of(bytes + HEADER, &rounded);
    struct block *block = freed[class];
    if (block) {
        freed[class] = block->next;
    } else {
        block = fresh(rounded);
        if (!block) __builtin_trap(); // Nobody checks, and address 0 is ordinary memory here.
    }
    *(uint32_t *)block = class;
    return (char *)block + HEADER;
}

void free(void *pointer) {
    if (!pointer) return;
    struct block *block = (struct block *)((char *)pointer - HEADER);
    unsigned class = *(uint32_t *)block;
    block->next = freed[class];
    freed[class] = block;
}

// Every block is aligned to 16 bytes; nothing in the engine asks for more.
int posix_memalign(void **result, size_t alignment, size_t bytes) {
    if (alignment > HEADER) return NO_MEMORY;
    *result = malloc(bytes);
    return *result ? 0 : NO_MEMORY;
}

void *memcpy(void *to, const void *from, size_t count) { return __builtin_memcpy(to, from, count); }
void *memmove(void *to, const void *from, size_t count) { return __builtin_memmove(to, from, count); }
void *memset(void *to, int byte, size_t count) { return __builtin_memset(to, byte, count); }

int memcmp(const void *one, const void *other, size_t count) {
    const unsigned char *left = one, *right = other;
    for (; count; count--, left++, right++) {
        if (*left != *right) return *left - *right;
    }
    return 0;
}
