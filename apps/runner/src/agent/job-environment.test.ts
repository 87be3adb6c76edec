import { expect, it } from "vitest";
import { jobEnvironment } from "./job-environment.js";

it("is a login's, with the region, without what is the service's own", () => {
  const inherited = { PATH: "/bin", HOME: "/srv", INVOCATION_ID: "1", NOTIFY_SOCKET: "/run/n" };
  const environment = jobEnvironment(inherited, "eu-west-1");
  expect(environment).toMatchObject({ PATH: "/bin", HOME: "/srv", AWS_REGION: "eu-west-1" });
  expect(environment.USER).toBeTruthy();
  expect(environment).not.toHaveProperty("INVOCATION_ID");
  expect(environment).not.toHaveProperty("NOTIFY_SOCKET");
});
