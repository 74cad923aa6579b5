// A mail server that takes every mail and keeps it, and an installation that sends mail through it. It speaks just enough
// SMTP, without encryption.

import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { Installation } from './installation';
import { until } from './process';
import { test } from './test';

export class MailServer {
  private readonly mails: string[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(): Promise<MailServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (!address || typeof address === 'string') throw new Error('the mail server has no port');
    const mail = new MailServer(server, address.port);
    server.on('connection', (socket) => mail.serve(socket));
    return mail;
  }

  /** What StreamIt is started with to use it. */
  get settings(): Record<string, string> {
    return { STREAMIT_SMTP_URL: `smtp://127.0.0.1:${this.port}`, STREAMIT_MAIL_FROM: 'StreamIt <streamit@example.org>' };
  }

  /** The link in the mail of that number, from 0. */
  async link(number: number): Promise<string> {
    await until(async () => this.mails.length > number, 15_000);
    // Long lines come in pieces that end with "=", and "=" as "=3D".
    const text = (this.mails[number] ?? '').replaceAll('=\r\n', '').replaceAll('=3D', '=');
    const link = /http\S+\/reset\?token=\S+/.exec(text)?.[0];
    if (!link) throw new Error(`no link in ${text}`);
    return link;
  }

  stop(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    let text = '';
    let isContent = false;
    socket.write('220 mail\r\n');
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      for (;;) {
        const end = isContent ? text.indexOf('\r\n.\r\n') : text.indexOf('\r\n');
        if (end < 0) return;
        const part = text.slice(0, end);
        text = text.slice(end + (isContent ? 5 : 2));
        if (isContent) this.mails.push(part);
        isContent = !isContent && part.toUpperCase() === 'DATA';
        socket.write(isContent ? '354 go on\r\n' : '250 fine\r\n');
      }
    });
  }
}

/** A test of an installation of its own, without LiveKit, which sends mail to `mail`. */
export const testWithMail = test.extend<{ mail: MailServer }>({
  mail: async ({}, use) => {
    const mail = await MailServer.start();
    await use(mail);
    mail.stop();
  },
  installation: async ({ mail }, use) => {
    const alone = Installation.make();
    try {
      await alone.startApp({ livekit: false, settings: mail.settings });
      await use(alone);
    } finally {
      await alone.stopApp();
      rmSync(alone.dir, { recursive: true, force: true });
    }
  },
});
