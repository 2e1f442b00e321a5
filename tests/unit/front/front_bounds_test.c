#include "front_scene.h"

#define REQUEST "POST /dev/@connections/a HTTP/1.1\r\nContent-Length: 0\r\n\r\n"

static int next_descriptor(void)
{
    int next = dup(STDIN_FILENO);

    close(next);
    return next;
}

/* Another front in place of the scene's. */
static void bound_front(struct scene *scene, int upgrade_max, int socket_max)
{
    struct front_settings settings = scene_settings(scene);

    front_close(scene->front);
    settings.upgrade_max = upgrade_max;
    settings.socket_max  = socket_max;
    scene->front         = front_open(&settings);
    assert_non_null(scene->front);
}

static void ask(struct scene *scene, struct client *client, const char *request)
{
    client_connect(client, scene);
    client_send_string(client, request);
}

static void beyond_its_bound_an_upgrade_is_refused_and_a_request_is_not(void **state)
{
    struct scene *scene = *state;
    struct client client;

    bound_front(scene, next_descriptor(), 0);
    ask(scene, &client, UPGRADE);
    RUN_UNTIL(scene, client_has_ended, &client);
    assert_true(text_begins_with(&client.received, "HTTP/1.1 503 "));
    assert_int_equal(scene->upgrade_count, 0);
    assert_int_equal(scene->room_count, 1);
    client_close(&client);

    ask(scene, &client, REQUEST);
    RUN_UNTIL(scene, has_request, scene);
    close(scene->request);
    client_close(&client);
}

static void what_others_have_in_use_raises_the_bound_of_upgrades(void **state)
{
    struct scene *scene = *state;
    struct client client;

    bound_front(scene, next_descriptor(), 0);
    scene->kept = 100;
    ask(scene, &client, UPGRADE);
    RUN_UNTIL(scene, has_upgrade, scene);
    arrival_drop(scene->arrival);
    client_close(&client);
}

/* The first one shows how near the bound is. */
static void beyond_the_bound_of_all_clients_wait(void **state)
{
    struct scene *scene = *state;
    struct client clients[2];

    bound_front(scene, 0, next_descriptor());
    ask(scene, &clients[0], REQUEST);
    RUN_UNTIL(scene, has_request, scene);
    close(scene->request);
    ask(scene, &clients[1], REQUEST);
    run_what_is_ready(scene);
    assert_int_equal(scene->request_count, 1);
    assert_true(scene->room_count > 0);

    scene->kept          = 100;
    scene->request_count = 0;
    RUN_UNTIL(scene, has_request, scene);
    close(scene->request);
    for (size_t i = 0; i < 2; i++)
        client_close(&clients[i]);
}

static void a_silent_client_makes_room_for_one_that_waits(void **state)
{
    struct scene *scene = *state;
    struct client silent;
    struct client client;

    bound_front(scene, 0, next_descriptor() + 3); /* both ends of one client, and another's own */
    client_connect(&silent, scene);
    run_what_is_ready(scene);
    ask(scene, &client, REQUEST);
    run_what_is_ready(scene);
    RUN_UNTIL(scene, has_request, scene);
    assert_true(silent.has_ended);
    close(scene->request);
    client_close(&client);
    client_close(&silent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCENE(beyond_its_bound_an_upgrade_is_refused_and_a_request_is_not),
        IN_SCENE(what_others_have_in_use_raises_the_bound_of_upgrades),
        IN_SCENE(beyond_the_bound_of_all_clients_wait),
        IN_SCENE(a_silent_client_makes_room_for_one_that_waits),
    };

    return cmocka_run_group_tests_name("front_bounds", tests, NULL, NULL);
}
