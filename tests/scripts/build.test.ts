/** The build's own judgement: where the hash of another platform's bun comes from. Builds nothing. */

import { expect, test } from "bun:test";
import { lockEntry, readOptions } from "../../scripts/build.ts";

const lock = `{
  "packages": {
    "@oven/bun-linux-x64": ["@oven/bun-linux-x64@1.4.5", "", { "os": "linux" }, "sha512-AA=="],

    "@oven/bun-linux-x64-musl": ["@oven/bun-linux-x64-musl@1.4.5", "", { "os": "linux" }, "sha512-BB=="],
  }
}`;

test("an entry is found by its whole name, and ends without a comma", () => {
	expect(lockEntry(lock, "@oven/bun-linux-x64")).toEndWith('"sha512-AA=="]');
	expect(lockEntry(lock, "@oven/bun-linux-x64-musl")).toEndWith('"sha512-BB=="]');
});

test("an unknown package is refused, not fetched without a hash", () => {
	expect(() => lockEntry(lock, "@oven/bun-plan9")).toThrow("bun.lock does not know @oven/bun-plan9");
});

test("a wrong option is told in words, with what would be right", () => {
	const said: string[] = [];
	expect(readOptions(["--targe", "x"], (line) => said.push(line))).toBeUndefined();
	expect(said[0]).toBe("Unknown option '--targe'");
	expect(said.join("\n")).toContain("linux-x64-musl");
	expect(readOptions(["--target", "linux-arm64"], () => {})?.target).toEqual(["linux-arm64"]);
});
