#include "loop/mailbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "loop/loop.h"

#define WRITERS    4
#define PER_WRITER 2000

struct message {
    struct letter letter;
    int writer;
    int number;
};

struct scene {
    struct loop loop;
    struct mailbox mailbox;
    pthread_t loop_thread;
    int next[WRITERS];
    int opened;
    int wanted;
};

struct writer {
    pthread_t thread;
    struct scene *scene;
    int index;
};

static void on_letter(struct mailbox *mailbox, struct letter *letter)
{
    struct scene *scene     = container_of(mailbox, struct scene, mailbox);
    struct message *message = container_of(letter, struct message, letter);

    assert_true(pthread_equal(pthread_self(), scene->loop_thread));
    assert_int_equal(message->number, scene->next[message->writer]);
    scene->next[message->writer]++;
    scene->opened++;
    free(message);
}

static void post(struct scene *scene, int writer, int number)
{
    struct message *message = NEW(struct message);

    message->writer = writer;
    message->number = number;
    mailbox_post(&scene->mailbox, &message->letter);
}

static void *write_letters(void *context)
{
    struct writer *writer = context;

    for (int number = 0; number < PER_WRITER; number++)
        post(writer->scene, writer->index, number);
    return NULL;
}

static bool is_all_opened(void *context)
{
    struct scene *scene = context;

    return scene->opened >= scene->wanted;
}

static void scene_open(struct scene *scene)
{
    *scene = (struct scene){.loop_thread = pthread_self()};
    assert_int_equal(loop_init(&scene->loop), 0);
    assert_int_equal(mailbox_init(&scene->mailbox, &scene->loop.uv, on_letter), 0);
}

static void letters_of_every_thread_are_opened_in_order(void **state)
{
    struct scene scene;
    struct writer writers[WRITERS];

    scene_open(&scene);
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){.scene = &scene, .index = i};
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_letters, &writers[i]), 0);
    }
    scene.wanted = WRITERS * PER_WRITER;
    assert_true(loop_run_until(&scene.loop, is_all_opened, &scene, 30000));
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i].thread, NULL);
    assert_int_equal(scene.opened, WRITERS * PER_WRITER);
    mailbox_deinit(&scene.mailbox);
    loop_deinit(&scene.loop);
}

static void letters_still_inside_are_opened_before_the_mailbox_goes(void **state)
{
    struct scene scene;

    scene_open(&scene);
    for (int number = 0; number < 3; number++)
        post(&scene, 0, number);
    assert_int_equal(scene.opened, 0);
    mailbox_deinit(&scene.mailbox);
    assert_int_equal(scene.opened, 3);
    loop_deinit(&scene.loop);
}

static void on_letter_answered(struct mailbox *mailbox, struct letter *letter)
{
    struct scene *scene = container_of(mailbox, struct scene, mailbox);

    on_letter(mailbox, letter);
    if (scene->opened < 5)
        post(scene, 0, scene->opened);
}

static void a_letter_may_be_posted_while_one_is_opened(void **state)
{
    struct scene scene;

    scene_open(&scene);
    scene.mailbox.open = on_letter_answered;
    post(&scene, 0, 0);
    scene.wanted = 5;
    assert_true(loop_run_until(&scene.loop, is_all_opened, &scene, 10000));
    mailbox_deinit(&scene.mailbox);
    loop_deinit(&scene.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_of_every_thread_are_opened_in_order),
        cmocka_unit_test(letters_still_inside_are_opened_before_the_mailbox_goes),
        cmocka_unit_test(a_letter_may_be_posted_while_one_is_opened),
    };

    return cmocka_run_group_tests_name("loop/mailbox", tests, NULL, NULL);
}
