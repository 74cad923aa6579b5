// Who writes while the program is killed: each knows what was acknowledged, and looks whether it is there.

import { expect } from '@playwright/test';
import { type Account, Refusal } from '../end2end/lib/api';
import { type Webhook, sendWebhook, webhook } from './load';

export interface Writer {
  readonly name: string;
  /** How many things were acknowledged. */
  readonly count: number;
  /** Writes one more thing. Fails when the program is gone. */
  write(): Promise<void>;
  /** Looks, once the program is back, whether all is there that was acknowledged. */
  check(): Promise<void>;
}

/** Sets something to one number after the other. What was on its way when the program went may have come or not. */
export class Counter implements Writer {
  count = 0;
  private acknowledged = 0;
  private tried = 0;

  constructor(
    readonly name: string,
    private readonly set: (n: number) => Promise<unknown>,
    private readonly read: () => Promise<number>,
  ) {}

  async write(): Promise<void> {
    this.tried += 1;
    await this.set(this.tried);
    this.acknowledged = this.tried;
    this.count += 1;
  }

  async check(): Promise<void> {
    // Before the first one there is something that is no number.
    const stored = (await this.read()) || 0;
    expect(stored, `${this.name}: what was acknowledged last`).toBeGreaterThanOrEqual(this.acknowledged);
    expect(stored, `${this.name}: what was written last`).toBeLessThanOrEqual(this.tried);
  }
}

/** Follows, and follows no more. */
export class Follower implements Writer {
  readonly name = 'follows';
  count = 0;
  private follows = false;
  private wants = false;

  constructor(
    private readonly person: Account,
    private readonly channel: string,
  ) {}

  async write(): Promise<void> {
    this.wants = !this.follows;
    await this.person.call('POST', '/api/channel/follow', { username: this.channel, following: this.wants });
    this.follows = this.wants;
    this.count += 1;
  }

  async check(): Promise<void> {
    const path = `/api/channel?username=${this.channel}`;
    const { standing } = await this.person.call<{ standing: { followedAt: string | null } }>('GET', path);
    const stored = standing.followedAt !== null;
    expect([this.follows, this.wants], 'whether they follow').toContain(stored);
    this.follows = this.wants = stored;
  }
}

interface Line {
  id: string;
  revision: number | null;
}

/** Many people in one chat. */
export class ChatWriter implements Writer {
  readonly name = 'messages';
  count = 0;
  private sent = 0;
  private revision = 0;
  private acknowledged: string[] = [];

  constructor(
    private readonly people: Account[],
    private readonly channel: string,
  ) {}

  async write(): Promise<void> {
    this.sent += 1;
    const person = this.people[this.sent % this.people.length];
    try {
      const { id } = await person.say(this.channel, `Message number ${this.sent}`);
      this.acknowledged.push(id);
      this.count += 1;
    } catch (error) {
      // So many in half a minute, and no more: somebody else is next.
      if (!(error instanceof Refusal && error.status === 429)) throw error;
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  async check(): Promise<void> {
    const found = new Set<string>();
    for (let more = true; more; ) {
      const path = `/api/chat/messages?username=${this.channel}&since=${this.revision}`;
      const page = await this.people[0].call<{ items: Line[]; next: string | null; revision: number }>('GET', path);
      page.items.forEach(({ id }) => found.add(id));
      this.revision = page.revision;
      more = page.next !== null;
    }
    expect(this.acknowledged.filter((id) => !found.has(id)), 'messages that are lost').toEqual([]);
    this.acknowledged = [];
  }
}

/** LiveKit, which tells of viewers. */
export class WebhookWriter implements Writer {
  readonly name = 'webhooks';
  count = 0;
  private viewers = 0;
  private acknowledged: Webhook[] = [];

  constructor(
    private readonly url: string,
    private readonly room: string,
  ) {}

  async write(): Promise<void> {
    this.viewers += 1;
    const participant = { sid: `PA_viewer${this.viewers}`, identity: `guest-${this.viewers}`, state: 'ACTIVE' };
    const told = webhook('participant_joined', { room: { name: this.room }, participant });
    await sendWebhook(this.url, told);
    this.acknowledged.push(told);
    this.count += 1;
  }

  /** Says all of it again, which is then a repeat. */
  async check(): Promise<void> {
    const before = await this.repeats();
    for (const told of this.acknowledged) await sendWebhook(this.url, told);
    expect((await this.repeats()) - before, 'webhooks that are known').toBe(this.acknowledged.length);
    this.acknowledged = [];
  }

  private async repeats(): Promise<number> {
    const counted = await (await fetch(`${this.url}/metrics`)).text();
    return Number(/streamit_webhooks_total\{outcome="repeat"\} (\d+)/.exec(counted)?.[1] ?? 0);
  }
}
