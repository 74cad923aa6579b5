// A PostgreSQL of a test's or measurement's own, which goes with it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './process';

export class Postgres {
  private constructor(
    private readonly dir: string,
    /** As `DATABASE_URL` names it. */
    readonly url: string,
  ) {}

  static start(): Postgres {
    const dir = mkdtempSync(join(tmpdir(), 'streamit-postgres-'));
    execFileSync(join(ROOT, 'scripts', 'postgres.sh'), ['start', dir]);
    const url = /TEST_POSTGRES_URL=(\S+)/.exec(readFileSync(join(dir, 'postgres.env'), 'utf8'))?.[1];
    if (!url) throw new Error('PostgreSQL does not say where it is');
    return new Postgres(dir, url.replace(/^'|'$/g, ''));
  }

  /** As a crash would: all its processes at once. */
  kill(): void {
    execFileSync(join(ROOT, 'scripts', 'postgres.sh'), ['kill', this.dir]);
  }

  /** Starts it again, with what it holds. */
  up(): void {
    execFileSync(join(ROOT, 'scripts', 'postgres.sh'), ['up', this.dir]);
  }

  stop(): void {
    execFileSync(join(ROOT, 'scripts', 'postgres.sh'), ['stop', this.dir]);
    rmSync(this.dir, { recursive: true, force: true });
  }
}
