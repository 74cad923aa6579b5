// Copies text that may still be on its way: `text` is a promise. Browsers want the copying to begin within the tap,
// so where they can wait for the text themselves they get the promise; elsewhere it is awaited first. Without
// navigator.clipboard (plain http in a local network) the old command does it.

export async function copyText(text) {
  if (navigator.clipboard?.write && window.ClipboardItem) {
    const blob = text.then((value) => new Blob([value], { type: 'text/plain' }));
    try {
      await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
      return;
    } catch {
      // A text that failed to come fails again below, with its own reason.
    }
  }
  const value = await text;
  if (navigator.clipboard?.writeText) {
    try {
      await navigator.clipboard.writeText(value);
      return;
    } catch {
      // Not allowed here: the old command may be.
    }
  }
  copyByCommand(value);
}

function copyByCommand(value) {
  const before = document.activeElement;
  const field = document.createElement('textarea');
  field.value = value;
  field.readOnly = true;
  field.className = 'visually-hidden';
  // Inside an open dialog nothing outside of it can be selected.
  (before?.closest('dialog') ?? document.body).append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  before?.focus?.();
  if (!copied) throw new Error('not copied');
}
