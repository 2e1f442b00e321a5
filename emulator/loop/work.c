#include "loop/work.h"

#include "base/log.h"
#include "base/memory.h"
#include "loop/loop.h"

static void on_thread(uv_work_t *request)
{
    struct work *work = container_of(request, struct work, request);

    work->run(work);
}

static void on_loop(uv_work_t *request, int status)
{
    struct work *work = container_of(request, struct work, request);

    work->done(work);
}

int work_start(struct loop *loop, struct work *work, void (*run)(struct work *work),
               void (*done)(struct work *work))
{
    int result;

    work->run  = run;
    work->done = done;
    result     = uv_queue_work(&loop->uv, &work->request, on_thread, on_loop);
    return result < 0 ? log_errno(-result, "cannot start work on another thread") : 0;
}
