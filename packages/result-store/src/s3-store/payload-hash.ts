import type { HttpRequest } from "@smithy/types";

/** Of a body that is guarded by a checksum of its own, which S3 compares: it is then not read again to be signed. */
export const UNSIGNED = "UNSIGNED-PAYLOAD";

interface Command {
  readonly middlewareStack: {
    add(middleware: never, options: { readonly step: "build"; readonly name: string }): void;
  };
}

/**
 * Spares the SDK the reading of a body for its signature.
 *
 * @param hash the SHA-256 of the body, lower-case hex; or `UNSIGNED`
 */
export function withPayloadHash<C extends Command>(command: C, hash: string): C {
  const middleware =
    (next: (args: { readonly request: HttpRequest }) => unknown) =>
    (args: { readonly request: HttpRequest }) => {
      args.request.headers["x-amz-content-sha256"] = hash;
      return next(args);
    };
  command.middlewareStack.add(middleware as never, { step: "build", name: "withPayloadHash" });
  return command;
}
