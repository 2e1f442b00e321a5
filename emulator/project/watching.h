#pragma once

/* Which files matter to a project that is being watched. Pure: looks at names only. */

#include <stdbool.h>

/* True for names that never matter: hidden ones (but .env), packages, compiled Python, databases
 * and logs, and what editors leave while they save. */
bool watching_ignores(const char *name);
