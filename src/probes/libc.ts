/**
 * The C library: the one place where TypeScript calls native code. Knows the memory layout of the structs it
 * passes and the numbers of Linux; refuses to know what is sent.
 *
 * 64-bit little-endian Linux only, with glibc or musl: elsewhere `openLibc` gives undefined and the caller
 * falls back. Sources: socket(2), sendmmsg(2), recvmmsg(2), ppoll(2), raw(7), <bits/socket.h>.
 */

import { dlopen, type Pointer, ptr, read } from "bun:ffi";

const I32 = "i32" as const;
const U32 = "u32" as const;
const PTR = "ptr" as const;

const SYMBOLS = {
	socket: { args: [I32, I32, I32], returns: I32 },
	bind: { args: [I32, PTR, U32], returns: I32 },
	getsockname: { args: [I32, PTR, PTR], returns: I32 },
	setsockopt: { args: [I32, I32, I32, PTR, U32], returns: I32 },
	sendmmsg: { args: [I32, PTR, U32, I32], returns: I32 },
	recvmmsg: { args: [I32, PTR, U32, I32, PTR], returns: I32 },
	ppoll: { args: [PTR, "u64", PTR, PTR], returns: I32 },
	clock_gettime: { args: [I32, PTR], returns: I32 },
	close: { args: [I32], returns: I32 },
	__errno_location: { args: [], returns: PTR },
} as const;

/** The libraries that hold these symbols: glibc, musl on x86-64 and on ARM64. */
const NAMES = ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];

/** Calls return what C returns, or −errno instead of −1. */
export type Libc = {
	socket(family: number, type: number, protocol: number): number;
	/** Binds to `name` (a sockaddr; the array begins where its buffer does) and reads back the name the kernel gave. */
	bindAndName(fd: number, name: Uint8Array<ArrayBuffer>): number;
	/** `value`: an array that begins where its buffer does. */
	setOption(fd: number, level: number, option: number, value: Uint8Array<ArrayBuffer>): number;
	/** Sends `count` messages of the block from `first` on; gives how many left. */
	send(fd: number, block: MessageBlock, first: number, count: number): number;
	/** Receives into the block, without waiting; gives how many came. */
	receive(fd: number, block: MessageBlock, flags: number): number;
	/** Waits at most `timeoutMs` (a fraction is kept) until one of the entries is ready. */
	poll(entries: PollEntries, timeoutMs: number): number;
	/** Wall time (CLOCK_REALTIME) in microseconds of the epoch. */
	wallUs(): number;
	close(fd: number): void;
};

/** Loads the library, or undefined where this machine's is not one we know. Errno is per thread: one Libc each. */
export function openLibc(): Libc | undefined {
	if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) return undefined;
	for (const name of NAMES) {
		try {
			return wrap(dlopen(name, SYMBOLS).symbols);
		} catch {
			// Not this libc; the next name may be it.
		}
	}
	return undefined;
}

type Symbols = ReturnType<typeof dlopen<typeof SYMBOLS>>["symbols"];

function wrap(c: Symbols): Libc {
	const errno = c.__errno_location() as Pointer;
	const orErrno = (result: number) => (result < 0 ? -read.i32(errno, 0) : result);
	const time = new DataView(new ArrayBuffer(16));
	const timeAt = ptr(time.buffer);
	const wait = new DataView(new ArrayBuffer(16));
	const waitAt = ptr(wait.buffer);
	return {
		socket: (family, type, protocol) => orErrno(c.socket(family, type, protocol)),
		bindAndName(fd, name) {
			const length = new Uint32Array(new ArrayBuffer(4)).fill(name.byteLength);
			const bound = orErrno(c.bind(fd, ptr(name.buffer), name.byteLength));
			return bound < 0 ? bound : orErrno(c.getsockname(fd, ptr(name.buffer), ptr(length.buffer)));
		},
		setOption: (fd, level, option, value) =>
			orErrno(c.setsockopt(fd, level, option, ptr(value.buffer), value.byteLength)),
		send: (fd, block, first, count) =>
			orErrno(c.sendmmsg(fd, (block.address + first * MMSGHDR) as Pointer, count, MSG_DONTWAIT)),
		receive(fd, block, flags) {
			block.reset();
			return orErrno(c.recvmmsg(fd, block.address, block.count, flags | MSG_DONTWAIT, null));
		},
		poll(entries, timeoutMs) {
			const seconds = Math.floor(timeoutMs / 1000);
			wait.setUint32(0, seconds, true);
			wait.setUint32(8, Math.floor((timeoutMs - seconds * 1000) * 1e6), true);
			return orErrno(c.ppoll(entries.address, entries.count, waitAt, null));
		},
		wallUs() {
			c.clock_gettime(0, timeAt);
			return Number(time.getBigInt64(0, true)) * 1e6 + time.getUint32(8, true) / 1000;
		},
		close(fd) {
			c.close(fd);
		},
	};
}

