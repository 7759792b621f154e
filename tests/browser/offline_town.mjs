// A demo street whose server can be killed and started again at the same address, and the small deeds
// that tests of work without a network are made of.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { ROOT } from './harness.mjs';

const READY_WITHIN_MS = 180_000;

/** A demo on a port of its own: `{ url, people, kill(), start(), close() }`. */
export async function openShakyDemo() {
  const folder = await mkdtemp(join(tmpdir(), 'wuwei-shaky-'));
  const binary = process.env.WUWEI_BINARY ?? join(ROOT, 'target/release/wuwei');
  let child = null;
  let listen = '127.0.0.1:0';
  const start = async (...more) => {
    const words = ['demo', '--json', '--listen', listen, ...more];
    const database = `sqlite:${join(folder, 'data/demo.sqlite')}`;
    child = spawn(binary, [...words, '--database', database], {
      cwd: folder,
      env: { ...process.env, WUWEI_DATA: join(folder, 'data') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return firstLine(child);
  };
  const kill = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  process.once('exit', () => child?.kill('SIGKILL'));
  const { url, people } = await start('--fresh');
  listen = new URL(url).host;
  return {
    url,
    people,
    start,
    kill,
    close: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function firstLine(child) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(reject, READY_WITHIN_MS, new Error('the demo was not ready in time'));
    child.once('exit', (code) => reject(new Error(`the demo ended with ${code}`)));
    child.once('error', reject);
    createInterface({ input: child.stdout }).on('line', (text) => {
      if (!text.startsWith('{')) return;
      clearTimeout(late);
      resolve(JSON.parse(text));
    });
  });
}

/** Sends a form from the page where the person is, as its script would; answers status and body. */
export async function posts(person, path, fields, key) {
  return person.page.evaluate(
    async ([to, all, chosen]) => {
      const state = await (await fetch('/session-state')).json();
      const random = [...crypto.getRandomValues(new Uint8Array(20))].map((b) => (b % 36).toString(36));
      const body = new URLSearchParams(all);
      body.set('csrf', state.csrf);
      body.set('key', chosen ?? random.join(''));
      const answer = await fetch(to, { method: 'POST', headers: { Accept: 'application/json' }, body });
      return { status: answer.status, ...(await answer.json()) };
    },
    [path, fields, key],
  );
}

/** A request of the resident, raised while there is a network; answers its id. */
export async function raised(resident, text) {
  const fields = { area: resident.area, category: resident.category, text, separate: '1' };
  const told = await posts(resident, '/requests', fields);
  if (told.status !== 200) throw new Error(`not raised: ${JSON.stringify(told)}`);
  return told.location.split('/')[2];
}

/** What is on the phone of a person. */
export const deeds = (person) =>
  person.page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const open = indexedDB.open('wuwei', 1);
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          const all = open.result.transaction('deeds').objectStore('deeds').getAll();
          all.onsuccess = () => {
            open.result.close();
            resolve(all.result.map(({ files, ...deed }) => ({ ...deed, photos: files.map((f) => f.bytes.byteLength) })));
          };
        };
      }),
  );

/** Waits until `is` holds of what is on the phone. */
export async function until(person, is, within = 30_000) {
  const end = Date.now() + within;
  for (;;) {
    const found = await deeds(person);
    if (is(found)) return found;
    if (Date.now() > end) throw new Error(`it did not come to that: ${JSON.stringify(found, null, 1)}`);
    await person.page.waitForTimeout(100);
  }
}
