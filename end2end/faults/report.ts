// The table: a row for each fault, with the longest time on end in which something shown was wrong. It is printed when
// the run is over, written to results/faults.md, and with STREAMIT_FAULTS_RECORD=1 its rows take the place of those in
// docs/faults.md.

import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../lib/process';

interface Note {
  seconds?: number;
  seen: string;
}

const HEAD = ['| fault | seconds until right | what was seen | measured |', '| --- | ---: | --- | --- |'];
const MARK = /(<!-- table -->\n)([\s\S]*?)(<!-- \/table -->)/;

const file = (dir: string) => join(dir, 'faults.jsonl');

/** Something about a fault that goes into its row. */
export function note(dir: string, fault: string, what: Note): void {
  appendFileSync(file(dir), `${JSON.stringify({ fault, ...what })}\n`);
}

/** Prints and writes what was noted. */
export function tell(dir: string): void {
  if (!existsSync(file(dir))) return;
  const rows = new Map<string, Note>();
  for (const line of readFileSync(file(dir), 'utf8').trim().split('\n')) {
    const { fault, seconds, seen } = JSON.parse(line) as Note & { fault: string };
    const known = rows.get(fault);
    const longest = Math.max(known?.seconds ?? 0, seconds ?? 0);
    rows.set(fault, { seconds: longest, seen: known ? `${known.seen}; ${seen}` : seen });
  }
  const measured = `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores, load ${loadavg()[1].toFixed(1)}`;
  const lines = [...rows].map(([fault, { seconds, seen }]) => `| ${fault} | ${seconds?.toFixed(1)} | ${seen} | ${measured} |`);
  console.log(`\n${[...HEAD, ...lines].join('\n')}\n`);
  mkdirSync(join(__dirname, '..', 'results'), { recursive: true });
  writeFileSync(join(__dirname, '..', 'results', 'faults.md'), `${[...HEAD, ...lines].join('\n')}\n`);
  if (process.env.STREAMIT_FAULTS_RECORD) record(lines);
}

function record(lines: string[]): void {
  const path = join(ROOT, 'docs', 'faults.md');
  const text = readFileSync(path, 'utf8');
  const nameOf = (line: string) => line.split('|')[1].trim();
  const [, , old] = MARK.exec(text) ?? [];
  const rows = new Map((old ?? '').split('\n').filter((line) => line.startsWith('| ')).map((line) => [nameOf(line), line]));
  for (const line of lines) rows.set(nameOf(line), line);
  for (const name of ['fault', '---']) rows.delete(name);
  writeFileSync(path, text.replace(MARK, (_, open, __, close) => `${open}${[...HEAD, ...rows.values()].join('\n')}\n${close}`));
}
