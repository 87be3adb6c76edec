import { describe, expect, it } from "vitest";
import { knownHostsText, loginUser, sessionManagerCommand, sshArguments } from "./ssh-command.js";

const target = {
  instanceId: "i-0abc",
  address: "203.0.113.7",
  user: "ec2-user",
  knownHosts: "/state/i-0abc",
};

describe("ssh to an instance", () => {
  it("believes its own host keys, and no others", () => {
    expect(sshArguments(target).join(" ")).toBe(
      "-o UserKnownHostsFile=/state/i-0abc -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes -o HostKeyAlias=i-0abc -o UpdateHostKeys=no -l ec2-user -- 203.0.113.7",
    );
  });

  it("takes a key and a command, which stays one argument", () => {
    const args = sshArguments({ ...target, identity: "/k", command: "tail -f 'a b'" });
    expect(args.slice(-7)).toEqual(["-i", "/k", "-l", "ec2-user", "--", "203.0.113.7", "tail -f 'a b'"]);
  });

  it("knows hosts by the keys that the agent stored, without their comments, and by nothing else", () => {
    const keys = "ssh-ed25519 AAAAC3Nza root@ip-10-0-0-1\necdsa-sha2-nistp256 AAAAE2Vj\n\n* ssh-rsa AAAA\n";
    expect(knownHostsText("i-0abc", keys)).toBe(
      "i-0abc ssh-ed25519 AAAAC3Nza\ni-0abc ecdsa-sha2-nistp256 AAAAE2Vj\n",
    );
  });

  it.each([
    ["al2023-ami-2023.5", "ec2-user"],
    ["ubuntu/images/hvm-ssd/ubuntu-jammy-22.04", "ubuntu"],
    ["debian-12-amd64", "admin"],
    [undefined, "ec2-user"],
  ])("logs in to %s as %s", (image, user) => {
    expect(loginUser(image)).toBe(user);
  });
});

it("says how to get in without an address", () => {
  expect(sessionManagerCommand("i-0abc", "eu-west-1")).toBe(
    "aws ssm start-session --region eu-west-1 --target i-0abc",
  );
});
