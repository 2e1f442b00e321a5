#pragma once

/*
 * What the emulator is held against: an epoll server without libraries that does nothing but shake
 * hands and turn a post into a frame. Targets are /…/@connections/N, N counting from 0 in the order
 * of the handshakes. A post to /echo is answered with its body. It runs in a process of its own.
 */

/* Serves on the listener and never returns. */
_Noreturn void floor_serve(int listener);
