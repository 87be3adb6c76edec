import { SpawnError } from "@spawn/foundation";

export interface BootstrapFacts {
  readonly ttlMs: number;
  /** The text of `/etc/spawn/agent.json`: one line. */
  readonly agentConfig: string;
  /** Presigned: whoever has it can fetch the runner, gzipped, and nothing else. */
  readonly runnerUrl: string;
  /** Of the runner itself, unpacked; lower-case hex. */
  readonly runnerSha256: string;
}

/** EC2's limit, before base64. */
const MOST_BYTES = 16_384;

/** A machine that cannot work must not cost the whole time to live. */
const MINUTES_AFTER_FAILURE = 3;

/**
 * The script that an instance runs at its first boot: arms the machine's own end and hands over to a service, which fetches the
 * runner. What comes after a restart is the service's alone: it is there before anything is fetched. POSIX `sh`; needs curl or wget, gunzip, sha256sum and systemd, which Amazon Linux 2023, Ubuntu and Debian have.
 *
 * @throws SpawnError `bad-arguments` where EC2 would not take it: with a session's token that is beyond all custom.
 */
export function userData(facts: BootstrapFacts): string {
  const script = bootScript(facts);
  const bytes = Buffer.byteLength(script);
  if (bytes <= MOST_BYTES) return script;
  const url = `${facts.runnerUrl.length} of them the address signed with your session, ${Buffer.byteLength(facts.agentConfig)} what its agent is told`;
  throw new SpawnError(
    "bad-arguments",
    `an instance's first script would be ${bytes} bytes, and EC2 takes ${MOST_BYTES} (${url})`,
    { hint: "Launch with a session whose token is shorter, or name fewer jobs with --rerun." },
  );
}

function bootScript(facts: BootstrapFacts): string {
  const minutes = Math.max(1, Math.ceil(facts.ttlMs / 60_000));
  const soon = Math.min(MINUTES_AFTER_FAILURE, minutes);
  return `#!/bin/sh
shutdown -P +${minutes}
umask 077
mkdir -p /etc/spawn /usr/local/bin
cat >/etc/spawn/agent.json <<'SPAWN_END'
${facts.agentConfig}
SPAWN_END
cat >/etc/spawn/arm <<'SPAWN_END'
${ARM}SPAWN_END
cat >/etc/spawn/fetch <<'SPAWN_END'
${fetchScript(facts, soon)}SPAWN_END
cat >/etc/systemd/system/spored.service <<'SPAWN_END'
${SERVICE}SPAWN_END
chmod 644 /etc/systemd/system/spored.service
systemctl daemon-reload && systemctl enable spored && systemctl start spored && exit
echo 'spawn: cannot start spored' | tee /dev/console >&2
shutdown -P +${soon}
`;
}

/**
 * Fetches the runner, where it is not there yet: its service does so, that a machine which restarts meanwhile does it again. Where
 * it fails it is tried again, too; the end that the first failure arms is not put off by that.
 */
function fetchScript({ runnerUrl, runnerSha256 }: BootstrapFacts, soon: number): string {
  return `[ -e /usr/local/bin/spored ] && exit
fail() { echo "spawn: $1" | tee /dev/console >&2; [ -e /run/spawn.failed ] || shutdown -P +${soon}; : >/run/spawn.failed; exit 1; }
url=${quoted(runnerUrl)}
new=/usr/local/bin/.spawn-runner
get() {
  if command -v curl >/dev/null; then curl -fsS --connect-timeout 10 --max-time 300 "$url"
  else wget -q -T 60 -t 1 -O - "$url"; fi | gunzip -c >$new
  echo "${runnerSha256}  $new" | sha256sum -c - >/dev/null
}
n=0
until get; do
  n=$((n + 1)); [ $n -lt 8 ] || fail 'cannot fetch the runner'
  sleep $((n * 2))
done
chmod 755 $new && $new --version >/dev/null && mv $new /usr/local/bin/spawn-runner && ln -sf spawn-runner /usr/local/bin/spored || fail 'the runner does not run here'
`;
}

/**
 * Arms the machine's own end for what is left until its deadline, where nothing has armed it yet: after a reboot, also where the
 * agent can no longer start. What is armed stays as it is, so that a service that restarts for ever puts nothing off.
 */
const ARM = `[ -e /run/systemd/shutdown/scheduled ] && exit
at=$(sed -n 's/.*"deadline":"\\([^"]*\\)".*/\\1/p' /etc/spawn/agent.json /var/lib/spawn-queue/deadline.json | sort | tail -n 1)
left=$(($(date -d "$at" +%s) - $(date +%s)))
shutdown -P +$((left > 0 ? left / 60 + 1 : 0))
`;

const SERVICE = `[Unit]
Description=spawn agent
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0
[Service]
ExecStartPre=-/bin/sh /etc/spawn/arm
ExecStartPre=/bin/sh /etc/spawn/fetch
ExecStart=/usr/local/bin/spored agent --config /etc/spawn/agent.json
EnvironmentFile=-/etc/spawn/environment
KillMode=process
UMask=0022
OOMPolicy=continue
Restart=on-failure
RestartSec=5
TimeoutStartSec=infinity
TimeoutStopSec=120
[Install]
WantedBy=multi-user.target
`;

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
