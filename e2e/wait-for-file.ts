import { readFileSync, watch } from "node:fs";
import { dirname } from "node:path";

const PATIENCE_MS = 20_000;

/**
 * Resolves with a file's text once it is there and `accept` likes it. The folder must exist.
 *
 * @throws Error after 20 s, with what the file held then.
 */
export async function waitForFile(
  path: string,
  accept: (text: string) => boolean = () => true,
): Promise<string> {
  const folder = dirname(path);
  return await new Promise<string>((resolve, reject) => {
    const look = (): void => {
      const text = read(path);
      if (text === undefined || !accept(text)) return;
      done();
      resolve(text);
    };
    const patience = setTimeout(() => {
      done();
      reject(new Error(`waited in vain for ${path}, which holds: ${read(path) ?? "(it is not there)"}`));
    }, PATIENCE_MS);
    const watcher = watch(folder, look);
    const done = (): void => {
      clearTimeout(patience);
      watcher.close();
    };
    look();
  });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
