import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { after, before, test } from "node:test";
import { BOOK, MAIN, PAGES, installed, launch, open, openAll } from "./browser.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

test("a missing Chromium is one line that says what to install", () => {
  assert.throws(() => installed([undefined, "/nowhere/chromium"]), { message: "no Chromium: apt install chromium, or set CHROMIUM to its path" });
});

test("the pages that people read first are there", () => {
  for (const name of MAIN) assert.ok(PAGES.includes(name), name);
});

test("no page is heavy", () => {
  for (const name of PAGES) assert.ok(statSync(resolve(BOOK, name)).size < 300_000, name);
});

test("no page has an error, leaves the folder, scrolls sideways at 400 px or links to nothing", async () => {
  const { page, trouble, goTo, close } = await open(browser, "index.html", { viewport: { width: 400, height: 800 } });
  const anchors = new Map();
  const links = [];
  for (const name of PAGES) {
    await goTo(name);
    await openAll(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 400, `${name} is wider than 400 px`);
    const found = await page.evaluate(() => ({
      ids: [...document.querySelectorAll("[id]")].map((element) => element.id),
      links: [...document.querySelectorAll("a")].map((a) => a.getAttribute("href")),
    }));
    assert.equal(new Set(found.ids).size, found.ids.length, `${name} uses an id twice`);
    anchors.set(name, new Set(found.ids));
    links.push(...found.links.map((href) => [name, href]));
  }
  for (const [name, href] of links) {
    const [file, anchor] = href.split("#");
    const target = file || name;
    assert.ok(existsSync(resolve(BOOK, target)), `${name} links to ${href}`);
    if (anchor) assert.ok(anchors.get(target).has(anchor), `${name} links to ${href}, which has no such place`);
  }
  assert.deepEqual(trouble, []);
  await close();
});

test("at 400 px a formula scrolls only where a part of it that cannot be broken is too wide", async () => {
  const { page, goTo, close } = await open(browser, "index.html", { viewport: { width: 400, height: 800 } });
  let all = 0;
  let scrolling = 0;
  for (const name of MAIN) {
    await goTo(name);
    await openAll(page);
    const found = await page.evaluate(() => [...document.querySelectorAll(".math")].filter((box) => box.clientWidth > 0).map((box) => ({
      scrolls: box.scrollWidth > box.clientWidth + 1,
      needs: Math.max(0, ...[...box.querySelectorAll("math")].map((part) => part.getBoundingClientRect().right - box.getBoundingClientRect().left)),
      room: box.clientWidth,
      text: box.textContent.slice(0, 80),
    })));
    for (const one of found) assert.ok(!one.scrolls || one.needs > one.room, `${name}: ${one.text}`);
    all += found.length;
    scrolling += found.filter((one) => one.scrolls).length;
  }
  assert.ok(scrolling < all / 20, `${scrolling} of ${all} formulas scroll`);
  await close();
});

test("a long derivation goes on on a page of its own, and back", async () => {
  const second = PAGES.find((name) => name.endsWith("-2.html"));
  const first = second ? second.replace("-2.html", ".html") : "kl_normal.html";
  const { page, trouble, goTo, close } = await open(browser, first);
  if (second) {
    await page.locator(`a[href="${second}"]`).first().click();
    await page.waitForURL(new RegExp(`${second}$`));
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    assert.ok(await page.locator(".derivation > li > details").first().evaluate((details) => details.open));
    await page.locator("a[rel=prev]").click();
    await page.waitForURL(new RegExp(`${first}$`));
  }
  await goTo("normal_at_zero.html");
  assert.match(await page.locator(".statement .math").first().innerText(), /lim/);
  assert.deepEqual(trouble, []);
  await close();
});

test("a line folds out by click and by key, and the keys go from line to line", async () => {
  const { page, trouble, close } = await open(browser, "kl_normal.html");
  const lines = page.locator(".derivation > li > details");
  const isOpen = (index) => lines.nth(index).evaluate((details) => details.open);
  await lines.nth(2).locator("summary").click();
  assert.ok(await isOpen(2));
  assert.ok(await lines.nth(2).locator(".fold .rule math").first().isVisible());
  assert.match(await lines.nth(2).locator(".found").first().innerText(), /replay/);
  await lines.nth(2).locator("summary").click();
  assert.ok(!(await isOpen(2)));

  await page.locator("h1").click();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  assert.deepEqual([await isOpen(0), await isOpen(1)], [true, false]);
  await page.keyboard.press("e");
  assert.equal(await lines.evaluateAll((all) => all.filter((details) => !details.open).length), 0);
  await page.keyboard.press("e");
  assert.equal(await lines.evaluateAll((all) => all.filter((details) => details.open).length), 0);
  assert.deepEqual(trouble, []);
  await close();
});

