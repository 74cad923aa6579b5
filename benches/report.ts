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

  /** All that were noted under that name. */
  of(name: string): number[] {
    const values = this.all.get(name);
    if (!values) throw new Error(`nothing was measured of "${name}"`);
    return values;
  }

  /** The medians, by their names. */
  medians(): [name: string, median: number][] {
    return [...this.all].map(([name, values]) => [name, quantile(values, 0.5)]);
  }

  /** A row for each name: median, 95th percentile and largest, with so many digits, and what is aimed at. */
  table(head: string, aim: (name: string) => string, digits = 0): string {
    const rows = [...this.all].map(([name, values]) => {
      const [p50, p95, max] = [0.5, 0.95, 1].map((share) => quantile(values, share).toFixed(digits));
      return `| ${name} | ${p50} | ${p95} | ${max} | ${aim(name)} |`;
    });
    return [`| ${head} | p50 | p95 | max | aim |`, '| --- | ---: | ---: | ---: | --- |', ...rows].join('\n');
  }
}

/** What that share of the values does not exceed. */
function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

/** One time of StreamIt and the same time of something else, both in milliseconds. */
export interface Pair {
  what: string;
  ours: [name: string, times: number[]];
  theirs: [name: string, times: number[]];
}

/** A row for each pair: both times, and how many times as long the other one is. */
export function besideTable(pairs: Pair[]): string {
  const rows = pairs.map(({ what, ours: [name, own], theirs: [other, their] }) => {
    const at = (times: number[]) => [0.5, 0.95].map((share) => quantile(times, share).toFixed(0));
    const ratios = [0.5, 0.95].map((share) => `**${ratio(quantile(their, share) / quantile(own, share))}**`);
    return `| ${[what, name, ...at(own), other, ...at(their), ...ratios].join(' | ')} |`;
  });
  return [
    '| time | StreamIt | p50 | p95 | beside it | p50 | p95 | times as long: p50 | p95 |',
    '| --- | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: |',
    ...rows,
  ].join('\n');
}

/** How many times. */
export function ratio(times: number): string {
  return `${times.toFixed(times < 10 ? 1 : 0)} ×`;
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
