// Compares, again and again, what is shown with what LiveKit is really doing: on the API, and on two pages that are
// never loaded again.

import type { Page } from '@playwright/test';
import type { Account, StreamState } from '../lib/api';
import { until } from '../lib/process';
import type { Look, Room } from '../lib/room';

type Status = StreamState['status'];

/** How long what is shown may be wrong. */
export const RIGHT_WITHIN_S = 15;
/** So long it has to stay right until it counts. */
const STEADY_MS = 4_000;
/** After this it is given up; what was measured until then is told. */
const PATIENCE_MS = 90_000;
const EVERY_MS = 250;

interface Sample {
  at: number;
  livekit: Look;
  /** By where it is shown; nothing where it could not be had. */
  shown: { API?: Status; dashboard?: Status; viewer?: Status };
}

export interface Verdict {
  /** The longest time on end in which something shown was wrong. */
  seconds: number;
  /** What was seen, in its order. */
  seen: string;
}

export class Watch {
  private readonly samples: Sample[] = [];
  private readonly looking: Promise<void>;
  private isOver = false;

  constructor(
    private readonly room: Room,
    private readonly creator: Account,
    private readonly pages: { dashboard: Page; viewer: Page },
  ) {
    this.looking = this.look();
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.looking;
  }

  /** Waits until LiveKit does that, and says when it was first seen from `since` on. */
  async untilLiveKit(isSo: (look: Look) => boolean, withinMs: number, since = Date.now()): Promise<number> {
    const find = () => this.samples.find(({ at, livekit }) => at >= since && isSo(livekit));
    await until(() => find() !== undefined, withinMs, EVERY_MS);
    const found = find();
    if (!found) throw new Error(`LiveKit did not do what was waited for in ${withinMs / 1000} s`);
    return found.at;
  }

  /** Waits until all of it is right and stays so. What was wrong counts from `since` on, and from when LiveKit changed. */
  async untilRight(since: number): Promise<Verdict> {
    const isSteady = () => {
      const now = Date.now();
      const last = this.samples.filter(({ at }) => at >= now - STEADY_MS);
      return now - since >= STEADY_MS && last.length > 3 && last.every((sample) => isRight(sample) === true);
    };
    await until(isSteady, PATIENCE_MS, EVERY_MS);
    const seconds = longestWrongMs(this.samples.filter(({ at }) => at >= since)) / 1000;
    return { seconds, seen: this.tell(since) };
  }

  /** When LiveKit had the encoder for the first time, and for the last. */
  airtime(): { from: number; to: number } {
    const there = this.samples.filter(({ livekit }) => livekit.presence === 'there');
    return { from: there[0].at, to: there[there.length - 1].at };
  }

  private async look(): Promise<void> {
    while (!this.isOver) {
      const at = Date.now();
      const [livekit, API, dashboard, viewer] = await Promise.all([
        this.room.look(),
        this.creator.status().then(({ status }) => status, () => undefined),
        shownOn(this.pages.dashboard),
        shownOn(this.pages.viewer),
      ]);
      this.samples.push({ at, livekit, shown: { API, dashboard, viewer } });
      await new Promise((done) => setTimeout(done, Math.max(0, at + EVERY_MS - Date.now())));
    }
  }

  private tell(since: number): string {
    const livekit = this.changes(since, ({ livekit }) => livekit.presence);
    const places = ['API', 'dashboard', 'viewer'] as const;
    const shown = places.map((where) => this.changes(since, ({ shown }) => shown[where] ?? 'nothing'));
    const values = shown.map((changes) => changes.map(({ value }) => value).join());
    const isSame = values.every((one) => one === values[0]);
    // Where all show the same, the last one to show it counts.
    const together = shown[0].map(({ value }, at) => ({ value, after: Math.max(...shown.map((one) => one[at]?.after ?? 0)) }));
    const told = isSame ? [words('shown', together)] : places.map((where, at) => words(where, shown[at]));
    return [words('LiveKit', livekit), ...told].join('; ');
  }

  private changes(since: number, value: (sample: Sample) => string): Change[] {
    const changes: Change[] = [];
    for (const sample of this.samples.filter(({ at }) => at >= since - 1_000)) {
      const now = value(sample);
      if (now !== changes.at(-1)?.value) changes.push({ value: now, after: (sample.at - since) / 1000 });
    }
    return changes;
  }
}

/** Something that became so, that many seconds after what is counted from. */
interface Change {
  value: string;
  after: number;
}

function words(name: string, changes: Change[]): string {
  return `${name}: ${changes.map(({ value, after }) => (after > 0 ? `${value} +${after.toFixed(1)}` : value)).join(', ')}`;
}

function shownOn(page: Page): Promise<Status | undefined> {
  const badge = () => document.querySelector<HTMLElement>('.status-line .badge')?.dataset.status as Status | undefined;
  return page.evaluate(badge).catch(() => undefined);
}

/** Nothing when LiveKit cannot say. An encoder that is gone may be waited for. */
function isRight({ livekit, shown: { API, dashboard, viewer } }: Sample): boolean | undefined {
  if (livekit.presence === 'unknown') return undefined;
  const right: (Status | undefined)[] = livekit.presence === 'there' ? ['live'] : ['offline', 'reconnecting'];
  return [API, dashboard, viewer].every((status) => right.includes(status));
}

/** A wrong time goes on while LiveKit cannot say. */
function longestWrongMs(samples: Sample[]): number {
  let longest = 0;
  let wrongSince: number | undefined;
  for (const sample of samples) {
    const right = isRight(sample);
    if (right === false) wrongSince ??= sample.at;
    if (wrongSince !== undefined) longest = Math.max(longest, sample.at - wrongSince);
    if (right === true) wrongSince = undefined;
  }
  return longest;
}
