import { userInfo } from "node:os";

/** What systemd tells a service of itself. */
const SERVICE_VARIABLES = [
  "INVOCATION_ID",
  "JOURNAL_STREAM",
  "LISTEN_FDS",
  "LISTEN_FDNAMES",
  "LISTEN_PID",
  "MEMORY_PRESSURE_WATCH",
  "MEMORY_PRESSURE_WRITE",
  "NOTIFY_SOCKET",
  "SYSTEMD_EXEC_PID",
];

type Environment = Readonly<Record<string, string | undefined>>;

/** What jobs find in their environment: that of a login, which a service lacks, and the region for the AWS tools. */
export function jobEnvironment(inherited: Environment, region: string): Environment {
  const { homedir, username, shell } = userInfo();
  const login = {
    HOME: homedir,
    USER: username,
    LOGNAME: username,
    SHELL: shell ?? "/bin/sh",
    LANG: "C.UTF-8",
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
  };
  const service = new Set(SERVICE_VARIABLES);
  const kept = Object.entries(inherited).filter(([name]) => !service.has(name));
  return { ...login, ...Object.fromEntries(kept) };
}
