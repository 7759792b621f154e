// Neighbours at a phone and at a desktop: what is similar while somebody writes, "me too" with an
// account and with a phone, the question without script, callbacks from the list to the answer, and
// paper: plates and receipts as a printer would get them.
//
// Slices: requests web

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { openTown, SIZES } from './harness.mjs';

let town;

before(async () => {
  town = await openTown();
});

after(() => town?.close());

/** A resident whose place has a grid worker. */
const place = () => town.people.find((one) => one.role === 'resident' && workerOf(one.area));
const workerOf = (area) =>
  town.people.find((one) => one.role === 'grid_worker' && covers(one.area, area));

// A code that is filled up with zeros means the same as one that ends at its level.
function covers(area, inside) {
  const level = [2, 4, 6, 9, 12, 15, 17, 19].find((digits) => /^0*$/.test(area.slice(digits)));
  return inside.startsWith(area.slice(0, level));
}

async function looksAt(person, name) {
  await person.fits();
  await person.axe();
  await person.shot(name);
}

/** The form of raising, filled in; of another thing every time, so that rounds do not meet. */
async function writes(person, area, text) {
  await person.opens(`/requests/new?area=${area}`);
  const { page } = person;
  await page.locator('label:has(input[name="category"])').filter({ hasText: /垃圾|卫生|环境/ }).first().click();
  await page.locator('textarea[name="text"]').fill(text);
}

async function sends(person, form) {
  await person.goes(() => form.locator('button:not([type="button"])').last().click());
}

const raising = (page) => page.locator('form[action="/requests"]').last();

/** Raises a request, whatever is asked about it; answers its id. */
async function raises(person, area, text) {
  await writes(person, area, text);
  await sends(person, raising(person.page));
  if (!person.page.url().includes('/receipt')) await sends(person, raising(person.page));
  return /\/requests\/([0-9A-Za-z]{13})\//.exec(person.page.url())[1];
}

for (const size of Object.keys(SIZES)) {
  test(`what is similar is shown while somebody writes, and joined: ${size}`, async () => {
    const where = (one) => one === place();
    const asker = await town.person('resident', { size, where });
    await asker.signIn();
    const secret = `三楼的旧沙发堵住了消防通道 ${size}`;
    const id = await raises(asker, place().area, secret);
    const guest = await town.person('guest', { size });
    await writes(guest, place().area, `旧沙发堵住消防通道`);
    const shown = guest.page.locator('[data-similar] .item');
    await shown.first().waitFor();
    assert.ok((await guest.page.locator('[data-similar]').innerText()).includes('附近可能已经有人反映过'));
    assert.ok(!(await guest.page.content()).includes(secret), "nobody's words are shown");
    await looksAt(guest, 'neighbours-similar');

    const link = guest.page.locator(`[data-similar] a[href*="${id}/supporters"]`);
    await guest.goes(() => link.click());
    await looksAt(guest, 'neighbours-one');
    await guest.page.locator('form:has(button:has-text("我也反映")) [name="phone"]').fill('10000008888');
    await guest.goes(() => guest.page.locator('button:has-text("我也反映")').click());
    await guest.page.getByText('已加入，有进展会告诉您').waitFor();
    await looksAt(guest, 'neighbours-joined');

    await asker.opens(`/requests/${id}`);
    assert.ok((await asker.page.locator('main').innerText()).includes('1 位邻居也反映'));
    await looksAt(asker, 'neighbours-asker');
    for (const person of [asker, guest]) await person.leaves();
  });

  test(`without script the form comes back once with the question: ${size}`, async () => {
    const how = { size, script: false };
    const asker = await town.person('resident', { ...how, where: (one) => one === place() });
    await asker.signIn();
    await raises(asker, place().area, `二单元门厅的玻璃碎了一地 ${size}`);
    const guest = await town.person('guest', how);
    await writes(guest, place().area, `门厅玻璃碎了一地，${size}`);
    await guest.page.locator('[name="phone"]').fill('10000008887');
    await sends(guest, raising(guest.page));
    await guest.page.getByRole('heading', { level: 1, name: '是不是同一件事' }).waitFor();
    await looksAt(guest, 'neighbours-question');
    await sends(guest, raising(guest.page));
    assert.ok(guest.page.url().includes('/receipt'), guest.page.url());
    assert.ok((await guest.page.locator('main').innerText()).includes('门厅玻璃碎了一地'));
    for (const person of [asker, guest]) await person.leaves();
  });

  for (const script of [true, false]) {
    test(`a callback from the list to its answer: ${size}, ${script ? 'with' : 'without'} script`, () =>
      callback({ size, script }));
  }
}

