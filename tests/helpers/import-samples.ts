/** The files in samples/import, read as the program reads them. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readTable } from "../../src/formats/read.ts";
import type { Draft, Table } from "../../src/model/import.ts";
import { draftsOf } from "./drafts.ts";

export const FOLDER = join(import.meta.dir, "../../samples/import");
export const read = (name: string): Table => {
	const { value, problems } = readTable(readFileSync(join(FOLDER, name)));
	if (value === undefined) throw new Error(`${name}: ${JSON.stringify(problems)}`);
	return value;
};
export const drafts = (name: string): Draft[] => {
	const table = read(name);
	return draftsOf(table, table.mapping);
};
export const host = (all: readonly Draft[], ip: string) =>
	all.find((one) => one.kind === "host" && one.ip === ip);
export const blocks = (all: readonly Draft[]) =>
	all.flatMap((one) => (one.kind === "subnet" ? [one.cidr] : []));
