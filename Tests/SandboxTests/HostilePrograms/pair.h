/* A way in which one sandbox might tell another a bit. */
#pragma once

#include "hostile.h"

struct channel {
    const char *name;
    /* The sender's side: brings about, and takes back, what the receiver could notice. */
    void (*set)(int bit);
    void (*clear)(int bit);
    /* The receiver's side: 1, 0, or any other number that differs with the sender's bit. */
    long (*look)(void);
};

/* Channels that have to be shut, and those that no sandbox of this kind can shut. */
extern const struct channel shut_channels[];
extern const int shut_count;
extern const struct channel known_channels[];
extern const int known_count;
