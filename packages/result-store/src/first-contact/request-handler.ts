/** What the SDK's clients take as their HTTP handler. */
export interface RequestHandler {
  handle(request: unknown, options?: unknown): Promise<{ response: never }>;
}