test("a step shows what it takes out and what it puts in", async () => {
  const { page, close } = await open(browser, "kl_normal.html");
  const lines = page.locator(".derivation > li");
  const colour = await lines.nth(3).locator("summary .new").first().evaluate((part) => getComputedStyle(part).color);
  const ink = await page.evaluate(() => getComputedStyle(document.body).color);
  assert.notEqual(colour, ink);
  const tint = await lines.nth(2).locator("summary .old").first().evaluate((part) => getComputedStyle(part).backgroundColor);
  assert.notEqual(tint, "rgba(0, 0, 0, 0)");
  await close();
});

test("a link to a step opens it", async () => {
  const { page, close } = await open(browser, "kl_mvn.html#step-3");
  assert.ok(await page.locator("#step-3 > details").evaluate((details) => details.open));
  await close();
});

test("what is to be copied is copied", async () => {
  const { page, trouble, close } = await open(browser, "kl_normal.html", { permissions: ["clipboard-read", "clipboard-write"] });
  await openAll(page);
  const blocks = page.locator(".source");
  assert.ok(await blocks.count() > 3);
  for (let index = 0; index < await blocks.count(); index += 1) {
    await blocks.nth(index).locator("button[data-copy]").click();
    const wanted = await blocks.nth(index).locator("pre").evaluate((pre) => pre.textContent);
    await page.waitForFunction((text) => navigator.clipboard.readText().then((found) => found === text), wanted, { timeout: 5000 });
  }
  assert.equal(await page.locator(".copied").innerText(), "Copied");
  assert.deepEqual(trouble, []);
  await close();
});

test("copying works where the clipboard is refused", async () => {
  const { page, close } = await open(browser, "kl_normal.html");
  await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new Error("refused")); });
  await openAll(page);
  await page.locator("details.copy button").last().click();
  await page.locator(".copied:has-text('Copied')").waitFor();
  assert.match(await page.evaluate(() => getSelection().toString()), /^@misc\{closedform:kl_normal/);
  await close();
});

test("words find theorems and rules", async () => {
  const { page, goTo, close } = await open(browser, "index.html");
  await page.keyboard.press("/");
  await page.keyboard.type("variational kl_vae_sigma");
  const found = await page.locator(".entry:visible .name > code").allInnerTexts();
  assert.ok(found.length > 0 && found.every((name) => name.startsWith("kl_vae_sigma")), found.join());
  await goTo("rules.html");
  await page.locator("input[type=search]").fill("log_mul");
  assert.ok((await page.locator(".entry:visible h2 code").allInnerTexts()).every((name) => name.includes("log_mul")));
  await close();
});

test("the picture moves, and its terms add up", async () => {
  for (const name of ["kl_normal.html", "kl_vae.html"]) {
    const { page, trouble, close } = await open(browser, name);
    const values = () => page.locator(".bars output").allInnerTexts().then((all) => all.map((text) => Number(text.replace("\u2212", "-"))));
    const start = await values();
    const curve = await page.locator("path.law1").getAttribute("d");
    await page.locator("input[data-parameter]").first().focus();
    for (let press = 0; press < 5; press += 1) await page.keyboard.press("ArrowRight");
    const moved = await values();
    assert.notDeepEqual(moved, start);
    assert.notEqual(await page.locator("path.law1").getAttribute("d"), curve);
    const plane = await page.locator("[data-plane]").boundingBox();
    await page.mouse.click(plane.x + plane.width / 4, plane.y + plane.height / 4);
    const there = await values();
    assert.notDeepEqual(there, moved);
    for (const found of [start, moved, there]) {
      const sum = found.slice(0, -1).reduce((one, other) => one + other, 0);
      assert.ok(Math.abs(sum - found.at(-1)) < 0.003 && found.at(-1) >= 0, found.join());
    }
    assert.deepEqual(trouble, []);
    await close();
  }
});

test("nothing jumps while a page opens", async () => {
  const { page, goTo, close } = await open(browser, "index.html");
  for (const name of MAIN) {
    await goTo(name);
    const shift = await page.evaluate(() => new Promise((done) => {
      let total = 0;
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => { total += entry.value; }))
        .observe({ type: "layout-shift", buffered: true });
      setTimeout(() => done(total), 300);
    }));
    assert.ok(shift < 0.02, `${name} shifts by ${shift}`);
  }
  await close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing serious (${colorScheme})`, async () => {
    const { page, goTo, close } = await open(browser, "index.html", { colorScheme });
    for (const name of MAIN) {
      await goTo(name);
      await openAll(page);
      await page.addScriptTag({ path: AXE });
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
      const serious = violations.filter((found) => ["serious", "critical"].includes(found.impact));
      assert.deepEqual(serious.map((found) => `${found.id}: ${found.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`), [], name);
    }
    await close();
  });
}
