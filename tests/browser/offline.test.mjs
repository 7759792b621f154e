// A grid worker without a network, in a real browser on a phone: reads today's list and its requests,
// accepts, solves with a photo, raises for a neighbour; somebody else is faster with one of them; the
// server dies in the middle of sending; the page is reloaded and the browser closed. Every deed arrives
// once, in its order; what is refused is explained; nobody else sees any of it.
//
// Slices: offline requests web

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { chromium } from 'playwright-core';

import { chromiumPath, newPerson, openBrowser, SIZES } from './harness.mjs';
import { deeds, openShakyDemo, posts, raised, until } from './offline_town.mjs';

let demo;
let browser;

before(async () => {
  demo = await openShakyDemo();
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await demo?.close();
});

const whoIs = (role, where = () => true) => demo.people.find((one) => one.role === role && where(one));
const inside = (area) => (one) => area.startsWith(one.area.replace(/0+$/, ''));

/** A person in a window of their own. */
async function enters(role, where, options = {}) {
  const who = whoIs(role, where);
  assert.ok(who, `the demo has a ${role}`);
  const person = await newPerson({ browser, url: demo.url, role, who, ...options });
  await person.signIn();
  return person;
}

async function residentOf(worker) {
  const resident = await enters('resident', (one) => inside(one.area)(worker), { size: 'desktop' });
  await resident.opens('/requests/new');
  resident.category = await resident.page.locator('input[name=category]').first().getAttribute('value');
  return resident;
}

/** Cuts the phone off, as a cellar does: its own network, and the server behind it. */
async function cut(worker) {
  await demo.kill();
  await worker.context.setOffline(true);
}
async function restore(worker) {
  await demo.start();
  await worker.context.setOffline(false);
}

const copied = (worker) =>
  worker.page.waitForFunction(() => document.documentElement.dataset.copied, null, { timeout: 30_000 });
const controlled = (worker) =>
  worker.page.waitForFunction(() => navigator.serviceWorker.controller, null, { timeout: 20_000 });

/** Only what a phone without a network complains of may have been complained of. */
function leftClean(person) {
  const isOfTheNetwork = /ERR_|Failed to (load|fetch)|status of 40[349]|status of 422|EventSource/;
  const faults = person.watch.faults.filter((fault) => !isOfTheNetwork.test(fault));
  assert.deepEqual(faults, []);
}

async function unfolds(page, noun) {
  const form = page.locator(`form[action$="/${noun}"]`);
  const folded = page.locator(`details:not([open]):has(form[action$="/${noun}"]) > summary`);
  if (await folded.count()) await folded.click();
  return form;
}

/** A photo of 12 megapixels with much in it, as a camera takes it: some megabytes. */
const bigPhoto = (page) =>
  page.evaluate(async () => {
    const canvas = new OffscreenCanvas(4000, 3000);
    const pen = canvas.getContext('2d');
    for (let n = 0; n < 60000; n += 1) {
      pen.fillStyle = `hsl(${(n * 47) % 360} 70% ${(n * 13) % 100}%)`;
      pen.fillRect((n * 7919) % 4000, (n * 104729) % 3000, 40, 40);
    }
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = '';
    for (let at = 0; at < bytes.length; at += 32768) {
      text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    }
    return btoa(text);
  });

