#include "cli/connect/terminal.h"

#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#include "base/memory.h"

#define HISTORY_LINES_MAX     1000
#define HISTORY_LINE_SIZE_MAX (16 * 1024)
#define PROMPT_COLUMNS        2

struct terminal {
    struct terminal_settings settings;
    EditLine *editor;
    History *history;
    mbstate_t decoding; /* of the bytes of a character */
    bool is_editing;    /* a line is on the screen */
    char prompt[PROMPT_COLUMNS + 1];
};

static struct terminal *terminal_of(EditLine *editor)
{
    void *terminal = NULL;

    el_get(editor, EL_CLIENTDATA, &terminal);
    return terminal;
}

static char *prompt(EditLine *editor)
{
    return terminal_of(editor)->prompt;
}

/* 1: *character is the next one; 0: there is none. */
static int read_character(EditLine *editor, wchar_t *character)
{
    struct terminal *terminal = terminal_of(editor);
    char byte;

    while (terminal->settings.wait(terminal->settings.owner)) {
        if (read(STDIN_FILENO, &byte, 1) != 1)
            return 0;
        switch (mbrtowc(character, &byte, 1, &terminal->decoding)) {
        case (size_t)-2: /* the character has more bytes */
            break;
        case (size_t)-1:
            terminal->decoding = (mbstate_t){0};
            break;
        default:
            return 1;
        }
    }
    return 0;
}

/* libedit counts columns by the locale, and messages are UTF-8. */
static void use_utf8(void)
{
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

static void open_history(struct terminal *terminal)
{
    HistEvent event;

    terminal->history = history_init();
    if (!terminal->history)
        return;
    history(terminal->history, &event, H_SETSIZE, HISTORY_LINES_MAX);
    history(terminal->history, &event, H_SETUNIQUE, 1);
    if (terminal->settings.history_file)
        history(terminal->history, &event, H_LOAD, terminal->settings.history_file);
    el_set(terminal->editor, EL_HIST, history, terminal->history);
}

struct terminal *terminal_open(const struct terminal_settings *settings)
{
    struct terminal *terminal = NEW(struct terminal);

    use_utf8();
    terminal->settings = *settings;
    memcpy(terminal->prompt, "> ", sizeof terminal->prompt);
    terminal->editor = el_init("postern", stdin, stdout, stderr);
    if (!terminal->editor) {
        free(terminal);
        return NULL;
    }
    el_set(terminal->editor, EL_CLIENTDATA, terminal);
    el_set(terminal->editor, EL_PROMPT, prompt);
    el_set(terminal->editor, EL_EDITOR, "emacs");
    el_set(terminal->editor, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_set(terminal->editor, EL_GETCFN, read_character);
    el_source(terminal->editor, NULL); /* ~/.editrc */
    open_history(terminal);
    return terminal;
}

/* What somebody typed may be a secret: the file is theirs alone. */
static void keep_history(const struct terminal *terminal)
{
    mode_t before = umask(0077);
    HistEvent event;

    history(terminal->history, &event, H_SAVE, terminal->settings.history_file);
    umask(before);
}

void terminal_close(struct terminal *terminal)
{
    if (!terminal)
        return;
    if (terminal->history && terminal->settings.history_file)
        keep_history(terminal);
    el_end(terminal->editor);
    if (terminal->history)
        history_end(terminal->history);
    free(terminal);
}

const char *terminal_read_line(struct terminal *terminal, size_t *size)
{
    int count = 0;
    const char *line;
    HistEvent event;

    terminal->is_editing = true;
    line                 = el_gets(terminal->editor, &count);
    terminal->is_editing = false;
    if (!line || count <= 0)
        return NULL;
    *size = (size_t)count;
    if (terminal->history && count > 1 && count <= HISTORY_LINE_SIZE_MAX)
        history(terminal->history, &event, H_ENTER, line);
    while (*size > 0 && (line[*size - 1] == '\n' || line[*size - 1] == '\r'))
        --*size;
    return line;
}

static size_t screen_columns(void)
{
    struct winsize size = {0};

    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* How many rows above the cursor the line being typed has. */
static size_t rows_above(const struct terminal *terminal)
{
    const LineInfoW *line = el_wline(terminal->editor);
    size_t columns        = PROMPT_COLUMNS;

    for (const wchar_t *at = line->buffer; at < line->cursor; at++) {
        int width = wcwidth(*at);

        columns += width >= 0 ? (size_t)width : 2; /* ^X */
    }
    return columns / screen_columns();
}

void terminal_hide(struct terminal *terminal)
{
    size_t rows;

    if (!terminal || !terminal->is_editing)
        return;
    rows = rows_above(terminal);
    if (rows > 0)
        printf("\033[%zuA", rows);
    printf("\r\033[J");
    fflush(stdout);
}

void terminal_show(struct terminal *terminal)
{
    if (terminal && terminal->is_editing)
        el_set(terminal->editor, EL_REFRESH);
}

void terminal_resize(struct terminal *terminal)
{
    if (terminal)
        el_resize(terminal->editor);
}

void terminal_suspend(struct terminal *terminal)
{
    if (!terminal)
        return;
    el_set(terminal->editor, EL_PREP_TERM, 0);
    kill(getpid(), SIGSTOP);
    el_set(terminal->editor, EL_PREP_TERM, 1);
    terminal_show(terminal);
}
