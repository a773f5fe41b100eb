/** The peer of the HTTP bench: the least that Bun can do, a JSON of a few bytes. Takes its port as argument. */

Bun.serve({
	hostname: "127.0.0.1",
	port: Number(process.argv[2]),
	fetch: () => Response.json({ hello: "world" }),
});
