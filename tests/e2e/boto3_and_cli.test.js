// @connections through boto3 and the AWS CLI, Debian's own.

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { promisify } from 'node:util';

import { environment, startEmulator, test } from './support/emulator.js';

const run = promisify(execFile);
const AWS = fs.existsSync('/usr/bin/aws') ? '/usr/bin/aws' : 'aws';
const PYTHON = '/usr/bin/python3';

const env = environment({ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_DEFAULT_REGION: 'us-east-1', AWS_EC2_METADATA_DISABLED: 'true', AWS_MAX_ATTEMPTS: '1' });

function has(command, ...args) {
  try {
    execFileSync(command, args, { stdio: 'ignore', env });
    return false;
  } catch {
    return `${command} can't be used here`;
  }
}
const withoutAws = has(AWS, '--version');
const withoutBoto3 = has(PYTHON, '-c', 'import boto3');

const aws = (emulator, command, ...args) => run(AWS, ['apigatewaymanagementapi', command, '--endpoint-url', emulator.url('/dev'), '--output', 'json', ...args], { env });

test('the AWS CLI posts, describes and deletes', { skip: withoutAws }, async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const message = `${emulator.outside}/message`;

  fs.writeFileSync(message, '{"from":"the command line"}');
  await aws(emulator, 'post-to-connection', '--connection-id', client.connectionId, '--data', `fileb://${message}`);
  assert.equal(await client.nextMessage(), '{"from":"the command line"}');

  const { stdout } = await aws(emulator, 'get-connection', '--connection-id', client.connectionId);
  assert.match(JSON.parse(stdout).connectedAt ?? JSON.parse(stdout).ConnectedAt, /^\d{4}-/);

  await aws(emulator, 'delete-connection', '--connection-id', client.connectionId);
  assert.equal((await client.whenClosed()).code, 1000);
  await emulator.disconnectEvent(client.connectionId);
  await assert.rejects(aws(emulator, 'get-connection', '--connection-id', client.connectionId), /GoneException/);
});

test('boto3 posts, describes and deletes, by http and by https', { skip: withoutBoto3 }, async (t) => {
  const emulator = await startEmulator(t, 'echo');

  for (const [scheme, verify] of [['http', 'None'], ['https', 'sys.argv[3]']]) {
    const client = await emulator.connect();
    const script = `
import sys, boto3
client = boto3.client("apigatewaymanagementapi", endpoint_url=sys.argv[1], verify=${verify})
connection = {"ConnectionId": sys.argv[2]}
client.post_to_connection(**connection, Data=b"from Python")
client.post_to_connection(**connection, Data=b"")
client.post_to_connection(**connection, Data=b"x" * 131072)
described = client.get_connection(**connection)
assert described["Identity"]["SourceIp"] in ("127.0.0.1", "::1"), described
try:
    client.post_to_connection(**connection, Data=b"x" * 131073)
    raise SystemExit("not too large?")
except client.exceptions.PayloadTooLargeException:
    pass
client.delete_connection(**connection)
for call in (lambda: client.get_connection(**connection), lambda: client.delete_connection(**connection), lambda: client.post_to_connection(**connection, Data=b"late")):
    try:
        call()
        raise SystemExit("not gone?")
    except client.exceptions.GoneException as gone:
        assert gone.response["ResponseMetadata"]["HTTPStatusCode"] == 410
`;
    await run(PYTHON, ['-c', script, emulator.url('/dev', scheme), client.connectionId, `${emulator.folder}/.postern/ca.pem`], { env });
    assert.equal(await client.nextMessage(), 'from Python');
    assert.equal(await client.nextMessage(), '');
    assert.equal((await client.nextMessage()).length, 131072);
    assert.equal((await client.whenClosed()).code, 1000);
  }
});
