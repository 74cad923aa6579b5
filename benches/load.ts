// The load of a measurement, which the Go program in load/ makes, and what it does to the server: memory and time on
// the processors.

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Account } from '../end2end/lib/api';
import { Installation } from '../end2end/lib/installation';
import { freePort } from '../end2end/lib/process';
import { ratio } from './report';

const KEY = 'devkey';
const SECRET = 'a-secret-of-the-measurements-0123456789';

/** What came of many requests; times in milliseconds. */
export interface Result {
  count: number;
  seconds: number;
  perSecond: number;
  p50: number;
  p99: number;
  max: number;
  /** Of the program that made the load. */
  cpuSeconds: number;
}

/** The cells of a table that say how it went: how many, how long, and who used the processors; `server` in seconds. */
export function cells({ perSecond, p50, p99, max, cpuSeconds: client, seconds }: Result, server: number): string {
  const times = [p50, p99, max].map((time) => time.toFixed(1));
  const shares = [server, client].map((cpu) => `${Math.round((100 * cpu) / seconds)} %`);
  return [Math.round(perSecond), ...times, ...shares].join(' | ');
}

/** What the system did that StreamIt replaces. */
export interface Replaced {
  perSecond: number;
  ms: number;
}

/** The cell of a table that says how many times that is: as many a second, and p99 as fast. */
export function besideReplaced({ perSecond, p99 }: Result, replaced: Replaced): string {
  return `**${ratio(perSecond / replaced.perSecond)}** as many, **${ratio(replaced.ms / p99)}** as fast`;
}

/** The program in load/, running. */
export class Load {
  private readonly lines: Record<string, unknown>[] = [];
  private ended = false;
  private news = () => {};

  private constructor(private readonly process: ChildProcess) {
    createInterface({ input: process.stdout! }).on('line', (line) => {
      this.lines.push(JSON.parse(line) as Record<string, unknown>);
      this.news();
    });
    process.on('close', () => {
      this.ended = true;
      this.news();
    });
  }

  static start(command: string, order: object): Load {
    const program = spawn(process.env.STREAMIT_LOAD ?? 'load', [command], { stdio: ['pipe', 'pipe', 'inherit'] });
    const load = new Load(program);
    load.tell(JSON.stringify(order));
    return load;
  }

  /** Runs to its end, and gives what it said last. */
  static async run<T>(command: string, order: object): Promise<T> {
    const load = Load.start(command, order);
    return (await load.next()) as T;
  }

  tell(line: string): void {
    this.process.stdin!.write(`${line}\n`);
  }

  /** The next thing that it says. */
  async next(): Promise<Record<string, unknown>> {
    while (this.lines.length === 0) {
      if (this.ended) throw new Error('the load ended early; why, it has said above');
      await new Promise<void>((done) => (this.news = done));
    }
    return this.lines.shift()!;
  }

  stop(): void {
    this.process.stdin!.end();
    this.process.kill();
  }
}

/** Stands in for LiveKit: an encoder is in every room, and its work is next to nothing. */
export class StandIn {
  private readonly address = `127.0.0.1:${freePort()}`;
  private readonly load = Load.start('livekit', { address: this.address });

  get settings(): Record<string, string> {
    return { LIVEKIT_URL: `ws://${this.address}`, LIVEKIT_API_KEY: KEY, LIVEKIT_API_SECRET: SECRET };
  }

  /** The first account of an installation, as a creator who is live. */
  async goLive(installation: Installation): Promise<Live> {
    const creator = await Account.signUp(installation.url, 'ada');
    await creator.makeKey('rtmp');
    const { room } = (await this.load.next()) as { room: string };
    const participant = { sid: `PA_${room}`, identity: room, state: 'ACTIVE', kind: 'INGRESS' };
    await sendWebhook(installation.url, webhook('participant_joined', { room: { name: room }, participant }));
    const { status } = await creator.status();
    if (status !== 'live') throw new Error(`the stream is ${status} and not live`);
    return { creator, room };
  }

  /** How often each line of a chat was sent into its room. */
  async lines(): Promise<Map<string, number>> {
    const answer = await fetch(`http://${this.address}/lines`);
    return new Map(Object.entries((await answer.json()) as Record<string, number>));
  }

  stop(): void {
    this.load.stop();
  }
}

/** Measures an installation on that database, with something that stands in for LiveKit, and clears both away. */
export async function measured(
  measure: (installation: Installation, livekit: StandIn) => Promise<void>,
  databaseUrl?: string,
): Promise<void> {
  const installation = Installation.make({ build: process.env.STREAMIT_BUILD });
  const livekit = new StandIn();
  try {
    await installation.startApp({ databaseUrl, livekit: false, settings: livekit.settings });
    await measure(installation, livekit);
  } finally {
    await installation.stopApp();
    livekit.stop();
    rmSync(installation.dir, { recursive: true, force: true });
  }
}

export interface Live {
  creator: Account;
  room: string;
}

/** What signs webhooks. */
export const signing = { key: KEY, secret: SECRET };

export interface Webhook {
  body: string;
  authorization: string;
}

/** An event with an id of its own, signed as LiveKit signs. */
export function webhook(event: string, rest: object): Webhook {
  const now = Math.floor(Date.now() / 1000);
  const id = `EV_${createHash('sha256').update(`${Math.random()}${performance.now()}`).digest('hex').slice(0, 20)}`;
  const body = JSON.stringify({ event, id, createdAt: String(now), ...rest });
  const sha256 = createHash('sha256').update(body).digest('base64');
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ iss: KEY, nbf: now - 10, exp: now + 3600, sha256 })}`;
  return { body, authorization: `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}` };
}

export async function sendWebhook(url: string, { body, authorization }: Webhook): Promise<void> {
  const headers = { 'Content-Type': 'application/webhook+json', Authorization: authorization };
  const answer = await fetch(`${url}/api/webhook/livekit`, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`a webhook was answered with ${answer.status}`);
  await answer.text();
}

/** Memory of a process in MB: what of it is in RAM. */
export function memory(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

/** Seconds that a process has spent on the processors. */
export function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  // Linux counts in hundredths for programs, whatever it counts in for itself.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
