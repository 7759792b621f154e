// The harness itself must bite: each fault that it watches for is served to it once.
// Slices: web

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { newPerson, openBrowser, startDemo } from './harness.mjs';

const page = (title, body) =>
  `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>${title}</title>
   <meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"></head>
   <body><main><h1>${title}</h1>${body}</main></body></html>`;

const PAGES = {
  '/good': page('好', '<p>都好。</p>'),
  '/strict': page('严', '<p>只许自己的脚本。</p>'),
  '/unlabelled': page('坏', '<input name="text">'),
  '/console': page('坏', '<script>console.error("哎呀")</script>'),
  '/throws': page('坏', '<script>throw new Error("断了")</script>'),
  '/no-picture': page('坏', '<img src="/missing.png" alt="没有">'),
  '/broken-picture': page('坏', '<img src="/failing" alt="坏了">'),
  '/cut-off': page('坏', '<img src="/hangs-up" alt="断了">'),
  '/wide': page('坏', '<div style="width:3000px">宽</div>'),
  '/script-only': page('补', '<p>请登录。</p><script src="/repair.js"></script><input name="text">'),
  '/streams': page('流', '<script>new EventSource("/events")</script>'),
  '/form': page('表', '<form method="post" action="/form"><button>办结</button></form>'),
  '/sign-in': page(
    '登录',
    `<form method="post"><label>电话<input name="phone"></label>
     <label>密码<input name="password" type="password"></label><button>登录</button></form>`,
  ),
};

let browser;
let server;
let url;

before(async () => {
  server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${server.address().port}`;
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  server.closeAllConnections();
  server.close();
});

function answer(request, response) {
  const path = new URL(request.url, url).pathname;
  if (path === '/hangs-up') return request.socket.destroy();
  if (path === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    return response.write(': here\n\n');
  }
  if (path === '/repair.js') {
    response.setHeader('content-type', 'text/javascript');
    return response.end('addEventListener("load", () => document.querySelector("input").remove())');
  }
  if (request.method === 'POST') {
    return response.writeHead(303, { location: path === '/sign-in' ? '/good' : path }).end();
  }
  const status = path === '/failing' ? 500 : PAGES[path] ? 200 : 404;
  response.statusCode = status;
  response.setHeader('content-type', 'text/html; charset=utf-8');
  if (path === '/strict') {
    response.setHeader('content-security-policy', "default-src 'self'; img-src data:");
  }
  response.end(PAGES[path] ?? page('没有', '<p>没有这一页。</p>'));
}

const visitor = (options) =>
  newPerson({ browser, url, role: 'guest', who: { phone: '1', password: '2' }, ...options });

for (const script of [true, false]) {
  describe(script ? 'with script' : 'without script', () => {
    test('a sound page passes on both sizes', async () => {
      for (const size of ['phone', 'desktop']) {
        const guest = await visitor({ size, script });
        await guest.opens('/good');
        await guest.axe();
        await guest.fits();
        await guest.leaves();
      }
    });

    test('axe looks at a page behind a strict policy', async () => {
      const guest = await visitor({ script });
      await guest.opens('/strict');
      await guest.axe();
      await guest.leaves();
    });

    test('an input without a label fails, and the message names it', async () => {
      const guest = await visitor({ script });
      await guest.opens('/unlabelled');
      await assert.rejects(guest.axe(), /critical label: .*\n.*input/);
      await guest.leaves();
    });

    test('a page that is wider than the screen fails', async () => {
      const guest = await visitor({ script });
      await guest.opens('/wide');
      await assert.rejects(guest.fits(), /px wider than phone/);
      await guest.leaves();
    });

    test('a failed picture fails, be it missing, broken or cut off', async () => {
      const cases = {
        '/no-picture': /404/,
        '/broken-picture': /500/,
        '/cut-off': /failed request/,
      };
      for (const [path, reason] of Object.entries(cases)) {
        const guest = await visitor({ script });
        await guest.opens(path);
        await assert.rejects(guest.leaves(), reason, path);
      }
    });

    test('a refusal fails unless it is expected', async () => {
      const guest = await visitor({ script });
      await assert.rejects(guest.opens('/nowhere'), /404, not 200/);
      await assert.rejects(guest.leaves(), /404/);
      const prepared = await visitor({ script });
      await prepared.opens('/nowhere', { status: 404 });
      await prepared.leaves();
    });

    test('a form that leads back to its own page is waited for', async () => {
      const guest = await visitor({ script });
      await guest.opens('/form');
      await guest.goes(() => guest.page.getByRole('button', { name: '办结' }).click());
      await guest.leaves();
    });

    test('a person signs in', async () => {
      const guest = await visitor({ script });
      await guest.signIn();
      assert.equal(new URL(guest.page.url()).pathname, '/good');
      await guest.leaves();
    });
  });
}

test('a console error fails', async () => {
  const guest = await visitor();
  await guest.opens('/console');
  await assert.rejects(guest.leaves(), /console error: 哎呀/);
});

test('a page error fails', async () => {
  const guest = await visitor();
  await guest.opens('/throws');
  await assert.rejects(guest.leaves(), /page error: .*断了/);
});

test('what a script repairs still fails where there is no script', async () => {
  const helped = await visitor({ script: true });
  await helped.opens('/script-only');
  await helped.axe();
  await helped.leaves();
  const alone = await visitor({ script: false });
  await alone.opens('/script-only');
  await assert.rejects(alone.axe(), /label/);
  await alone.leaves();
});

test('leaving a page that listens to events is no fault', async () => {
  const guest = await visitor();
  const listening = guest.page.waitForRequest('**/events');
  await guest.opens('/streams');
  await listening;
  await guest.opens('/good');
  await guest.leaves();
});

test('a demo that ends at once is told of, with its own words', async () => {
  const { WUWEI_BINARY, WUWEI_URL } = process.env;
  delete process.env.WUWEI_URL;
  try {
    process.env.WUWEI_BINARY = '/bin/false';
    await assert.rejects(startDemo(), /\/bin\/false demo .* ended with 1/);
    process.env.WUWEI_BINARY = '/no/such/file';
    await assert.rejects(startDemo(), /could not be started/);
  } finally {
    delete process.env.WUWEI_BINARY;
    Object.assign(process.env, JSON.parse(JSON.stringify({ WUWEI_BINARY, WUWEI_URL })));
  }
});
