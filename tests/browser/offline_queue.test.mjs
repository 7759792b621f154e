// The queue of deeds on a phone, driven by a model some hundred times (SEEDS=1000 for more): no browser and no server, but
// answers that get lost, windows that die, two windows at once, and other people who are faster.
//
// Slices: offline
//
// What must hold whatever happens: every deed is done once or refused with a sentence, none is lost;
// on one request they are done in the order in which they were meant, and nothing passes a refused one.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { ROOT } from './harness.mjs';

const SEEDS = Number(process.env.SEEDS ?? 300);
const DEEDS = 50;

const source = await readFile(join(ROOT, 'crates/server/src/web/assets/script/field/queue.js'), 'utf8');
const makeQueue = new Function(`${source}; return makeQueue;`)();

/** Mulberry32: the same seed, the same story. */
function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const copy = (thing) => JSON.parse(JSON.stringify(thing));

/** What the phone keeps: every read and every write is a copy, as it is with IndexedDB. */
function phone() {
  const rows = new Map();
  let last = 0;
  return {
    // Only what a queue looks at is copied each time; it must not change the rest.
    all: async (person) =>
      [...rows.values()].filter((deed) => deed.person === person).map((deed) => ({ ...deed })),
    add(deed) {
      rows.set((last += 1), copy({ ...deed, seq: last }));
      return last;
    },
    async patch(seq, change) {
      const changed = rows.has(seq) ? change(copy(rows.get(seq))) : null;
      if (changed) rows.set(seq, copy(changed));
      return changed;
    },
  };
}

/** A server that does each key once, and refuses what comes too late. */
function server(random) {
  const receipts = new Map();
  const taken = new Set();
  return {
    done: [],
    down: false,
    person: 'anna',
    csrf: 1,
    answer(deed, csrf) {
      const refuse = (status, code) => ({ status, body: { code, detail: `Refused: ${code}` } });
      if (this.person === '') return refuse(401, 'signed_out');
      if (csrf !== this.csrf) return refuse(403, 'forged');
      assert.equal(this.person, 'anna', 'nobody sends what another one did');
      if (receipts.has(deed.key)) return receipts.get(deed.key);
      if (random() < 0.03) return refuse(503, 'busy');
      if (random() < 0.02) return refuse(500, 'failure');
      if (random() < 0.02) return refuse(409, 'someone_was_first');
      if (random() < 0.02) return { status: 200, body: null };
      if (deed.about && taken.has(deed.about)) return refuse(409, 'taken');
      const told = { status: 200, body: { done: true, location: `/requests/${deed.about}` } };
      this.done.push(deed.key);
      receipts.set(deed.key, told);
      return told;
    },
    signsIn(person) {
      this.person = person;
      this.csrf += 1;
    },
    takes: (about) => taken.add(about),
  };
}

async function story(seed) {
  const random = chance(seed);
  const store = phone();
  const far = server(random);
  const meant = [];
  for (let n = 0; n < DEEDS; n += 1) {
    const about = random() < 0.2 ? '' : `request${Math.floor(random() * 12)}`;
    const deed = { person: 'anna', key: `key-${n}`, about, state: 'waiting', files: [], fields: [] };
    meant.push({ ...deed, seq: store.add(deed) });
  }
  let crashes = 0;
  const asks = async () => {
    if (far.down) throw new Error('no network');
    return { person: far.person, csrf: far.csrf };
  };
  const sends = async (deed, csrf) => {
    const luck = random();
    if (far.down || luck < 0.05) throw new Error('lost on its way there');
    const answer = far.answer(deed, csrf);
    // An answer that was given earlier may be heard later.
    await turns(Math.floor(random() * 12));
    if (luck < 0.1) throw new Error('lost on its way back');
    if (luck < 0.13) {
      far.down = true;
      crashes += 1;
      throw new Error('the server was killed');
    }
    // The window is closed: whatever it wanted to write down stays unwritten.
    if (luck < 0.15) return new Promise(() => {});
    if (luck < 0.17) far.csrf += 1;
    if (luck < 0.18) far.signsIn(random() < 0.5 ? '' : 'berta');
    if (luck < 0.21) far.takes(`request${Math.floor(random() * 12)}`);
    return answer;
  };
  const opens = () => makeQueue({ store, person: 'anna', ask: asks, send: sends, tell() {} });
  for (let turn = 0; turn < 2000; turn += 1) {
    const windows = random() < 0.2 ? [opens(), opens()] : [opens()];
    const ends = windows.map((queue) => Promise.race([queue.run(), turns(400)]));
    const [why] = await Promise.all(ends);
    if (far.person !== 'anna' && random() < 0.5) far.signsIn('anna');
    far.down = far.down && random() < 0.3;
    if (far.person === 'anna' && !far.down && why === 'idle' && !(await free(store, opens()))) break;
  }
  await check(seed, store, far, meant);
  return crashes;
}