test('a day in the cellar: read, accept, solve with a photo, raise; a conflict is explained', async () => {
  const worker = await enters('grid_worker');
  const resident = await residentOf(worker);
  const leader = await enters('grid_leader', (one) => inside(worker.area)(one), { size: 'desktop' });
  const first = await raised(resident, '一楼的灯坏了，晚上看不见路。');
  const second = await raised(resident, '二楼的垃圾没有人收，已经三天了。');
  const third = await raised(resident, '三楼的水管漏水，地上都是水。');
  const photo = await bigPhoto(resident.page);

  await worker.opens('/inbox');
  await controlled(worker);
  await worker.opens('/inbox');
  await copied(worker);

  await cut(worker);
  const { page } = worker;
  await page.goto('/inbox');
  await page.locator('[data-copy]').waitFor();
  assert.equal(await page.locator('[data-row]').count() >= 3, true, 'today is readable');
  await worker.axe();
  await worker.shot('offline-inbox');

  // Accepts the first.
  await page.locator(`a[href="/requests/${first}"]`).click();
  await page.locator('[data-copy]').waitFor();
  await (await unfolds(page, 'acceptance')).locator('button').click();
  await page.locator('[data-said]').waitFor();
  await worker.axe();
  await worker.shot('offline-accepted');

  // Accepts the second, and nobody knows yet that somebody else did; then wants to solve it, too.
  await page.goto(`/requests/${second}`);
  await (await unfolds(page, 'acceptance')).locator('button').click();
  await page.locator('[data-said]').waitFor();
  await page.reload();
  await page.locator('[data-queued]').first().waitFor();
  let form = await unfolds(page, 'resolution');
  await form.locator('[name=note]').fill('已经收走了。');
  await form.locator('button:not([type=button])').last().click();
  await page.locator('[data-said]').waitFor();

  // Solves the third with a photo.
  await page.goto(`/requests/${third}`);
  form = await unfolds(page, 'resolution');
  await form.locator('[name=note]').fill('水管已经接好，地面已经拖干。');
  const buffer = Buffer.from(photo, 'base64');
  assert.ok(buffer.length > 1_000_000, `a photo as cameras take them: ${buffer.length}`);
  await form.locator('[name=photos]').setInputFiles({ name: 'pipe.jpg', mimeType: 'image/jpeg', buffer });
  await page.locator('.photos figure img').first().waitFor();
  await form.locator('button:not([type=button])').last().click();
  await page.locator('[data-said]').waitFor();

  // Raises for a neighbour.
  await page.goto('/requests/new');
  form = page.locator('form[action="/requests"]');
  await form.locator('.tile').first().click();
  await form.locator('select[name=area]').selectOption(resident.area);
  await form.locator('[name=text]').fill('张奶奶家门口的路灯不亮，她托我反映。');
  await form.locator('[name=for_other]').check();
  await form.locator('button:not([type=button])').last().click();
  await page.locator('[data-said]').waitFor();

  // What is not on the phone says so.
  await page.goto('/account');
  assert.match(await page.locator('h1').innerText(), /没有网络/);
  await worker.axe();
  await worker.shot('offline-without');

  const kept = await deeds(worker);
  assert.deepEqual(
    kept.map((deed) => [deed.path.split('/').pop(), deed.state]),
    [['acceptance', 'waiting'], ['acceptance', 'waiting'], ['resolution', 'waiting'], ['resolution', 'waiting'], ['requests', 'waiting']],
  );
  assert.ok(kept[3].photos[0] <= 300_000, `the photo is small: ${kept[3].photos[0]}`);
  assert.equal(new Set(kept.map((deed) => deed.key)).size, 5);

  // Meanwhile somebody else accepts the second, and the server comes and goes.
  await demo.start();
  const taken = await posts(leader, `/requests/${second}/acceptance`, {});
  assert.equal(taken.status, 200, JSON.stringify(taken));
  await page.goto('/waiting', { waitUntil: 'commit' }).catch(() => {});
  await page.locator('[data-fate]').first().waitFor();
  await worker.axe();
  await worker.fits();
  await worker.shot('offline-waiting');
  await worker.context.setOffline(false);
  for (let times = 0; times < 2; times += 1) {
    await page.waitForTimeout(120);
    await demo.kill();
    await page.waitForTimeout(300);
    await demo.start();
  }
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  const told = await until(worker, (all) => all.filter((d) => d.state === 'waiting').length <= 1 && all.some((d) => d.state === 'refused'));
  const fates = told.map((deed) => deed.state);
  assert.deepEqual(fates, ['done', 'refused', 'waiting', 'done', 'refused'], JSON.stringify(told));

  // The conflict is explained, and what follows it waits.
  await page.reload();
  const refusal = page.locator('[data-fate=refused]').first();
  await refusal.waitFor();
  assert.match(await refusal.innerText(), /别人|已|接/);
  assert.match(await page.locator('[data-fate=waiting]').innerText(), /上一步/);
  assert.match(await page.locator('[data-strip]').innerText(), /1 条待同步.*2 条没办成/);
  await worker.axe();
  await worker.fits();
  await worker.shot('offline-conflict');
  page.on('dialog', (dialog) => dialog.accept());
  await refusal.getByRole('button', { name: '不要了' }).click();
  await until(worker, (all) => all.every((deed) => deed.state !== 'waiting'));

  // What was raised for a neighbour lacks her name: it is written, and sent again.
  assert.match(await refusal.innerText(), /没办成/);
  await page.reload();
  const lacking = page.locator('[data-fate=refused]').last();
  assert.match(await lacking.innerText(), /称呼/);
  await lacking.getByRole('button', { name: '改一改再发' }).click();
  await page.locator('#mend-name').fill('张奶奶');
  await worker.axe();
  await page.getByRole('button', { name: '改好了，发送' }).click();
  await until(worker, (all) => all.filter((deed) => deed.path === '/requests').every((deed) => deed.state === 'done'));

  // Once each, and the photo arrived.
  await leader.opens(`/requests/${third}`);
  assert.equal(await leader.page.locator('[data-stage]').first().getAttribute('data-stage'), 'resolved');
  const path = await leader.page.locator('.photos a').first().getAttribute('href');
  const size = await leader.page.evaluate(async (to) => (await (await fetch(to)).arrayBuffer()).byteLength, path);
  // The server encodes it anew; what came over the air is what lay on the phone.
  assert.ok(size > 10_000, `the photo on record: ${size}`);
  await leader.opens(`/requests/${first}`);
  assert.equal(await leader.page.locator('[data-stage]').first().getAttribute('data-stage'), 'accepted');
  await leader.opens(`/requests?q=${encodeURIComponent('张奶奶家门口')}`);
  assert.equal(await leader.page.locator('main [data-row]').count(), 1, 'raised once');
  leftClean(worker);
  for (const person of [worker, resident, leader]) await person.context.close();
});

