// One request from the stairwell to its end, as four people in four browsers, in 中文:
// a resident raises it at the building's QR plate, the grid worker accepts and escalates, the
// community desk dispatches it to a unit, the unit signs and reports done, the resident confirms.
// Once on each size, with script and without; every page on the way is looked at by axe, must fit
// the screen, and may log no error.
//
// Slices: requests identity grid web
//
// What the pages promise to this test:
//
//   /a/{area}                       a link to /requests/new with the place in it
//   the form of raising             action="/requests"; category (radio or select), text, photos
//                                   (file), and phone where the asker is not known
//   the page after it               is at /requests/{id}…, or links there
//   /inbox /desk /unit /mine        link to the requests that wait for this person
//   /requests/{id}                  [data-stage="accepted"] whose text is the stage's word; a
//                                   list [data-timeline] with one li for each thing that happened;
//                                   for each choice a form with action="/requests/{id}/{noun}", or
//                                   a link to the page that has it
//   those forms                     note (escalation, completion), unit (dispatch),
//                                   solved and rating (confirmation)
//
// Folded forms (<details>) are unfolded first, as a person would.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openTown, SIZES } from './harness.mjs';

const STAGES = {
  raised: '待接单',
  accepted: '已接单',
  escalated: '待派单',
  dispatched: '待签收',
  handling: '办理中',
  resolved: '待确认',
  closed: '办结',
};

let town;

before(async () => {
  town = await openTown();
});

after(() => town?.close());

for (const size of Object.keys(SIZES)) {
  for (const script of [true, false]) {
    const how = `${size}, ${script ? 'with' : 'without'} script`;
    test(`a request travels to its end: ${how}`, () => story({ size, script }));
  }
}

async function story(how) {
  const { resident, worker, officer, liaison } = await cast(how);

  const id = await raises(resident, `三楼楼道堆着装修垃圾，已经两天了（${resident.variant}）`);
  await sees(resident, id, 'raised');
  await resident.shot('request-raised');

  await findsWaiting(worker, id, 'inbox');
  await posts(worker, 'acceptance');
  await sees(worker, id, 'accepted');
  await posts(worker, 'escalation', { note: '量太大，一个人搬不动，请社区安排清运。' });

  await findsWaiting(officer, id, 'desk');
  await sees(officer, id, 'escalated');
  await posts(officer, 'dispatch', { unit: liaison.unit });

  await findsWaiting(liaison, id, 'asked-of-us');
  await sees(liaison, id, 'dispatched');
  await posts(liaison, 'signature');
  await sees(liaison, id, 'handling');
  await posts(liaison, 'completion', { note: '已清运，楼道已冲洗。' });

  await sees(resident, id, 'resolved');
  await posts(resident, 'confirmation', { solved: 'true', rating: '5' });
  await sees(resident, id, 'closed');
  await resident.shot('request-closed');
  const events = await resident.page.locator('[data-timeline] li').count();
  assert.ok(events >= 7, `the timeline shows ${events} events of at least 7`);

  for (const person of [resident, worker, officer, liaison]) await person.leaves();
}

/** Four people whose areas belong together. */
async function cast(how) {
  const place = town.people.find((one) => one.role === 'resident' && workerOf(one.area));
  assert.ok(place, 'the demo has a resident whose place has a grid worker');
  const here = (one) => covers(one.area, place.area);
  const resident = await town.person('resident', { ...how, where: (one) => one === place });
  const worker = await town.person('grid_worker', { ...how, where: here });
  const officer = await town.person('community_officer', { ...how, where: here });
  const asked = (one) => one.unit && here(one);
  const liaison = await town.person('unit_liaison', { ...how, where: asked });
  for (const person of [resident, worker, officer, liaison]) await person.signIn();
  return { resident, worker, officer, liaison };
}

const workerOf = (area) =>
  town.people.find((one) => one.role === 'grid_worker' && covers(one.area, area));

// A code that is filled up with zeros means the same as one that ends at its level.
function covers(area, place) {
  const level = [2, 4, 6, 9, 12, 15, 17, 19].find((digits) => /^0*$/.test(area.slice(digits)));
  return place.startsWith(area.slice(0, level));
}

// --- Deeds ---------------------------------------------------------------------------------------

