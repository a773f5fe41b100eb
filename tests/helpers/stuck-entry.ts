/** A thread that is asked for something and never looks up again, as one that reads a file made to take for ever. */

if (!Bun.isMainThread) for (;;);
