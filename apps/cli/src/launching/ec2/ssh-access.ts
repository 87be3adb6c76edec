import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { get } from "node:https";
import { isIPv4 } from "node:net";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { explainFileError, SpawnError } from "@spawn/foundation";
import type { Ec2FlagValues } from "./ec2-flags.js";

const WHAT_IS_MY_ADDRESS = "https://checkip.amazonaws.com/";
const ANSWER_WITHIN_MS = 5_000;
const DEFAULT_KEYS = ["id_ed25519.pub", "id_rsa.pub"];

export interface SshAccess {
  /** One line of a public key file. */
  readonly publicKey: string;
  /** From where, as `203.0.113.7/32`. */
  readonly from: string;
  /** The private key file beside the public one, absolute; absent where there is none: then ssh looks for itself. */
  readonly identity?: string;
}

export interface SshSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** `undefined` where nobody asked for ssh. @throws SpawnError `bad-arguments`, `aws-failed`. */
export async function sshAccess(flags: Ec2FlagValues, sources: SshSources): Promise<SshAccess | undefined> {
  const { ssh, "ssh-key": key, "ssh-from": from, "wait-for-ssh": wait } = flags;
  if (!ssh && !wait && key === undefined && from === undefined) return undefined;
  const found = key === undefined ? await foundKey(sources) : readKey(resolve(sources.cwd, key), key);
  return { ...found, from: from === undefined ? `${await ownAddress()}/32` : rangeOf(from) };
}

type Key = Pick<SshAccess, "publicKey" | "identity">;

/** Of a private key that has a public one beside it, the latter; the other way round, the private one is known too. */
function readKey(path: string, shown: string): Key {
  const file = !path.endsWith(".pub") && existsSync(`${path}.pub`) ? `${path}.pub` : path;
  const identity = file.replace(/\.pub$/, "");
  try {
    const publicKey = firstKey(readFileSync(file, "utf8"), shown);
    return { publicKey, ...(identity !== file && existsSync(identity) ? { identity } : {}) };
  } catch (error) {
    if (error instanceof SpawnError) throw error;
    const explained = explainFileError(error, "cannot read the key", shown);
    if (explained instanceof SpawnError) throw explained;
    throw new SpawnError("bad-arguments", `--ssh-key ${shown}: there is no such file`, { cause: error });
  }
}

function firstKey(text: string, shown: string): string {
  const key = text.split("\n").find((line) => /^ssh-(ed25519|rsa) \S+/.test(line));
  if (key !== undefined) return key.trim();
  throw new SpawnError("bad-arguments", `${shown} holds no public key that EC2 takes`, {
    hint: "EC2 takes ED25519 and RSA keys: ssh-keygen -t ed25519",
  });
}

async function foundKey({ env }: SshSources): Promise<Key> {
  const folder = join(env.HOME ?? homedir(), ".ssh");
  const file = DEFAULT_KEYS.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (file !== undefined) return readKey(file, file);
  const listed = await promisify(execFile)("ssh-add", ["-L"], { env: { ...env } }).catch(() => ({
    stdout: "",
  }));
  const key = listed.stdout.split("\n").find((line) => /^ssh-(ed25519|rsa) \S+/.test(line));
  if (key !== undefined) return { publicKey: key };
  throw new SpawnError("bad-arguments", "there is no ssh key: neither in ~/.ssh nor in ssh-agent", {
    hint: "Make one (ssh-keygen -t ed25519), or name one with --ssh-key.",
  });
}

/** The address from which AWS sees this machine. */
function ownAddress(): Promise<string> {
  const failed = (why: string): SpawnError =>
    new SpawnError(
      "aws-failed",
      `${WHAT_IS_MY_ADDRESS} does not say from where ssh is to be let in: ${why}`,
      {
        hint: "Say it: --ssh-from 203.0.113.7",
      },
    );
  return new Promise((done, reject) => {
    const request = get(WHAT_IS_MY_ADDRESS, { family: 4, timeout: ANSWER_WITHIN_MS }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => {
        const address = text.trim();
        if (isIPv4(address)) done(address);
        else reject(failed(`it answered ${response.statusCode}`));
      });
    });
    request.on("timeout", () => request.destroy(new Error("no answer")));
    request.on("error", (error) => reject(failed(error.message)));
  });
}

function rangeOf(text: string): string {
  const [address = "", bits = "32", ...more] = text.split("/");
  if (isIPv4(address) && /^\d{1,2}$/.test(bits) && Number(bits) <= 32 && more.length === 0)
    return `${address}/${Number(bits)}`;
  throw new SpawnError("bad-arguments", `--ssh-from ${text}: not an IPv4 address or range`, {
    hint: "Write 203.0.113.7 or 203.0.113.0/24.",
  });
}
