import { errnoOf } from "@spawn/foundation";

/** Keeps an attempt from starting; the message is a user's to read. Never leaves this package. */
export class StartFailure extends Error {
  override readonly name = "StartFailure";
}

const SYSTEM_REASONS: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  EPERM: "no permission",
  EROFS: "the file system is read-only",
  ENOENT: "no such file or folder",
  ENOTDIR: "a part of the path is not a folder",
  EISDIR: "it is a folder",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "the name is too long",
  ENOSPC: "no space left",
  EDQUOT: "the disk quota is used up",
  EMFILE: "the runner has too many open files",
  ENFILE: "the machine has too many open files",
  EAGAIN: "no more processes are allowed (see ulimit -u and the pids limit)",
  ENOMEM: "not enough memory",
  E2BIG: "the environment and the command are too long together",
};

/** @returns why the attempt could not start; `undefined` when the error is a bug, not a reason. */
export function startFailureMessage(error: unknown): string | undefined {
  if (error instanceof StartFailure) return error.message;
  const code = errnoOf(error);
  const reason = code === undefined ? undefined : SYSTEM_REASONS[code];
  if (reason === undefined) return undefined;
  return `${pathOf(error) ?? "the command"}: ${reason} (${code})`;
}

function pathOf(error: unknown): string | undefined {
  return error instanceof Error && "path" in error && typeof error.path === "string" ? error.path : undefined;
}
