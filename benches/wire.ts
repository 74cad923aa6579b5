// What comes over the wire, by kind: counted for a page by Chromium's own protocol, headers and all.

import type { CDPSession } from '@playwright/test';
import { get } from 'node:http';

/** How much of one kind, in bytes. */
export interface Transfer {
  page: string;
  kind: string;
  /** Once unpacked. */
  raw: number;
  wire: number;
}

/** Files of the program for the browser by their paths: what each is, and how many bytes came. */
export type Program = Map<string, { kind: string; wire: number }>;

interface Answer {
  path: string;
  kind: string;
  raw: number;
  wire: number;
}

/** Never ends, and is counted nowhere. */
const ENDLESS = 'event-stream';
/** Where the program is. */
const PROGRAM = '/pkg/';

export class Wire {
  private readonly answers = new Map<string, Answer>();
  private readonly underWay = new Set<string>();
  private changedAt = Date.now();

  private constructor() {}

  /** Counts from now on what the page of that session loads. */
  static async watch(session: CDPSession): Promise<Wire> {
    const wire = new Wire();
    session.on('Network.requestWillBeSent', ({ requestId }) => wire.changed(() => wire.underWay.add(requestId)));
    session.on('Network.responseReceived', ({ requestId, response }) => wire.changed(() => {
      const kind = kindOf(response.mimeType);
      if (kind === ENDLESS) wire.underWay.delete(requestId);
      else if (response.url.startsWith('http') && !response.fromDiskCache) {
        wire.answers.set(requestId, { path: new URL(response.url).pathname, kind, raw: 0, wire: 0 });
      }
    }));
    session.on('Network.dataReceived', ({ requestId, dataLength }) => wire.changed(() => {
      const answer = wire.answers.get(requestId);
      if (answer) answer.raw += dataLength;
    }));
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => wire.changed(() => {
      const answer = wire.answers.get(requestId);
      if (answer) answer.wire = encodedDataLength;
      wire.underWay.delete(requestId);
    }));
    session.on('Network.loadingFailed', ({ requestId }) => wire.changed(() => wire.underWay.delete(requestId)));
    await session.send('Network.enable');
    return wire;
  }

  /** Nothing has been on its way for so long but event streams. */
  isQuiet(forMs: number): boolean {
    return this.underWay.size === 0 && Date.now() - this.changedAt >= forMs;
  }

  /** All that came until now. */
  transfers(page: string): Transfer[] {
    const totals = new Map<string, Transfer>();
    for (const { kind, raw, wire } of this.answers.values()) {
      // What was already in the page's memory, such as a font that was loaded ahead, came over no wire a second time.
      if (wire === 0) continue;
      const total = totals.get(kind) ?? { page, kind, raw: 0, wire: 0 };
      totals.set(kind, { ...total, raw: total.raw + raw, wire: total.wire + wire });
    }
    return [...totals.values()];
  }

  /** What of it is the program. */
  program(): Program {
    const program: Program = new Map();
    for (const { path, kind, wire } of this.answers.values()) {
      if (!path.startsWith(PROGRAM) || wire === 0) continue;
      program.set(path, { kind, wire: wire + (program.get(path)?.wire ?? 0) });
    }
    return program;
  }

  private changed(change: () => void): void {
    change();
    this.changedAt = Date.now();
  }
}

/** The one file of that address. */
export async function transferOf(page: string, url: string): Promise<Transfer> {
  const [raw, wire] = await Promise.all([bytes(url, 'identity'), bytes(url, 'br')]);
  return { page, kind: kindOf(url), raw, wire };
}

/** How much of it comes, as it comes. */
function bytes(url: string, encoding: string): Promise<number> {
  return new Promise((done, fail) => {
    const asking = get(url, { headers: { 'Accept-Encoding': encoding } }, (answer) => {
      if (answer.statusCode !== 200) fail(new Error(`${url} was answered with ${answer.statusCode}`));
      let count = 0;
      answer.on('data', (part: Buffer) => (count += part.length));
      answer.on('end', () => done(count));
    });
    asking.on('error', fail);
  });
}

/** Of a MIME type, or of an address: what it ends in. */
function kindOf(name: string): string {
  const kind = name.replace(/^.*[/.]/, '').replace('+xml', '');
  return kind === 'javascript' ? 'js' : kind;
}

/** How many bytes a page has loaded; its fonts are not held against it. */
export function loaded(transfers: Transfer[], page: string, of: 'raw' | 'wire'): number {
  const counted = transfers.filter((one) => one.page === page && one.kind !== 'woff2');
  return counted.reduce((total, one) => total + one[of], 0);
}

/** A row for each kind, and a sum for each page of all but fonts. */
export function sizeTable(transfers: Transfer[], aim: (page: string) => string): string {
  const kb = (bytes: number) => (bytes / 1000).toFixed(1);
  const pages = [...new Set(transfers.map(({ page }) => page))];
  const rows = pages.flatMap((page) => {
    const parts = transfers.filter((one) => one.page === page);
    const sum = (of: 'raw' | 'wire') => kb(loaded(transfers, page, of));
    return [
      ...parts.map((one) => `| ${page} | ${one.kind} | ${kb(one.raw)} | ${kb(one.wire)} | |`),
      `| ${page} | **all but fonts** | **${sum('raw')}** | **${sum('wire')}** | ${aim(page)} |`,
    ];
  });
  return ['| first visit, in kB | | raw | on the wire | aim |', '| --- | --- | ---: | ---: | --- |', ...rows].join('\n');
}

/** A row for what the first page loads of the program, and one for each of the others with what it loads besides. */
export function programTable(first: [page: string, loads: Program], others: [page: string, loads: Program][], ceiling: string): string {
  const [frontPage, firstBundle] = first;
  const sum = (files: Program, of?: string) => {
    const counted = [...files.values()].filter(({ kind }) => of === undefined || kind === of);
    return counted.reduce((total, { wire }) => total + wire, 0);
  };
  const kb = (bytes: number) => (bytes === 0 ? '' : (bytes / 1000).toFixed(1));
  const row = (name: string, files: Program, all: Program, aim = '') => {
    const kinds = ['wasm', 'js', 'css'].map((kind) => kb(sum(files, kind)));
    return `| ${[name, ...kinds, kb(sum(files)), `**${kb(sum(all))}**`, aim].join(' | ')} |`;
  };
  const rows = others.map(([page, loads]) => {
    const besides: Program = new Map([...loads].filter(([path]) => !firstBundle.has(path)));
    const bundles = [...besides.keys()].flatMap((path) => /\/split_(\w+)\./.exec(path)?.[1] ?? []);
    return row(`${page}, besides: ${bundles.join(', ')}`, besides, new Map([...firstBundle, ...besides]));
  });
  return [
    '| the program, in kB on the wire | wasm | js | css | together | with the first bundle | ceiling |',
    '| --- | ---: | ---: | ---: | ---: | ---: | --- |',
    row(`${frontPage}: the first bundle`, firstBundle, firstBundle, ceiling),
    ...rows,
  ].join('\n');
}
