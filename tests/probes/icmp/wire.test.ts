/** Which sockets are opened when what is refused, over a C library that a test scripts. */

import { describe, expect, test } from "bun:test";
import { openWire } from "../../../src/probes/icmp/wire.ts";
import type { Libc } from "../../../src/probes/libc.ts";

const [EPERM, EACCES, EMFILE, EPROTONOSUPPORT, EAFNOSUPPORT] = [1, 13, 24, 93, 97];
/** Numbers of Linux: AF_INET, AF_INET6; SOCK_RAW, SOCK_DGRAM. */
const V4 = 2;
const RAW = 3;

/** `refuse` gives an error number for a socket, or undefined to open it. */
function scripted(refuse: (family: number, type: number) => number | undefined) {
	const open = new Set<number>();
	const options: string[] = [];
	let next = 10;
	const libc: Libc = {
		socket(family, type) {
			const errno = refuse(family, type & 0xf);
			if (errno !== undefined) return -errno;
			open.add(++next);
			return next;
		},
		bindAndName(_, name) {
			name.set([0xab, 0xcd], 2);
			return 0;
		},
		setOption(_, level, option) {
			options.push(`${level}/${option}`);
			return 0;
		},
		send: () => 0,
		receive: () => -11,
		poll: () => 0,
		wallUs: () => 0,
		close: (fd) => {
			open.delete(fd);
		},
	};
	return { libc, open, options };
}

const half = () => 0.5;

describe("opening", () => {
	test("raw for both families where it is permitted, with filters and error queues", () => {
		const { libc, open, options } = scripted(() => undefined);
		const opened = openWire(libc, half);
		expect(opened?.method).toBe("raw");
		expect(opened?.wire.sockets.map(({ family, identifier }) => [family, identifier])).toEqual([
			[4, 32_768],
			[6, 32_768],
		]);
		expect(options).toContain("255/1");
		expect(options).toContain("58/1");
		expect(options.filter((option) => option === "0/11" || option === "41/25")).toHaveLength(2);
		opened?.wire.close();
		expect(open.size).toBe(0);
	});

	test.each([EPERM, EACCES])("raw refused with %i: datagram, with the kernel's identifier", (errno) => {
		const { libc, options } = scripted((_, type) => (type === RAW ? errno : undefined));
		const opened = openWire(libc, half);
		expect(opened?.method).toBe("datagram");
		expect(opened?.wire.sockets.map(({ identifier }) => identifier)).toEqual([0xabcd, 0xabcd]);
		expect(options).not.toContain("255/1");
	});

	test.each([EPERM, EACCES, EPROTONOSUPPORT])("everything refused with %i: nothing", (errno) => {
		expect(openWire(scripted(() => errno).libc, half)).toBeUndefined();
	});

	test("a machine without IPv6, or without IPv4", () => {
		const four = openWire(scripted((family) => (family === V4 ? undefined : EAFNOSUPPORT)).libc, half);
		expect(four?.wire.sockets.map(({ family }) => family)).toEqual([4]);
		const six = openWire(scripted((family) => (family === V4 ? EAFNOSUPPORT : undefined)).libc, half);
		expect(six?.wire.sockets.map(({ family }) => family)).toEqual([6]);
	});

	test("too many open files is no reason for a worse method: it is told, and nothing stays open", () => {
		const { libc, open } = scripted((family) => (family === V4 ? undefined : EMFILE));
		expect(() => openWire(libc, half)).toThrow(/too many open files/);
		expect(open.size).toBe(0);
	});
});
