// The chat of a page, as a person finds it.

import { expect, type Locator, type Page } from '@playwright/test';

export const log = (page: Page) => page.getByRole('group', { name: 'Chat messages' });
export const composer = (page: Page) => page.getByRole('textbox', { name: 'Message', exact: true });
/** Why one cannot write, or why the last message did not go. */
export const notice = (page: Page) => page.locator('#composer-notice');

/** The time that is left of a wait. It is there to be seen only, so it has no role. */
export const timer = (page: Page) => notice(page).locator('.composer-timer');

/** The line with exactly that text. */
export function lineWith(page: Page, text: string): Locator {
  return log(page).locator('.chat-line').filter({ has: page.locator(`.chat-text:text-is(${JSON.stringify(text)})`) });
}

/** Types a message and sends it with Enter. */
export async function write(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

/** Sends a message and waits until it is in the log of that page. */
export async function say(page: Page, text: string): Promise<void> {
  await write(page, text);
  await expect(lineWith(page, text)).toBeVisible();
  await expect(composer(page)).toHaveValue('');
}

/** All that is shown, in its order. */
export async function shown(page: Page): Promise<string[]> {
  const lines = await log(page).locator('.chat-words, .chat-rule').allInnerTexts();
  return lines.map((line) => line.replace(/\s+/g, ' ').trim());
}

/** Opens what can be done about that line. */
export async function act(line: Locator, action: string | RegExp): Promise<void> {
  await line.getByRole('button', { name: /^Actions for the message of/ }).click();
  await line.getByRole('button', { name: action }).click();
}

/** Lets a page be made deaf, by `hear`: nothing that LiveKit or the event stream send reaches it then. Before its first visit. */
export async function canBeDeaf(page: Page): Promise<void> {
  await page.context().addInitScript(() => {
    const ears = globalThis as unknown as { isDeaf?: boolean };
    const muffled = (handle: (event: Event) => void) => (event: Event) => {
      if (!ears.isDeaf) handle(event);
    };
    const own = Object.getOwnPropertyDescriptor(RTCDataChannel.prototype, 'onmessage')!;
    Object.defineProperty(RTCDataChannel.prototype, 'onmessage', {
      ...own,
      set(handle: ((event: Event) => void) | null) {
        own.set!.call(this, handle && muffled(handle.bind(this)));
      },
    });
    const { addEventListener } = EventTarget.prototype;
    const listen = function (this: EventSource, name: string, handle: (event: Event) => void) {
      addEventListener.call(this, name, muffled(handle));
    };
    Object.assign(EventSource.prototype, { addEventListener: listen });
  });
}

export async function hear(page: Page, isHearing: boolean): Promise<void> {
  await page.evaluate((isDeaf) => Object.assign(globalThis, { isDeaf }), !isHearing);
}
