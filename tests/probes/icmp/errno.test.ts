/** Every error number a send can meet: what it means, and that none of them means "host down". */

import { expect, test } from "bun:test";
import { AppError } from "../../../src/errors.ts";
import { classifySend, isRefusal, ownFault, type SendTrouble } from "../../../src/probes/icmp/errno.ts";

const TABLE: [string, number, SendTrouble, RegExp][] = [
	["EPERM", 1, "fault", /firewall|capability/],
	["EINTR", 4, "again", /error 4/],
	["EBADF", 9, "fault", /error 9/],
	["EAGAIN", 11, "full", /send buffer/],
	["ENOMEM", 12, "buffers", /memory/],
	["EACCES", 13, "queued", /prohibit/],
	["EINVAL", 22, "fault", /discards/],
	["ENFILE", 23, "fault", /open files/],
	["EMFILE", 24, "fault", /open files/],
	["EPROTO", 71, "queued", /error 71/],
	["EMSGSIZE", 90, "queued", /error 90/],
	["ENOPROTOOPT", 92, "queued", /error 92/],
	["EAFNOSUPPORT", 97, "fault", /address family/],
	["EADDRNOTAVAIL", 99, "fault", /no address/],
	["ENETDOWN", 100, "fault", /interface is down/],
	["ENETUNREACH", 101, "queued", /no route/],
	["ENOBUFS", 105, "buffers", /no buffer/],
	["ECONNREFUSED", 111, "queued", /error 111/],
	["EHOSTDOWN", 112, "queued", /error 112/],
	["EHOSTUNREACH", 113, "queued", /unreachable/],
	["a number nobody knows", 4711, "fault", /error 4711/],
];

test.each(TABLE)("%s", (_, errno, trouble, words) => {
	expect(classifySend(errno)).toBe(trouble);
	const fault = ownFault(errno);
	expect(fault).toBeInstanceOf(AppError);
	expect(fault.code).toBe("unavailable");
	expect(fault.message).toMatch(words);
	expect(fault.detail).toEqual({ errno });
});

test("only a refusal leads to the next kind of socket", () => {
	expect([1, 13, 93, 94].every(isRefusal)).toBe(true);
	expect([24, 23, 105, 12, 97].some(isRefusal)).toBe(false);
});
