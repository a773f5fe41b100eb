/** What people type about themselves: which addresses count as one, which passwords and names may be used. */

import { expect, test } from "bun:test";
import { clientKey, readPassword, readUserName } from "../../src/model/user.ts";

test.each([
	["192.0.2.7", "192.0.2.7"],
	["::ffff:192.0.2.7", "192.0.2.7"],
	["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
	["2001:db8:1:2::1", "2001:db8:1:2::/64"],
	["fe80::1%eth0", "fe80::/64"],
	["", ""],
])("%p counts as %p", (address, key) => {
	expect(clientKey(address)).toBe(key);
});

test.each([
	["a4$fG7k", false],
	["a4$fG7kX", true],
	["🐎🐎🐎🐎", false],
	["x".repeat(256), true],
	["x".repeat(257), false],
	["🐎".repeat(256), true],
	["password1", false],
	["Rollcall2026", false],
	["12345678", false],
	["P@ssw0rd!", false],
	["Passw0rd2026!", false],
	["welcome123", false],
	["Sommer2026!", false],
	["qwertzuiop", false],
	["1qaz2wsx", false],
	["zaq1!QAZ", true],
	["qwer1234", false],
	["asdfasdf", false],
	["abcabcabc", false],
	["aaaaaaaa1", false],
	["87654321", false],
	["adminadmin", false],
	["adminpassword1", false],
	["changeme!", false],
	["iloveyou2", false],
	["24.12.1985", false],
	["19851224", false],
	["Somebody77", false],
	["mikrotik", false],
	["correct horse battery", true],
	["password but a longer one", true],
	["hunter two hunter", true],
	["kMf3-ypwQ", true],
	["83920174", true],
	["winterreifen im keller", true],
	["somebody", false],
	["half\ud800surrogate", false],
	["a\0bcdefgh", false],
	["    spaces    ", true],
])("the password %p may be used: %p", (password, may) => {
	expect(readPassword(password, "somebody").value === password).toBe(may);
});

test.each(["ada", "ada@example.org", "Žofie", "a.b-c_d", "x"])("%p is a name", (name) => {
	expect(readUserName(name).value).toBe(name);
});
test.each(["", " ", "a b", "-a", "a-", "<b>", "a\0b", "a\u202eb", "x".repeat(65), "a'b", "../x"])(
	"%p is no name",
	(name) => {
		expect(readUserName(name).value).toBeUndefined();
	},
);
