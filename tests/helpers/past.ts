/** An invented day and week of a host: quiet, a slow evening, half an hour away, an hour not looked at. */

import { dayStart, HOUR_MS, type HostHistory, historyOf, weekStart } from "../../src/model/uptime.ts";
import type { Storage } from "../../views/storage.tsx";
import { NOW, random } from "./world.ts";

const MINUTE = 60_000;

/** `troubled`: with an outage and a gap, else a day without a cloud. */
export function pastOf(seed: number, troubled: boolean): HostHistory {
	const roll = random(seed);
	const samples = [];
	for (let at = dayStart(NOW); at < NOW; at += MINUTE) {
		const hoursAgo = (NOW - at) / HOUR_MS;
		if (troubled && hoursAgo > 18 && hoursAgo < 19.5) continue;
		const away = troubled && hoursAgo > 9 && hoursAgo < 9.6;
		const slow = hoursAgo > 7 && hoursAgo < 8.2 ? 900 : 0;
		samples.push({ at, latencyUs: away ? undefined : 320 + roll() * 240 + slow * (0.7 + roll()) });
	}
	const hours = Array.from({ length: 7 * 24 }, (_, i) => {
		const down = troubled && i === 7 * 24 - 10 ? 36 : 0;
		return { at: weekStart(NOW) + i * HOUR_MS, up: 60 - down, down };
	});
	return historyOf(samples, troubled ? hours.filter((_, i) => i !== 149) : hours, {
		now: NOW,
		intervalMs: MINUTE,
	});
}

/** A file after some months. */
export const storage: Storage = {
	state: {
		fileBytes: 214_000_000,
		freeBytes: 3_100_000,
		tables: [
			{ name: "host_status", bytes: 162_000_000, exact: false },
			{ name: "host_status_hour", bytes: 41_000_000, exact: false },
			{ name: "event", bytes: 6_200_000, exact: true },
			{ name: "host", bytes: 410_000, exact: true },
		],
		samplesPerDay: 1_052_000,
		hostsSeen: 731,
	},
	retention: {
		values: { rawDays: "7", hourlyDays: "400" },
		kept: { rawDays: 7, hourlyDays: 400 },
		configured: { rawDays: 7, hourlyDays: 400 },
		eventDays: 400,
	},
	report: {
		at: NOW - 11 * HOUR_MS,
		rows: { thinned: 1_031_000, runs: 1_440 },
		ms: 2_900,
		slices: 140,
		longestMs: 14,
	},
	askedAt: undefined,
	now: NOW,
};