/** From the QR plate to the receipt; answers the request's id. */
async function raises(person, text) {
  const { page } = person;
  await person.opens(`/a/${person.area}`);
  await looksAt(person, 'landing');
  await person.goes(() => page.locator('main a[href*="/requests/new"]').first().click());
  const form = page.locator('form[action^="/requests"]:has([name="text"])');
  await form.locator('[name="photos"]').setInputFiles({
    name: 'stairwell.jpg',
    mimeType: 'image/jpeg',
    buffer: await page.screenshot({ type: 'jpeg' }),
  });
  const phone = form.locator('input[name="phone"]:visible');
  if (await phone.count()) await phone.fill(person.phone);
  await fills(form, { text, category: /垃圾|卫生|环境/ });
  await looksAt(person, 'raise');
  await person.goes(() => form.locator('button:not([type="button"])').last().click());
  await looksAt(person, 'receipt');
  const link = page.locator('main a[href*="/requests/"]');
  const addresses = [page.url(), ...(await link.evaluateAll((all) => all.map((one) => one.href)))];
  const id = addresses.map((one) => /\/requests\/([0-9A-Za-z]{13})\b/.exec(one)?.[1]).find(Boolean);
  assert.ok(id, `a request's address is on ${page.url()}`);
  return id;
}

/** Where each role finds its work. */
const PILES = { grid_worker: '/inbox', community_officer: '/desk', unit_liaison: '/unit', resident: '/mine' };

/** The person's pile of work links to the request, and the link is followed. */
async function findsWaiting(person, id, name) {
  await person.opens(PILES[person.role]);
  await looksAt(person, name);
  await person.goes(() => person.page.locator(`main a[href*="${id}"]`).first().click());
}

/** The request's page shows the stage, by its name for programs and its word for people. */
async function sees(person, id, stage) {
  await person.opens(`/requests/${id}`);
  const shown = person.page.locator('[data-stage]').first();
  assert.equal(await shown.getAttribute('data-stage'), stage, `${person.role} sees the stage`);
  assert.ok((await shown.innerText()).includes(STAGES[stage]), `the word for ${stage}`);
  await looksAt(person, `${person.role}-${stage}`);
}

/** Sends the form of a change of state, on the page where the person is. */
async function posts(person, noun, fields = {}) {
  const { page } = person;
  const forms = page.locator(`form[action*="/${noun}"]`);
  if (!(await forms.count())) {
    await person.goes(() => page.locator(`main a[href*="/${noun}"]`).first().click());
    await looksAt(person, noun);
  }
  const form = forms.first();
  await unfolds(page, form);
  const button = await fills(form, fields);
  await person.goes(() => button.click());
}

async function looksAt(person, name) {
  await person.fits();
  await person.axe();
  await person.shot(name);
}

// --- Forms ---------------------------------------------------------------------------------------

async function unfolds(page, form) {
  const folded = form.locator('xpath=ancestor::details[not(@open)]');
  while (await folded.count()) await folded.first().locator('summary').first().click();
}

/** Fills fields by name, whatever they are; answers the button that sends them. */
async function fills(form, fields) {
  let button = form.locator('button:not([type="button"]):not([name="preset"])').first();
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`).first();
    const kind = await field.evaluate((one) => one.type.replace('select-one', 'select'));
    if (kind === 'radio') await picks(form, name, value);
    else if (kind === 'select') await selects(field, value);
    else if (kind === 'submit') button = form.locator(`button[name="${name}"][value="${value}"]`);
    else await field.fill(value);
  }
  return button;
}

// A person presses the words beside the circle, and so does this.
async function picks(form, name, value) {
  const radios = form.locator(`input[type="radio"][name="${name}"]`);
  const options = await radios.evaluateAll((all) =>
    all.map((one) => ({ value: one.value, words: [...one.labels].map((l) => l.innerText).join() })),
  );
  const index = options.findIndex((one) => matches(value, one));
  assert.ok(index >= 0, `${name} offers ${value}: ${JSON.stringify(options)}`);
  const radio = radios.nth(index);
  const label = await radio.evaluateHandle((one) => one.labels[0] ?? one);
  await label.asElement().click();
  assert.ok(await radio.isChecked(), `${name} is chosen`);
}

async function selects(field, value) {
  const options = await field.evaluate((one) =>
    [...one.options].map((option) => ({ value: option.value, words: option.text })),
  );
  const chosen = options.find((one) => one.value && matches(value, one));
  assert.ok(chosen, `offers ${value}: ${JSON.stringify(options)}`);
  await field.selectOption(chosen.value);
}

const matches = (wanted, { value, words }) =>
  wanted instanceof RegExp ? wanted.test(words) : value === wanted || words.includes(wanted);