test('fifty deeds, a server that is killed five times, a reload and a closed browser', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wuwei-phone-'));
  const who = whoIs('grid_worker', (one) => one !== whoIs('grid_worker'));
  const opens = async () => {
    const context = await chromium.launchPersistentContext(folder, {
      executablePath: chromiumPath(),
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      baseURL: demo.url,
      viewport: SIZES.phone,
      isMobile: true,
      hasTouch: true,
      locale: 'zh-CN',
    });
    return { context, page: context.pages()[0] ?? (await context.newPage()), ...who };
  };
  let worker = await opens();
  try {
    await signsIn(worker);
    await worker.page.goto('/requests/new');
    const category = await worker.page.locator('input[name=category]').first().getAttribute('value');
    await worker.context.setOffline(true);
    await putDeeds(worker, 50, category);
    await worker.context.close();

    worker = await opens();
    await worker.page.goto('/waiting');
    await worker.page.locator('[data-strip]').waitFor();
    for (let times = 0; times < 5; times += 1) {
      await until(worker, (all) => all.length < 50 || done(all) > times * 8 || waiting(all) === 0);
      await demo.kill();
      if (times === 2) await worker.page.reload().catch(() => {});
      await demo.start();
      await worker.page.evaluate(() => window.dispatchEvent(new Event('online')));
    }
    await until(worker, (all) => waiting(all) === 0, 60_000);
    const left = await deeds(worker);
    assert.deepEqual(left.filter((deed) => deed.state !== 'done'), []);

    const seen = await listed(worker, '排队测试');
    const meant = Array.from({ length: 50 }, (_, n) => `排队测试第 ${n + 1} 件`);
    assert.deepEqual(seen.sort(byNumber).map((one) => one.title), meant, 'each once, in its order');
  } finally {
    await worker.context.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test('what waits is its own person’s alone: a lost session, another person, signing out', async () => {
  const worker = await enters('grid_worker');
  const { page } = worker;
  await worker.opens('/inbox');
  await controlled(worker);
  await worker.opens('/requests/new');
  const category = await page.locator('input[name=category]').first().getAttribute('value');
  await worker.context.setOffline(true);
  await putDeeds(worker, 1, category, '只有我能看');

  // The session ends; another one signs in on the same phone, and neither sees nor sends it.
  await worker.context.clearCookies();
  await worker.context.setOffline(false);
  const other = whoIs('grid_worker', (one) => one.phone !== worker.phone);
  await signsIn({ page, ...other });
  await page.goto('/waiting');
  await page.locator('[data-none]').waitFor();
  assert.equal(await page.locator('[data-fate]').count(), 0);
  assert.equal(await page.locator('[data-strip]').isVisible(), false);
  assert.deepEqual((await deeds(worker)).map((deed) => deed.state), ['waiting'], 'it is kept for its person');
  const copies = await page.evaluate(kept);
  assert.ok(copies.every((one) => one.person !== worker.id && one.person === copies[0].person), 'no copies of the first');

  // A resident on the same phone finds no copies of staff pages at all.
  await worker.context.clearCookies();
  await signsIn({ page, ...whoIs('resident') });
  await page.waitForFunction(() => localStorage.getItem('field') === null);
  assert.deepEqual(await page.evaluate(kept), []);

  // Its person signs in again, and it goes by itself.
  await worker.context.clearCookies();
  await signsIn({ page, ...worker });
  await until(worker, (all) => all.every((deed) => deed.state === 'done'));

  // Signing out asks first where something waits, and then leaves nothing behind.
  await page.goto('/account');
  await putDeeds(worker, 1, category, '退出前的一件');
  await page.evaluate(() => { window.confirm = (text) => ((window.asked = text), false); });
  await page.locator('form[action="/sign-out"] button').click();
  await page.waitForFunction(() => window.asked || location.pathname !== '/account');
  assert.match(await page.evaluate(() => window.asked ?? ''), /还有 1 条没有送达/);
  await page.evaluate(() => { window.confirm = () => true; });
  await worker.goes(() => page.locator('form[action="/sign-out"] button').click());
  assert.deepEqual(await deeds(worker), []);
  assert.deepEqual(await page.evaluate(kept), []);
  leftClean(worker);
  await worker.context.close();
});

test('with large letters and in English', async () => {
  const worker = await enters('grid_worker', () => true, { lang: 'en' });
  await worker.context.addCookies([{ name: 'large', value: '1', url: demo.url }]);
  await worker.opens('/inbox');
  await controlled(worker);
  await worker.opens('/inbox');
  await copied(worker);
  await cut(worker);
  await worker.page.goto('/requests/new');
  await putDeeds(worker, 3, 'none', 'A lamp is out');
  await worker.page.goto('/waiting');
  await worker.page.locator('[data-fate]').first().waitFor();
  assert.match(await worker.page.locator('[data-strip]').innerText(), /3 waiting to be sent/);
  await worker.fits();
  await worker.axe();
  await worker.shot('offline-waiting-large');
  await restore(worker);
  // The phone notices by itself as well, and then the button is gone before anybody presses it.
  await worker.page.evaluate(() => document.querySelector('[data-retry]')?.click());
  await until(worker, (all) => all.every((deed) => deed.state === 'refused'));
  await worker.page.getByRole('button', { name: 'Change and send' }).first().click();
  await worker.page.locator('#mend-text').waitFor();
  await worker.axe();
  await worker.fits();
  leftClean(worker);
  await worker.context.close();
});

const done = (all) => all.filter((deed) => deed.state === 'done').length;
const waiting = (all) => all.filter((deed) => deed.state === 'waiting').length;
const byNumber = (one, other) => one.number.localeCompare(other.number);

/** What copies there are, and of whom. */
const kept = () =>
  new Promise((resolve) => {
    const open = indexedDB.open('wuwei', 1);
    open.onsuccess = () => {
      const all = open.result.transaction('pages').objectStore('pages').getAll();
      all.onsuccess = () => {
        open.result.close();
        resolve(all.result.map(({ path, person }) => ({ path, person })));
      };
    };
  });

async function signsIn({ page, phone, password }) {
  await page.goto('/sign-in');
  await page.locator('input[name="phone"]').fill(phone);
  await page.locator('input[name="password"]').fill(password);
  await page.locator('form:has(input[name="password"]) button').click();
  await page.waitForURL((url) => url.pathname !== '/sign-in');
}

/** Puts deeds on the phone as the form of raising does. */
function putDeeds(worker, count, category, text = '排队测试') {
  return worker.page.evaluate(
    ([many, kind, area, words]) =>
      new Promise((resolve, reject) => {
        const open = indexedDB.open('wuwei', 1);
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          const act = open.result.transaction('deeds', 'readwrite');
          for (let n = 1; n <= many; n += 1) {
            const random = [...crypto.getRandomValues(new Uint8Array(20))];
            act.objectStore('deeds').add({
              person: document.documentElement.dataset.person,
              path: '/requests',
              about: '',
              label: words,
              title: '',
              fields: [['area', area], ['category', kind], ['text', `${words}第 ${n} 件`], ['separate', '1']],
              files: [],
              key: random.map((byte) => (byte % 36).toString(36)).join(''),
              multi: true,
              state: 'waiting',
            });
          }
          act.oncomplete = () => {
            open.result.close();
            resolve();
          };
        };
      }),
    [count, category, worker.area, text],
  );
}

/** All requests whose words have this, by number and title. */
async function listed(worker, words) {
  const found = [];
  let next = `/requests?q=${encodeURIComponent(words)}`;
  while (next) {
    await worker.page.goto(next);
    for (const row of await worker.page.locator('main [data-row] a').all()) {
      found.push({ title: await row.innerText(), path: await row.getAttribute('href') });
    }
    const more = worker.page.locator('main a[href*="after="]');
    next = (await more.count()) ? await more.first().getAttribute('href') : null;
  }
  for (const one of found) {
    await worker.page.goto(one.path);
    one.number = await worker.page.locator('dl.facts dd').first().innerText();
  }
  return found;
}
