/** How an instance on EC2 is reached by ssh. */
export interface SshTarget {
  readonly instanceId: string;
  readonly address: string;
  readonly user: string;
  /** The file with the instance's own host keys, and no others. */
  readonly knownHosts: string;
  /** A private key file; default: what ssh itself finds. */
  readonly identity?: string | undefined;
  /** What is run there instead of a shell. */
  readonly command?: string | undefined;
}

/** The arguments of `ssh`: no host key is believed but the instance's own, known by its id, whatever its address is. */
export function sshArguments({
  instanceId,
  address,
  user,
  knownHosts,
  identity,
  command,
}: SshTarget): readonly string[] {
  const options = {
    UserKnownHostsFile: knownHosts,
    GlobalKnownHostsFile: "/dev/null",
    StrictHostKeyChecking: "yes",
    HostKeyAlias: instanceId,
    UpdateHostKeys: "no",
  };
  return [
    ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
    ...(identity === undefined ? [] : ["-i", identity]),
    ...["-l", user, "--", address],
    ...(command === undefined ? [] : [command]),
  ];
}

/** The lines of a known_hosts file. @param keys lines of public host key files */
export function knownHostsText(instanceId: string, keys: string): string {
  return keys
    .split("\n")
    .map((line) => /^(?:ssh|ecdsa)-\S+ [A-Za-z0-9+/=]+/.exec(line.trim())?.[0])
    .filter((key) => key !== undefined)
    .map((key) => `${instanceId} ${key}\n`)
    .join("");
}

/** The user of an image, by its name: Amazon's own, Ubuntu's, Debian's. */
export function loginUser(imageName: string | undefined): string {
  if (/ubuntu/i.test(imageName ?? "")) return "ubuntu";
  if (/debian/i.test(imageName ?? "")) return "admin";
  return "ec2-user";
}

/** What opens a shell without an address, for somebody to run. */
export function sessionManagerCommand(instanceId: string, region: string): string {
  return `aws ssm start-session --region ${region} --target ${instanceId}`;
}
