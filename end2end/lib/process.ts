// Programs that a test starts, found again by another process of the test runner: what is running is written to a file.

import { spawn, execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '..', '..');

/** Starts a program that outlives this process, with its output in `DIR/NAME.log`. */
export function launch(dir: string, name: string, command: string, args: string[], env: NodeJS.ProcessEnv): number {
  const log = openSync(join(dir, `${name}.log`), 'a', 0o600);
  const child = spawn(command, args, { cwd: dir, env, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  if (child.pid === undefined) throw new Error(`${command} can't be started`);
  writeFileSync(join(dir, `${name}.pid`), `${child.pid} ${startOf(child.pid)}`);
  return child.pid;
}

/** The id of what was launched as NAME, if that still runs. */
export function running(dir: string, name: string): number | undefined {
  const [pid, start] = read(join(dir, `${name}.pid`)).split(' ');
  return pid && start && startOf(Number(pid)) === start && !isZombie(Number(pid)) ? Number(pid) : undefined;
}

/** Sends the signal and waits until it is gone; insists after ten seconds. */
export async function end(dir: string, name: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  const pid = running(dir, name);
  if (pid !== undefined) {
    process.kill(pid, signal);
    if (!(await until(() => running(dir, name) === undefined, 10_000))) {
      process.kill(pid, 'SIGKILL');
      await until(() => running(dir, name) === undefined, 5_000);
    }
  }
  rmSync(join(dir, `${name}.pid`), { force: true });
}

/** Looks every few milliseconds until `isSo`, or the time is up. */
export async function until(isSo: () => boolean | Promise<boolean>, withinMs: number, everyMs = 20): Promise<boolean> {
  const last = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > last) return false;
    await new Promise((done) => setTimeout(done, everyMs));
  }
  return true;
}

/** A port that nobody else is told about for two minutes. */
export function freePort(): number {
  const script = `. ${ROOT}/scripts/lib.sh; free_port`;
  return Number(execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim());
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

// The fields of /proc/PID/stat after the name, which may hold spaces.
function stat(pid: number): string[] {
  return read(`/proc/${pid}/stat`).replace(/^.*\) /, '').split(' ');
}

// A recycled id has another start time.
function startOf(pid: number): string {
  return stat(pid)[19] ?? '';
}

// The first thread may be dead while others still are about to go, with the sockets that they hold.
function isZombie(pid: number): boolean {
  return stat(pid)[0] === 'Z' && countThreads(pid) <= 1;
}

function countThreads(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}