async function free(store, queue) {
  const deeds = await store.all('anna');
  return deeds.some((deed) => deed.state === 'waiting' && !queue.isHeld(deed, deeds));
}

/** Lets other work go on for a while; a window that hangs is then given up. */
async function turns(count) {
  for (let n = 0; n < count; n += 1) await Promise.resolve();
  return 'closed';
}

async function check(seed, store, far, meant) {
  const deeds = await store.all('anna');
  assert.equal(deeds.length, meant.length, `seed ${seed}: no deed is lost`);
  assert.equal(new Set(far.done).size, far.done.length, `seed ${seed}: none is done twice`);
  const said = (state) => deeds.filter((deed) => deed.state === state);
  assert.deepEqual(
    new Set(said('done').map((deed) => deed.key)),
    new Set(far.done),
    `seed ${seed}: what the phone says is done is done, and nothing else is`,
  );
  for (const deed of said('refused')) assert.ok(deed.sentence || deed.code === 'lost', `seed ${seed}`);
  for (const deed of said('waiting')) {
    const before = deeds.find((d) => d.about === deed.about && d.seq < deed.seq && d.state === 'refused');
    assert.ok(deed.about && before, `seed ${seed}: ${deed.key} waits for nothing`);
  }
  for (const about of new Set(meant.map((deed) => deed.about))) {
    if (!about) continue;
    const order = far.done.filter((key) => meant.find((deed) => deed.key === key).about === about);
    assert.deepEqual(order, meant.map((d) => d.key).filter((key) => order.includes(key)), `seed ${seed}`);
    const first = deeds.find((deed) => deed.about === about && deed.state === 'refused');
    const passed = deeds.find((d) => first && d.about === about && d.seq > first.seq && d.state === 'done');
    assert.ok(!passed, `seed ${seed}: ${passed?.key} passed the refused ${first?.key}`);
  }
}

test(`${DEEDS} deeds, killed servers and lost answers: ${SEEDS} seeds`, async (t) => {
  let crashes = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) crashes += await story(seed);
  t.diagnostic(`${crashes} times the server was killed`);
  assert.ok(crashes > SEEDS, 'the model is not too kind');
});

test('an answer that is not ours is no answer, and a deed that never gets through is told', async () => {
  const store = phone();
  const deed = { person: 'anna', about: 'one', state: 'waiting', files: [], fields: [] };
  const first = store.add({ ...deed, key: 'first' });
  const second = store.add({ ...deed, about: 'two', key: 'second' });
  let answers = () => ({ status: 200, body: null });
  const sent = [];
  const queue = makeQueue({
    store,
    person: 'anna',
    ask: async () => ({ person: 'anna', csrf: 'c' }),
    send: async (one) => (sent.push(one.key), answers(one)),
    tell() {},
  });
  assert.equal(await queue.run(), 'later', 'a portal answers 200 with a page of its own');
  answers = (one) => {
    if (one.key === 'first') throw new Error('cut');
    return { status: 200, body: { done: true, location: '/' } };
  };
  for (let n = 0; n < 12; n += 1) assert.equal(await queue.run(), 'offline');
  assert.equal(await queue.run(), 'idle');
  let [one, two] = await store.all('anna');
  assert.deepEqual([one.state, one.unsure, two.state], ['refused', true, 'done']);
  assert.equal(await queue.retry(first, [['note', 'other words']], 'fresh'), null, 'it may be done already');
  await queue.retry(first);
  answers = () => ({ status: 422, body: { code: 'invalid', detail: 'Please write.' } });
  await queue.run();
  await queue.retry(first, [['note', 'more words']], 'fresh');
  answers = () => ({ status: 200, body: { done: true, location: '/' } });
  await queue.run();
  [one] = await store.all('anna');
  assert.deepEqual([one.state, one.key, one.fields], ['done', 'fresh', [['note', 'more words']]]);
  assert.equal(second, 2);
});

test('what arrived stays so, whatever another window hears later', async () => {
  const store = phone();
  const seq = store.add({ person: 'anna', about: 'one', state: 'waiting', key: 'k', files: [], fields: [] });
  const window = (send) =>
    makeQueue({ store, person: 'anna', ask: async () => ({ person: 'anna', csrf: 'c' }), send, tell() {} });
  const quick = window(async () => ({ status: 200, body: { done: true, location: '/' } }));
  const slow = window(async () => {
    await quick.run();
    return { status: 409, body: { code: 'taken', detail: 'Taken.' } };
  });
  await slow.run();
  const [deed] = await store.all('anna');
  assert.deepEqual([deed.seq, deed.state], [seq, 'done']);
});