async function callback(how) {
  const here = (one) => covers(one.area, place().area);
  const asker = await town.person('resident', { ...how, where: (one) => one === place() });
  const worker = await town.person('grid_worker', { ...how, where: here });
  const officer = await town.person('community_officer', { ...how, where: here });
  for (const person of [asker, worker, officer]) await person.signIn();
  const id = await raises(asker, place().area, `楼顶的排气扇昼夜响 ${asker.variant}`);
  await worker.opens(`/requests/${id}`);
  const accept = worker.page.locator('form[action$="/acceptance"]');
  if (await accept.count()) await worker.goes(() => accept.locator('button').click());
  const solve = worker.page.locator('form[action$="/resolution"]');
  if (!(await solve.isVisible())) await worker.page.locator('details:has(form[action$="/resolution"]) > summary').click();
  await solve.locator('[name="note"]').fill('已经加了隔音垫。');
  await worker.goes(() => solve.locator('button').last().click());

  await officer.opens('/callbacks');
  await looksAt(officer, 'callbacks');
  await officer.goes(() => officer.page.locator(`a[href*="${id}"]`).click());
  const reveal = officer.page.locator('form[action$="/phone-reveal"] button');
  await officer.goes(() => reveal.click());
  assert.equal(await officer.page.locator(`a[href="tel:${asker.phone}"]`).count(), 1);
  const form = officer.page.locator('form[action$="/callback"]');
  const unfold = officer.page.locator('details:not([open]):has(form[action$="/callback"]) > summary');
  if (await unfold.count()) await unfold.click();
  for (const [name, value] of [['reached', 'true'], ['solved', 'true'], ['rating', '5']]) {
    await form.locator(`label:has(input[name="${name}"][value="${value}"])`).click();
  }
  await looksAt(officer, 'callback');
  await officer.goes(() => form.locator('button').last().click());
  await officer.page.getByText('回访已登记').waitFor();
  assert.equal(await officer.page.locator(`#callbacks a[href*="${id}"]`).count(), 0);
  for (const person of [asker, worker, officer]) await person.leaves();
}

/** How many pages a PDF has, by pdfinfo; nothing where there is no pdfinfo. */
async function pagesOf(page, name) {
  const folder = await mkdtemp(join(tmpdir(), 'wuwei-paper-'));
  try {
    const file = join(folder, `${name}.pdf`);
    await writeFile(file, await page.pdf({ preferCSSPageSize: true }));
    const { stdout } = await promisify(execFile)('/usr/bin/pdfinfo', [file]);
    const [pages, size] = [/Pages:\s+(\d+)/, /Page size:\s+([\d.]+ x [\d.]+)/].map((what) => what.exec(stdout)[1]);
    return { pages: Number(pages), size };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('plates and receipts come out of a printer as they should', { skip: !existsSync('/usr/bin/pdfinfo') }, async () => {
  const here = (one) => covers(one.area, place().area);
  const officer = await town.person('community_officer', { size: 'desktop', where: here });
  await officer.signIn();
  await officer.opens(`/plates?area=${officer.area}&size=a5`);
  const count = await officer.page.locator('.plate').count();
  assert.ok(count > 1, `${count} plates`);
  await officer.fits();
  await officer.axe();
  for (const [size, pages, paper] of [
    ['a5', count, /^4(19|20)\S* x 59[45]/],
    ['a4', count, /^59[45]\S* x 84[12]/],
    ['a5x2', Math.ceil(count / 2), /^84[12]\S* x 59[45]/],
  ]) {
    await officer.opens(`/plates?area=${officer.area}&size=${size}`);
    const printed = await pagesOf(officer.page, size);
    assert.equal(printed.pages, pages, `${size}: ${JSON.stringify(printed)}`);
    assert.match(printed.size, paper, size);
  }
  const guest = await town.person('guest', { size: 'phone' });
  await writes(guest, place().area, '花坛里的水管一直在流水');
  await guest.page.locator('[name="phone"]').fill('10000008886');
  await sends(guest, raising(guest.page));
  if (!guest.page.url().includes('/receipt')) await sends(guest, raising(guest.page));
  const path = new URL(guest.page.url()).pathname;
  // 58 mm are 164.4 points; a browser cuts them to whole pixels of three quarters of a point.
  for (const [size, paper] of [['a5', /^4(19|20)\S* x 59[45]/], ['58', /^16(3\.9|4)\S* x/]]) {
    await guest.opens(`${path}?size=${size}`);
    const printed = await pagesOf(guest.page, `receipt-${size}`);
    assert.match(printed.size, paper, size);
    assert.equal(printed.pages, 1, `${size}: ${JSON.stringify(printed)}`);
    await looksAt(guest, `receipt-${size}`);
  }
  for (const person of [officer, guest]) await person.leaves();
});
