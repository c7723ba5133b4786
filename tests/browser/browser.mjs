/* A headless Chromium of the machine, the pages of a book as files, and what may not happen on any of them. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const HERE = dirname(fileURLToPath(import.meta.url));
export const BOOK = resolve(process.env.CLOSEDFORM_BOOK ?? resolve(HERE, "../../build/book"));
export const PAGES = readdirSync(BOOK).filter((name) => name.endsWith(".html"));
export const MAIN = ["index.html", "rules.html", "graph.html", "kl_normal.html", "kl_mvn.html", "kl_vae.html"];

const PATHS = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/* The first of the paths at which there is a program. */
export function installed(paths = PATHS) {
  const found = paths.find((path) => path && existsSync(path));
  if (!found) throw new Error("no Chromium: apt install chromium, or set CHROMIUM to its path");
  return found;
}

/* Playwright gives it a new, empty user folder. */
export function launch() {
  return chromium.launch({ executablePath: installed(), chromiumSandbox: process.getuid?.() !== 0, args: QUIET });
}

/* A page that collects what went wrong on it: errors on the console, exceptions, requests that leave the folder. */
export async function open(browser, name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, ...options });
  const page = await context.newPage();
  const trouble = [];
  const home = `${pathToFileURL(BOOK)}/`;
  page.on("console", (message) => message.type() === "error" && trouble.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => trouble.push(`exception: ${error.message}`));
  page.on("requestfailed", (request) => trouble.push(`failed: ${request.url()}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(home) && !request.url().startsWith("data:")) trouble.push(`leaves the folder: ${request.url()}`);
  });
  await page.goto(home + name);
  return { page, trouble, goTo: (other) => page.goto(home + other), close: () => context.close() };
}

export const openAll = (page) => page.evaluate(() => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
