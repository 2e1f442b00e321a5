#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "model/limits.h"

/* A handler process has a listener, two pipes and seldom more than two connections; starting it
 * takes some more for a moment. */
#define PER_PROCESS  8
#define REQUESTS_MAX 256

/* Where there are few, handlers and requests get this part of them at most. */
#define PROCESSES_PART 4
#define REQUESTS_PART  8

static unsigned smaller(unsigned one, unsigned other)
{
    return one < other ? one : other;
}

void descriptors_divide(struct descriptors *descriptors, unsigned in_all, unsigned processes_max)
{
    unsigned for_processes = smaller(processes_max * PER_PROCESS, in_all / PROCESSES_PART);
    unsigned for_requests  = smaller(REQUESTS_MAX, in_all / REQUESTS_PART);

    *descriptors = (struct descriptors){
        .in_all      = in_all,
        .upgrade_max = (int)(in_all - for_processes - for_requests),
        .socket_max  = (int)(in_all - for_processes),
        .pair_max    = (int)(in_all - for_processes / 2),
    };
}

void descriptors_keep_standard(void)
{
    int opened;

    do
        opened = open("/dev/null", O_RDWR);
    while (opened >= 0 && opened <= STDERR_FILENO);
    if (opened >= 0)
        close(opened);
}

void descriptors_open(struct descriptors *descriptors, unsigned processes_max)
{
    struct rlimit limit = {.rlim_cur = DESCRIPTORS_MAX, .rlim_max = DESCRIPTORS_MAX};

    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max > DESCRIPTORS_MAX)
        limit.rlim_max = DESCRIPTORS_MAX;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        log_errno(errno, "cannot raise the limit of open files");
    descriptors_divide(descriptors, (unsigned)limit.rlim_cur, processes_max);
    log_debug(NULL, "up to %u descriptors, %d of them for clients", descriptors->in_all,
              descriptors->upgrade_max);
}
