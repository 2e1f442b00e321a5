// What `cdk synth` writes for an app of two stacks, one of them with a nested stack.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { postern } from './support/command.js';
import { makeProject, startEmulator, test } from './support/emulator.js';

const RESOLVED = `  API ChatApi (ID), routes by $request.body.action
    stage dev: /dev
    $connect     Connect5B7625CA   nodejs22.x index.handler  authorized
    $disconnect  Connect5B7625CA   nodejs22.x index.handler
    $default     Message2D9E5D3A   nodejs22.x index.handler  two-way
    history      Function76856677  python3.12 index.handler  two-way
`;
const ID = /\([a-z0-9]{10}\)/g;

const read = (folder, name) => JSON.parse(fs.readFileSync(path.join(folder, 'cdk.out', name), 'utf8'));
const write = (folder, name, value) => fs.writeFileSync(path.join(folder, 'cdk.out', name), JSON.stringify(value, null, 1));

test('an app of the CDK runs as it was synthesized, and a new synthesis counts while clients stay connected', async (t) => {
  const emulator = await startEmulator(t, 'cdk-chat', { args: ['--region', 'eu-west-1'] });
  const { id } = emulator.ready.apis[0];
  const client = await emulator.connect('/dev?user=ada');

  assert.deepEqual(JSON.parse(await client.ask('hello')), { said: 'hello', user: 'ada', table: 'connections', callback: `https://${id}.execute-api.eu-west-1.amazonaws.com/dev` });
  const { table, bucket } = JSON.parse(await client.ask({ action: 'history' }));
  assert.equal(table, 'connections');
  assert.match(bucket, /^chatstack-uploadsa1b2c3d4-[a-z0-9]{12}$/);
  assert.equal((await emulator.refused('/dev?user=mallory')).status, 403);

  // Assets are called after their contents: changed code is another folder.
  const template = read(emulator.folder, 'ChatStack.template.json');
  const assets = read(emulator.folder, 'ChatStack.assets.json');
  const hash = 'f'.repeat(64);
  const old = template.Resources.Message2D9E5D3A.Properties.Code.S3Key.replace('.zip', '');
  fs.mkdirSync(path.join(emulator.folder, `cdk.out/asset.${hash}`));
  fs.writeFileSync(path.join(emulator.folder, `cdk.out/asset.${hash}/index.js`), 'exports.handler = async () => ({ statusCode: 200, body: "new" });');
  assets.files[hash] = { ...assets.files[old], source: { path: `asset.${hash}`, packaging: 'zip' } };
  template.Resources.Message2D9E5D3A.Properties.Code.S3Key = `${hash}.zip`;
  write(emulator.folder, 'ChatStack.assets.json', assets);
  write(emulator.folder, 'ChatStack.template.json', template);
  await emulator.waitForLog(/reloaded .*manifest\.json in /);
  assert.equal(await client.ask('hello'), 'new');
  await client.close();
});

test('the folder of the app, cdk.out and its manifest are the same project', async (t) => {
  const folder = makeProject(t, 'cdk-chat');

  for (const project of [folder, path.join(folder, 'cdk.out'), path.join(folder, 'cdk.out/manifest.json')]) {
    const { status, stdout, stderr } = await postern(['check', project]);
    assert.equal(stdout.replace(ID, '(ID)'), RESOLVED);
    assert.match(stderr, /cdk\.out\/ChatStack\.template\.json:\d+: warning: UploadsA1B2C3D4: AWS::S3::Bucket is not run here: .*\n.*cdk\.out\/DataStack\.template\.json:3: warning: Connections80007411: .*\n$/);
    assert.equal(status, 0);
  }
});

