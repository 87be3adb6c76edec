/** A service of systemd that runs a command of this program. */
export interface SystemdUnit {
  readonly description: string;
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Absolute. */
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Read where it is there: `NAME=value` a line, for what must not be in the unit. */
  readonly environmentFile: string;
  /** Of a unit of the system; a user's runs as that user. */
  readonly user?: string;
  /** How long it may take to stop, in seconds. */
  readonly stopSeconds: number;
}

/**
 * The unit's text. When it stops, only its own process is told (`KillMode=process`): that one ends its commands itself, and
 * queues that it launched go on.
 */
export function systemdUnitText(unit: SystemdUnit): string {
  const { description, command, workingDirectory, environment, environmentFile, user, stopSeconds } = unit;
  return [
    "[Unit]",
    `Description=${escaped(description)}`,
    "After=network-online.target",
    "Wants=network-online.target",
    "",
    "[Service]",
    "Type=simple",
    ...(user === undefined ? [] : [`User=${user}`]),
    `WorkingDirectory=${escaped(workingDirectory)}`,
    ...Object.entries(environment).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    `EnvironmentFile=-${environmentFile}`,
    `ExecStart=${command.map((word) => quoted(word).replaceAll("$", "$$$$")).join(" ")}`,
    "Restart=always",
    "RestartSec=5",
    "KillMode=process",
    `TimeoutStopSec=${stopSeconds}`,
    "",
    "[Install]",
    `WantedBy=${user === undefined ? "default.target" : "multi-user.target"}`,
    "",
  ].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("%", "%%");
}

/** A word as systemd reads it back. */
function quoted(word: string): string {
  const text = escaped(word);
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}