const MSG_DONTWAIT = 0x40;
const MMSGHDR = 64;
const IOVEC = 16;
const NAME = 32;

/**
 * Memory for `count` messages of sendmmsg and recvmmsg: one buffer that never moves, laid out as mmsghdr[],
 * iovec[], then per message a sockaddr, control bytes and data bytes.
 */
export class MessageBlock {
	readonly count: number;
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly view: DataView<ArrayBuffer>;
	readonly address: Pointer;
	readonly #control: number;
	readonly #data: number;
	readonly #first: number;

	constructor(count: number, controlBytes: number, dataBytes: number) {
		this.count = count;
		this.#control = controlBytes;
		this.#data = dataBytes;
		this.#first = count * (MMSGHDR + IOVEC);
		const buffer = new ArrayBuffer(this.#first + count * (NAME + controlBytes + dataBytes));
		this.bytes = new Uint8Array(buffer);
		this.view = new DataView(buffer);
		this.address = ptr(buffer);
		const base = BigInt(this.address);
		for (let i = 0; i < count; i++) {
			const header = i * MMSGHDR;
			const iovec = count * MMSGHDR + i * IOVEC;
			this.view.setBigUint64(header, base + BigInt(this.nameAt(i)), true);
			this.view.setBigUint64(header + 16, base + BigInt(iovec), true);
			this.view.setBigUint64(header + 24, 1n, true);
			if (controlBytes > 0) this.view.setBigUint64(header + 32, base + BigInt(this.controlAt(i)), true);
			this.view.setBigUint64(iovec, base + BigInt(this.dataAt(i)), true);
			this.view.setBigUint64(iovec + 8, BigInt(dataBytes), true);
		}
		this.reset();
	}

	/** Gives every message its full room again: the kernel overwrites the lengths. */
	reset(): void {
		for (let i = 0; i < this.count; i++) {
			this.view.setUint32(i * MMSGHDR + 8, NAME, true);
			this.view.setUint32(i * MMSGHDR + 40, this.#control, true);
		}
	}

	/** Offsets into `bytes`. */
	nameAt(i: number): number {
		return this.#first + i * (NAME + this.#control + this.#data);
	}
	controlAt(i: number): number {
		return this.nameAt(i) + NAME;
	}
	dataAt(i: number): number {
		return this.controlAt(i) + this.#control;
	}

	/** For sending: the length of the sockaddr and of the data of message `i`. */
	setLengths(i: number, name: number, data: number): void {
		this.view.setUint32(i * MMSGHDR + 8, name, true);
		this.view.setUint32(this.count * MMSGHDR + i * IOVEC + 8, data, true);
	}

	/** After receiving: bytes of control data of message `i`. */
	controlLength(i: number): number {
		return this.view.getUint32(i * MMSGHDR + 40, true);
	}
	/** After receiving: bytes of data of message `i` (cut to the room it had). */
	dataLength(i: number): number {
		return this.view.getUint32(i * MMSGHDR + 56, true);
	}
}

/** The pollfd[] of ppoll. */
export class PollEntries {
	readonly count: number;
	readonly address: Pointer;
	readonly #view: DataView<ArrayBuffer>;

	constructor(fds: readonly number[]) {
		this.count = fds.length;
		this.#view = new DataView(new ArrayBuffer(Math.max(8, fds.length * 8)));
		this.address = ptr(this.#view.buffer);
		fds.forEach((fd, i) => {
			this.#view.setInt32(i * 8, fd, true);
		});
	}

	/** What to wait for on entry `i`: input always, room for output on demand. */
	watch(i: number, output: boolean): void {
		this.#view.setUint16(i * 8 + 4, output ? 0x5 : 0x1, true);
	}

	/** What was found on entry `i`: POLLIN 1, POLLOUT 4, POLLERR 8. */
	found(i: number): number {
		return this.#view.getUint16(i * 8 + 6, true);
	}
}
