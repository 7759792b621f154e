// What the browser tests stand on: a demo street, a real Chromium, people, and a watch over pages.
//
//   const town = await openTown();                        // starts the demo; town.close() ends it
//   const worker = await town.person('grid_worker', { size: 'phone', script: false });
//   await worker.signIn();
//   await worker.opens('/');
//   await worker.axe();                                   // fails on any violation, and says which
//   await worker.shot('inbox');                           // var/shots/inbox-….png
//   await worker.leaves();                                // fails if anything went wrong on a page
//
// Settings: CHROMIUM, WUWEI_BINARY, WUWEI_URL (a demo that runs already, with WUWEI_PEOPLE, the
// file of its JSON line).

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import axeCore from 'axe-core';
import { chromium } from 'playwright-core';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const SHOTS = join(ROOT, 'var/shots');

/** A common phone, and a common office screen. */
export const SIZES = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1440, height: 900 },
};

/** The first start makes a whole street; on a busy machine that may take a while. */
const READY_WITHIN_MS = 60_000;
/** A page that needs longer than this is broken for its reader, too. */
const PATIENCE_MS = 10_000;

// --- The demo ------------------------------------------------------------------------------------

/** Where Chromium is; a sentence where it is not. */
export function chromiumPath() {
  const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'];
  const found = places.find((place) => place && existsSync(place));
  if (!found) throw new Error('There is no Chromium: install the package, or set CHROMIUM.');
  return found;
}

/** Starts a fresh demo street on a free port: `{ url, people, stop() }`. */
export async function startDemo() {
  if (process.env.WUWEI_URL) {
    const line = await readFile(process.env.WUWEI_PEOPLE, 'utf8');
    return { ...JSON.parse(line), url: process.env.WUWEI_URL, stop: async () => {} };
  }
  const folder = await mkdtemp(join(tmpdir(), 'wuwei-demo-'));
  const binary = process.env.WUWEI_BINARY ?? join(ROOT, 'target/release/wuwei');
  const words = ['demo', '--fresh', '--json', '--listen', '127.0.0.1:0'];
  const child = spawn(binary, [...words, '--database', `sqlite:${join(folder, 'demo.sqlite')}`], {
    cwd: folder,
    env: { ...process.env, WUWEI_DATA: join(folder, 'data') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (piece) => (complaints = (complaints + piece).slice(-4000)));
  const ended = new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(`ended with ${signal ?? code}`));
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(late);
    await rm(folder, { recursive: true, force: true });
  };
  // A test that dies must not leave a server behind.
  process.once('exit', () => child.kill('SIGKILL'));
  try {
    return { ...(await firstJsonLine(child, ended)), complaints: () => complaints, stop };
  } catch (error) {
    await stop();
    throw new Error(`${binary} ${words.join(' ')}: ${error.message}\n${complaints}`);
  }
}

async function firstJsonLine(child, ended) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, READY_WITHIN_MS, `was not ready in ${READY_WITHIN_MS} ms`);
  });
  const line = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (text) => {
      if (text.startsWith('{')) resolve({ text });
    });
  });
  const first = await Promise.race([line, ended, late]);
  clearTimeout(timer);
  if (typeof first === 'string') throw new Error(`the demo ${first} before it told its address`);
  return JSON.parse(first.text);
}

// --- The browser ---------------------------------------------------------------------------------

