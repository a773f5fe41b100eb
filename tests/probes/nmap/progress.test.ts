/** How far nmap says it is: elements of its XML, whole, in pieces, of tasks that are about something else, and forged. */

import { expect, test } from "bun:test";
import type { ScanStep } from "../../../src/model/scan.ts";
import { progressReader } from "../../../src/probes/nmap/progress.ts";

const element = (task: string, rest: string) => `<taskprogress task="${task}" time="1795653079" ${rest}/>\n`;

/** What is told of these pieces of output. */
function heard(...pieces: string[]): ScanStep[] {
	const told: ScanStep[] = [];
	const read = progressReader((step) => told.push(step));
	for (const piece of pieces) read(piece);
	return told;
}

test.each([
	["Connect Scan", 'percent="0.40"', { step: "ports", percent: 0, leftS: undefined }],
	[
		"SYN Stealth Scan",
		'percent="30.40" remaining="3" etc="1795653081"',
		{ step: "ports", percent: 30, leftS: 3 },
	],
	["UDP Scan", 'percent="99.99" remaining="1" etc="1795653081"', { step: "ports", percent: 99, leftS: 1 }],
	[
		"Service scan",
		'percent="50.00" remaining="6" etc="1795653081"',
		{ step: "services", percent: 50, leftS: 6 },
	],
	["NSE", 'percent="100.00"', { step: "services", percent: 100, leftS: undefined }],
	["Ping Scan", 'percent="10.00"', undefined],
	["Parallel DNS resolution of 1 host.", 'percent="0.00"', undefined],
	["Connect Scan", 'percent="-3"', undefined],
] as const)("%s %s", (task, rest, says) => {
	expect(heard(`<nmaprun>\n${element(task, rest)}<host/>`)).toEqual(says === undefined ? [] : [says]);
});

test("an element that comes in two pieces is told once, and the newest of several", () => {
	const text = element("Connect Scan", 'percent="30.40" remaining="3" etc="1795653081"');
	for (let cut = 1; cut < text.length; cut++) {
		expect(heard(text.slice(0, cut), text.slice(cut), "<host/>")).toEqual([
			{ step: "ports", percent: 30, leftS: 3 },
		]);
	}
	const later = element("Connect Scan", 'percent="60.40" remaining="2" etc="1795653081"');
	expect(heard(text + later)).toEqual([{ step: "ports", percent: 60, leftS: 2 }]);
});

test("a flood without an element costs little and tells nothing", () => {
	expect(heard(...Array.from({ length: 200 }, () => '<taskprogress task="'.repeat(3_000)))).toEqual([]);
});
