/** The part of the package net-snmp that is used here; it brings no types of its own. */
declare module "net-snmp" {
	type Varbind = { oid: string; type: number; value: unknown };
	type Session = {
		get(oids: string[], done: (error: Error | null, varbinds?: Varbind[]) => void): void;
		on(event: "error", listener: (error: unknown) => void): void;
		close(): void;
	};
	type SessionOptions = Record<string, unknown>;
	type User = {
		name: string;
		level: number;
		authProtocol?: number;
		authKey?: string;
		privProtocol?: number;
		privKey?: string;
	};
	const Version2c: number;
	const Version3: number;
	const SecurityLevel: { noAuthNoPriv: number; authNoPriv: number; authPriv: number };
	const AuthProtocols: Record<string, number>;
	const PrivProtocols: Record<string, number>;
	const ObjectType: { OctetString: number };
	function createSession(target: string, community: string, options: SessionOptions): Session;
	function createV3Session(target: string, user: User, options: SessionOptions): Session;
}
