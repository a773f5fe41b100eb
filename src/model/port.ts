/** An open port of a host, as the last port scan saw it. */

export type Port = {
	readonly port: number;
	readonly proto: "tcp" | "udp" | "sctp";
	readonly service: string;
	readonly product: string;
	readonly version: string;
	readonly firstSeenAt: number;
};
