import { describe, expect, it } from "vitest";
import { explainAwsError, kindOf } from "./aws-errors.js";

/** As the SDK throws it. */
function failed(name: string, message: string, status: number): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}

describe("what AWS refuses", () => {
  it.each([
    ["LimitExceededException", 409, "quota"],
    ["ServiceQuotaExceededException", 402, "quota"],
    ["RequestLimitExceeded", 503, "throttled"],
    ["InsufficientInstanceCapacity", 500, "capacity"],
    ["InternalError", 500, "unknown-outcome"],
    ["InvalidInstanceID.NotFound", 400, "not-found"],
    ["EntityAlreadyExistsException", 409, "exists"],
  ])("as %s is of the right kind", (name, status, kind) => {
    expect(kindOf(failed(name, "", status))).toBe(kind);
  });

  it("is said without EC2's encoded message", () => {
    const words =
      "You are not authorized to perform this operation. User: arn:aws:iam::1:user/u is not authorized to perform: ec2:RunInstances.";
    const error = failed(
      "UnauthorizedOperation",
      `${words} Encoded authorization failure message: ${"aB3-_".repeat(200)}`,
      403,
    );
    expect(explainAwsError("no instance", error)).toMatchObject({
      code: "permission-denied",
      message: `no instance: ${words}`,
    });
  });

  it.each(["AuthFailure", "InvalidClientTokenId"])(
    "as %s may come of a region that is not enabled",
    (name) => {
      const { code, hint } = explainAwsError("no answer", failed(name, "not valid", 403));
      expect({ code, hint }).toMatchObject({
        code: "permission-denied",
        hint: expect.stringContaining("region enabled"),
      });
    },
  );
});
