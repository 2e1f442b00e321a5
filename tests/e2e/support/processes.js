// What runs on this machine, as /proc tells.

import fs from 'node:fs';

const read = (file) => {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch {
    return undefined; // gone meanwhile
  }
};

// Running means: there, and no zombie that nobody has waited for.
export function isRunning(pid) {
  const stat = read(`/proc/${pid}/stat`);
  return stat !== undefined && stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
}

// The processes that were started in (or below) a folder: what handlers do.
export function processesIn(folder) {
  return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const cwd = fs.readlinkSync(`/proc/${pid}/cwd`);
      return (cwd === folder || cwd.startsWith(`${folder}/`)) && isRunning(pid);
    } catch {
      return false;
    }
  });
}

export function nameOf(pid) {
  return `${pid}:${(read(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ')}`;
}

// How many descriptors a process has open.
export function descriptorsOf(pid) {
  return fs.readdirSync(`/proc/${pid}/fd`).length;
}

// The processor time that a process has used, in seconds.
export function processorSeconds(pid) {
  const stat = read(`/proc/${pid}/stat`);
  const [user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 13).map(Number);
  return (user + system) / 100;
}

export function residentKilobytes(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))[1]);
}
