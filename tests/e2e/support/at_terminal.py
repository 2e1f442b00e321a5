# Runs a command at a terminal of its own, 24 rows of 60 columns: what this process reads is typed there, and what appears
# there is written. Exits as the command does.

import fcntl
import os
import pty
import select
import struct
import sys
import termios

pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 60, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])

sources = [terminal, 0]
while terminal in sources:
    for source in select.select(sources, [], [])[0]:
        try:
            data = os.read(source, 65536)
        except OSError:  # how the end of a terminal looks
            data = b''
        if not data:
            sources.remove(source)
        else:
            os.write(1 if source == terminal else terminal, data)

sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
