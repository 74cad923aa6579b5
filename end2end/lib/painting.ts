// What becomes of what a page shows, written down by the page itself: what moves by itself, and what jumps.

import type { Page } from '@playwright/test';

interface Notes {
  moved: Set<string>;
  jumps: { at: number; value: number }[];
}

/** From its next document on, that page writes it down. */
export async function takeNotes(page: Page): Promise<void> {
  await page.addInitScript(notePainting);
}

/** What has moved since the document came: animations by their names, transitions by their properties. */
export function moved(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    // What has just begun is told a moment later.
    await new Promise((told) => requestAnimationFrame(() => requestAnimationFrame(told)));
    const { moved } = (globalThis as unknown as { notes: Notes }).notes;
    for (const animation of document.getAnimations()) {
      const { animationName, transitionProperty } = animation as Partial<CSSAnimation & CSSTransition>;
      if (animation.playState === 'running') moved.add(animationName ?? transitionProperty ?? 'something');
    }
    return [...moved];
  });
}

/** A moment of the page's clock at which its letters are there: when they come, measures benches/speed.ts. */
export function lettersCame(page: Page): Promise<number> {
  return page.evaluate(async () => {
    await document.fonts.load('1rem Inter');
    await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
    return performance.now();
  });
}

/** How far things have jumped since then, all in all, but for what somebody did: layout shift, as browsers tell it. */
export function jumped(page: Page, since: number): Promise<number> {
  return page.evaluate(async (since) => {
    // What was painted last is told a moment later.
    await new Promise((told) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(told))));
    const { jumps } = (globalThis as unknown as { notes: Notes }).notes;
    return jumps.filter(({ at }) => at >= since).reduce((sum, { value }) => sum + value, 0);
  }, since);
}

// Runs in the page before its own code.
function notePainting(): void {
  interface Shift extends PerformanceEntry {
    value: number;
    hadRecentInput: boolean;
  }
  const notes: Notes = { moved: new Set(), jumps: [] };
  Object.assign(globalThis, { notes });
  addEventListener('animationstart', ({ animationName }) => notes.moved.add(animationName), true);
  addEventListener('transitionrun', ({ propertyName }) => notes.moved.add(propertyName), true);
  new PerformanceObserver((list) => {
    for (const { startTime, value, hadRecentInput } of list.getEntries() as Shift[]) {
      if (!hadRecentInput) notes.jumps.push({ at: startTime, value });
    }
  }).observe({ type: 'layout-shift', buffered: true });
}
