#pragma once

/* What a store is made of: for the store_….c of each resource. */

#include "store/connection_table.h"
#include "store/store.h"
#include "store/writer.h"

/* The tables belong to the writer's thread, unless it is paused. */
struct store {
    sqlite3 *database;
    struct connection_table connections;
    struct writer writer;
};