/** Starts Chromium without anything that would call out of this machine. */
export function openBrowser() {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A demo street with a browser in front of it. */
export async function openTown() {
  const demo = await startDemo();
  const browser = await openBrowser().catch(async (error) => {
    await demo.stop();
    throw error;
  });
  return {
    ...demo,
    browser,
    /** One of the demo's people by role (or nobody in particular: `guest`), in an own browser. */
    person: (role, options = {}) => {
      const who = role === 'guest' ? null : findPerson(demo.people, role, options.where);
      return newPerson({ browser, url: demo.url, role, who, ...options });
    },
    close: async () => {
      await browser.close();
      await demo.stop();
    },
  };
}

function findPerson(people, role, where = () => true) {
  const found = people.find((person) => person.role === role && where(person));
  if (!found) {
    const roles = [...new Set(people.map((person) => person.role))].join(', ');
    throw new Error(`The demo has no such ${role}; it has: ${roles}`);
  }
  return found;
}

/**
 * A person with a browser of their own.
 *
 * `size` is a key of SIZES, `script` whether scripts run, `lang` what the browser asks for.
 */
export async function newPerson({ browser, url, role, who, ...chosen }) {
  const { size = 'phone', script = true, lang = 'zh-CN' } = chosen;
  const context = await browser.newContext({
    baseURL: url,
    viewport: SIZES[size],
    isMobile: size === 'phone',
    hasTouch: size === 'phone',
    javaScriptEnabled: script,
    locale: lang,
    timezoneId: 'Asia/Shanghai',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const watch = watchOver(page);
  const variant = `${size}-${script ? 'script' : 'plain'}`;
  return {
    ...who,
    role,
    context,
    page,
    watch,
    variant,

    /** Opens a path and answers the response; a refusal is a failure unless `status` names it. */
    async opens(path, { status = 200 } = {}) {
      if (status >= 400) watch.permits(status);
      const response = await page.goto(path);
      if (response.status() !== status) {
        throw new Error(`${role} opens ${path}: ${response.status()}, not ${status}`);
      }
      return response;
    },

    /** Signs in with the phone and password that the demo printed. */
    async signIn() {
      await this.opens(SIGN_IN.path);
      await page.locator(SIGN_IN.phone).fill(who.phone);
      await page.locator(SIGN_IN.password).fill(who.password);
      await leavesPage(page, () => page.locator(SIGN_IN.button).click());
      if (new URL(page.url()).pathname === SIGN_IN.path) {
        throw new Error(`${role} could not sign in: ${await sentence(page)}`);
      }
    },

    /** Does what leads to another page, and waits until that page is there. */
    goes: (deed) => leavesPage(page, deed),

    /** Fails on any violation that axe finds on the page as it is now. */
    axe: (options) => checkWithAxe({ browser, page, context, script, size, options }),

    /** Fails where the page is wider than the screen. */
    async fits() {
      const [wide, room] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      if (wide > room) throw new Error(`${page.url()} is ${wide - room} px wider than ${size}`);
    },

    /** A picture of the whole page in var/shots. */
    async shot(name) {
      await mkdir(SHOTS, { recursive: true });
      await page.screenshot({ path: join(SHOTS, `${name}-${variant}.png`), fullPage: true });
    },

    /** Closes the browser; fails if anything went wrong on any page. */
    async leaves() {
      await context.close();
      watch.check();
    },
  };
}

/** The sign-in page; here alone, so that a change is one edit. */
export const SIGN_IN = {
  path: '/sign-in',
  phone: 'input[name="phone"]',
  password: 'input[name="password"]',
  button: 'form:has(input[name="password"]) button',
};

// A form that is answered by a redirect to the page it is on keeps its address: so what is waited
// for is the document's own load, not a change of the address.
async function leavesPage(page, deed) {
  const arrived = page.waitForEvent('load');
  // The deed's own failure is the one to hear of.
  arrived.catch(() => {});
  await deed();
  await arrived;
}

async function sentence(page) {
  const alert = page.getByRole('alert').first();
  if (await alert.count()) return (await alert.innerText()).trim();
  return (await page.locator('body').innerText()).trim().slice(0, 300);
}

// --- The watch -----------------------------------------------------------------------------------

/**
 * Notes every console error, page error, failed request and answer from 500 up.
 *
 * `check()` fails with all of them; `permits(404)` lets the browser's own complaint about an
 * expected refusal pass.
 */
export function watchOver(page) {
  const faults = [];
  const permitted = new Set();
  const note = (kind, text) => faults.push(`${kind}: ${text} (on ${page.url()})`);
  page.on('pageerror', (error) => note('page error', error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const status = /responded with a status of (\d+)/.exec(message.text())?.[1];
    if (status && permitted.has(Number(status))) return;
    note('console error', message.text());
  });
  page.on('response', (response) => {
    if (response.status() < 500 || permitted.has(response.status())) return;
    note('server error', `${response.status()} for ${response.url()}`);
  });
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? 'failed';
    // Whoever leaves a page gives up what was still on its way: its stream of events, its last
    // pictures. Where a server cuts a connection, the browser has other names for it than this.
    if (reason === 'net::ERR_ABORTED' && request.resourceType() !== 'document') return;
    note('failed request', `${reason} for ${request.url()}`);
  });
  return {
    faults,
    permits: (status) => permitted.add(status),
    check() {
      if (faults.length) throw new Error(`The watch saw:\n  ${faults.join('\n  ')}`);
    },
  };
}

// --- Accessibility -------------------------------------------------------------------------------

async function checkWithAxe({ browser, page, context, script, size, options }) {
  const violations = script
    ? await runAxe(page, options)
    : await inTwin({ browser, page, context, size }, (twin) => runAxe(twin, options));
  if (violations.length) {
    throw new Error(`axe on ${page.url()}:\n${violations.map(describe).join('\n')}`);
  }
}

// evaluate goes past the page's content security policy, which a script element would not.
async function runAxe(page, options = {}) {
  await page.evaluate(axeCore.source);
  const { violations } = await page.evaluate((chosen) => window.axe.run(document, chosen), options);
  return violations;
}

// axe needs a page in which scripts run: it is shown the very same document, its own scripts left
// out, with the same cookies for its styles and pictures.
async function inTwin({ browser, page, context, size }, work) {
  const html = await page.content();
  const twin = await browser.newContext({
    viewport: SIZES[size],
    isMobile: size === 'phone',
    hasTouch: size === 'phone',
    storageState: await context.storageState(),
    bypassCSP: true,
  });
  try {
    const copy = await twin.newPage();
    await copy.route('**/*', (route) => {
      const kind = route.request().resourceType();
      if (kind === 'script') return route.abort();
      if (kind !== 'document') return route.continue();
      return route.fulfill({ contentType: 'text/html; charset=utf-8', body: html });
    });
    await copy.goto(page.url());
    return await work(copy);
  } finally {
    await twin.close();
  }
}

function describe({ id, impact, help, nodes }) {
  const places = nodes.map((node) => {
    const why = node.failureSummary?.split('\n').slice(1).map((line) => line.trim()).join('; ');
    return `      ${node.target.join(' ')}\n        ${node.html.slice(0, 160)}\n        ${why}`;
  });
  return `  ${impact} ${id}: ${help}\n${places.join('\n')}`;
}
