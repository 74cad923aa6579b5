// StreamIt's API, as a script would call it. It prepares what a test needs; what a test is about, it does in the page.

export interface Credentials {
  serverUrl: string;
  streamKey: string;
  inputType: 'rtmp' | 'whip';
}

export interface StreamState {
  version: number;
  status: 'offline' | 'rehearsal' | 'live' | 'reconnecting';
  isLive: boolean;
  startedAt: string | null;
  title: string;
  viewerCount: number;
}

export interface ChatSettings {
  isChatEnabled: boolean;
  isChatDelayed: boolean;
  chatDelaySeconds: number;
  slowModeSeconds: number;
  isChatFollowersOnly: boolean;
  followersMinMinutes: number;
}

export interface ChatLine {
  id: string;
  number: number;
  revision: number | null;
  text?: string;
}

export interface Broadcast {
  id: string;
  startedAt: string;
  endedAt: string | null;
  drops: number;
}

/** The stream as its creator alone is told of it. */
export interface StreamReport extends StreamState {
  isRehearsalOn: boolean;
  endedByCreator: boolean;
  /** LiveKit does not know the key any more. */
  keyIsLost: boolean;
  disconnectProtectionSeconds: number;
}

/** What the server refused, with its code. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(`${status} ${code}: ${message}`);
  }
}

/** Somebody who is signed in. */
export class Account {
  constructor(
    readonly url: string,
    readonly username: string,
    readonly password: string,
    readonly cookie: { name: string; value: string },
  ) {}

  /** Makes an account, from an address that nobody else signs up from. */
  static async signUp(url: string, username: string): Promise<Account> {
    const password = `correct horse ${username}`;
    const body = { username, email: `${username}@example.org`, password };
    return Account.enter(url, username, password, '/api/auth/signup', body);
  }

  /** Signs in to an account that something else made. */
  static async signIn(url: string, username: string, password: string): Promise<Account> {
    return Account.enter(url, username, password, '/api/auth/login', { login: username, password });
  }

  private static async enter(url: string, username: string, password: string, path: string, body: object): Promise<Account> {
    const answer = await send(url, 'POST', path, body, { 'X-Forwarded-For': someAddress() });
    const [pair] = (answer.headers.get('set-cookie') ?? '').split(';');
    const mark = pair.indexOf('=');
    return new Account(url, username, password, { name: pair.slice(0, mark), value: pair.slice(mark + 1) });
  }

  /** What a browser holds in which this account is signed in. */
  get storageState() {
    const { hostname } = new URL(this.url);
    const cookie = { ...this.cookie, domain: hostname, path: '/', expires: -1, httpOnly: true, secure: false };
    return { cookies: [{ ...cookie, sameSite: 'Lax' as const }], origins: [] };
  }

  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await send(this.url, method, path, body, { Cookie: `${this.cookie.name}=${this.cookie.value}` });
    return ((await answer.json()) as { data: T }).data;
  }

  apply(about = 'I want to stream.'): Promise<{ id: string; status: string }> {
    return this.call('POST', '/api/creator/application', { about });
  }

  decide(id: string, decision: string, reason?: string): Promise<unknown> {
    return this.call('POST', '/api/admin/applications/decision', { id, decision, reason });
  }

  makeKey(inputType: 'rtmp' | 'whip'): Promise<Credentials> {
    return this.call('POST', '/api/stream/ingress', { inputType });
  }

  deleteKey(): Promise<void> {
    return this.call('DELETE', '/api/stream/ingress');
  }

  status(): Promise<StreamReport> {
    return this.call('GET', '/api/stream/status');
  }

  /** All broadcasts, the newest first. */
  async broadcasts(): Promise<Broadcast[]> {
    return (await this.call<{ items: Broadcast[] }>('GET', '/api/analytics/broadcasts')).items;
  }

  async title(): Promise<string> {
    return (await this.call<{ title: string }>('GET', '/api/stream/info')).title;
  }

  setTitle(title: string): Promise<unknown> {
    return this.call('PUT', '/api/stream/info', { title });
  }

  changeChat(settings: Partial<ChatSettings>): Promise<ChatSettings> {
    return this.call('PUT', '/api/stream/chat-settings', settings);
  }

  /** Writes in the chat of that creator. */
  say(username: string, text: string): Promise<ChatLine> {
    return this.call('POST', '/api/chat/messages', { username, text });
  }

  ban(username: string, user: string, seconds: number | null): Promise<unknown> {
    return this.call('POST', '/api/chat/bans', { username, user, seconds });
  }

  addModerator(user: string): Promise<unknown> {
    return this.call('POST', '/api/chat/moderators', { user });
  }

  follow(username: string): Promise<unknown> {
    return this.call('POST', '/api/channel/follow', { username });
  }
}

async function send(url: string, method: string, path: string, body: object | undefined, headers: Record<string, string>) {
  const init: RequestInit = { method, headers: { ...headers, 'Content-Type': 'application/json' } };
  if (body) init.body = JSON.stringify(body);
  const answer = await fetch(url + path, init);
  if (answer.ok) return answer;
  const { error } = (await answer.json()) as { error: { code: string; message: string } };
  throw new Refusal(answer.status, error.code, error.message);
}

/** One of the addresses that are set aside for tests. */
export function someAddress(): string {
  const part = () => Math.floor(Math.random() * 256);
  return `198.${18 + (part() % 2)}.${part()}.${part()}`;
}