test('of several stacks with a WebSocket API, --stack chooses', async (t) => {
  const folder = makeProject(t, 'cdk-chat');
  const manifest = read(folder, 'manifest.json');
  const inner = structuredClone(manifest);
  const prod = path.join(folder, 'cdk.out/assembly-Prod');

  // A stage of the app, with the same stack in an assembly of its own, and its code in the outer one.
  fs.mkdirSync(prod);
  for (const name of ['DataStack', 'ChatStack']) {
    const stack = inner.artifacts[name];
    delete inner.artifacts[name];
    inner.artifacts[`Prod${name}5A5A5A5A`] = { ...stack, displayName: `Prod/${name}`, dependencies: stack.dependencies.map((id) => (id === 'DataStack' ? 'ProdDataStack5A5A5A5A' : id)), properties: { ...stack.properties, stackName: `Prod-${name}` } };
  }
  manifest.artifacts['assembly-Prod'] = { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-Prod', displayName: 'Prod' } };
  for (const name of ['ChatStack.template.json', 'DataStack.template.json', 'ChatStackHistoryB7C8D9E0.nested.template.json'])
    fs.copyFileSync(path.join(folder, 'cdk.out', name), path.join(prod, name));
  for (const name of ['ChatStack.assets.json', 'DataStack.assets.json'])
    fs.writeFileSync(path.join(prod, name), fs.readFileSync(path.join(folder, 'cdk.out', name), 'utf8').replaceAll('"asset.', '"../asset.'));
  write(folder, 'assembly-Prod/manifest.json', inner);
  write(folder, 'assembly-Prod/cdk.out', { version: '48.0.0' });
  write(folder, 'manifest.json', manifest);

  const undecided = await postern(['check', folder]);
  assert.equal(undecided.status, 2);
  assert.match(undecided.stderr, /manifest\.json: 2 stacks have a WebSocket API: choose one with --stack NAME: ChatStack, Prod\/ChatStack\n$/);
  for (const stack of ['ChatStack', 'Prod/ChatStack', 'Prod-ChatStack', 'ProdChatStack5A5A5A5A']) {
    const { status, stdout, stderr } = await postern(['check', folder, '--stack', stack]);
    assert.equal(stdout.replace(ID, '(ID)'), RESOLVED);
    assert.equal(stderr.includes('cdk.out/assembly-Prod/ChatStack.template.json'), stack.startsWith('Prod'));
    assert.equal(status, 0);
  }
  const unknown = await postern(['check', folder, '--stack', 'Chat']);
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /manifest\.json: --stack Chat: there is no such stack here, only DataStack, ChatStack, Prod\/DataStack, Prod\/ChatStack\n$/);
});

test('names that two stacks use stay apart, and what a nested stack is given counts', async (t) => {
  const folder = makeProject(t, 'cdk-chat');
  const chat = read(folder, 'ChatStack.template.json');
  const nested = read(folder, 'ChatStackHistoryB7C8D9E0.nested.template.json');

  // The nested stack twice, the second time without code of its own.
  const first = Object.keys(chat.Resources).find((id) => chat.Resources[id].Type === 'AWS::CloudFormation::Stack');
  chat.Resources.Second = structuredClone(chat.Resources[first]);
  chat.Resources.Second.Condition = 'Never';
  chat.Conditions.Never = { 'Fn::Equals': ['a', 'b'] };
  nested.Conditions = { Never: { 'Fn::Equals': [{ Ref: 'referencetoChatStackTableRef' }, 'connections'] } };
  nested.Resources.Function76856677.Condition = 'Never';
  write(folder, 'ChatStack.template.json', chat);
  write(folder, 'ChatStackHistoryB7C8D9E0.nested.template.json', nested);

  const { status, stdout } = await postern(['check', folder]);
  assert.equal(stdout.replace(ID, '(ID)'), RESOLVED);
  assert.equal(status, 0);
});

test('what is wrong names the file that it is in', async (t) => {
  const folder = makeProject(t, 'cdk-chat');
  const nested = read(folder, 'ChatStackHistoryB7C8D9E0.nested.template.json');
  nested.Resources.Function76856677.Properties.Environment.Variables.BUCKET_NAME = { Ref: 'Nobody' };
  write(folder, 'ChatStackHistoryB7C8D9E0.nested.template.json', nested);

  const unknown = await postern(['check', folder]);
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /cdk\.out\/ChatStackHistoryB7C8D9E0\.nested\.template\.json:\d+: Function76856677\.Environment: there is no resource or parameter "Nobody"/);

  fs.rmSync(path.join(folder, 'cdk.out/ChatStackHistoryB7C8D9E0.nested.template.json'));
  fs.writeFileSync(path.join(folder, 'cdk.out/DataStack.template.json'), '{\n "Resources": }');
  const broken = await postern(['check', folder]);
  assert.equal(broken.status, 2);
  assert.match(broken.stderr, /cdk\.out\/ChatStackHistoryB7C8D9E0\.nested\.template\.json: can't be read: No such file or directory: run `cdk synth` again\n/);
  assert.match(broken.stderr, /cdk\.out\/DataStack\.template\.json:2: not JSON: /);

  fs.rmSync(path.join(folder, 'cdk.out'), { recursive: true });
  const unsynthesized = await postern(['check', folder]);
  assert.equal(unsynthesized.status, 2);
  assert.match(unsynthesized.stderr, /cdk\.json: there is no cdk\.out\/manifest\.json yet: run `npx cdk synth`/);
});
