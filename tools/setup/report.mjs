// What the set-up says while it works.
//
// Each step says in one line what it is about to do, shows progress while it lasts, and closes with how long it took.
// On a terminal progress overwrites its line; in a log it is a line now and then, so that a log stays readable and
// a watchdog that looks for output is kept content.
//
// Runs on plain Node 20 with nothing installed, as everything in this folder does.

const terminal = process.stdout.isTTY === true;
const secondsBetweenLines = 5;

/** Writes one line. */
export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Duration since `start` (of performance.now()) as text for people. */
export function since(start) {
  const seconds = (performance.now() - start) / 1000;
  return seconds < 90 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** A progress display: call `show` as often as you like, `close` once, with the line that remains. */
export function progress() {
  let last = -Infinity;
  let open = false;
  return {
    show(text) {
      if (terminal) {
        process.stdout.write(`\r\x1b[K  ${text}`);
        open = true;
        return;
      }
      if (performance.now() - last < secondsBetweenLines * 1000) return;
      last = performance.now();
      say(`  ${text}`);
    },
    close(text) {
      if (open) process.stdout.write('\r\x1b[K');
      if (text) say(`  ${text}`);
    },
  };
}
