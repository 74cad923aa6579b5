// What all measurements share: numbers collected by name, and how they get into the tables of README.md.

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

/** Numbers of one kind, by what they are of, in the order in which those came. */
export class Samples {
  private readonly all = new Map<string, number[]>();

  note(name: string, ...values: number[]): void {
    this.all.set(name, [...(this.all.get(name) ?? []), ...values]);
  }

  /** A row for each name: median, 95th percentile and largest, and what is aimed at. */
  table(head: string, aim: (name: string) => string): string {
    const rows = [...this.all].map(([name, values]) => {
      const sorted = [...values].sort((a, b) => a - b);
      const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]);
      return `| ${name} | ${at(0.5)} | ${at(0.95)} | ${at(1)} | ${aim(name)} |`;
    });
    return [`| ${head} | p50 | p95 | max | aim |`, '| --- | ---: | ---: | ---: | --- |', ...rows].join('\n');
  }
}

/** When, on what, and how busy it was already. Call it before the run begins. */
export function machine(more: string): string {
  const [{ model }] = cpus();
  const system = /PRETTY_NAME="(.*)"/.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const date = new Date().toISOString().slice(0, 10);
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0].toFixed(1);
  return `Measured on ${date}: ${cpus().length} cores (${model.trim()}), ${memoryGb} GB, ${system}; load ${load} when the run began; ${more}.`;
}

/** Replaces what stands between the two marks of that name in README.md. */
export function write(mark: string, text: string): void {
  const path = join(__dirname, 'README.md');
  const readme = readFileSync(path, 'utf8');
  const [before, rest] = readme.split(`<!-- ${mark} -->`);
  const [, after] = rest.split(`<!-- /${mark} -->`);
  writeFileSync(path, `${before}<!-- ${mark} -->\n${text}\n<!-- /${mark} -->${after}`);
  console.log(text);
}
