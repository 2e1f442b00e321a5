// Handlers whose endpoint is hard-coded to AWS's host names reach the emulator, whatever client they use.

import assert from 'node:assert/strict';
import path from 'node:path';

import { ROOT, startEmulator, test } from './support/emulator.js';

const ENDPOINT = 'https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/dev';

const project = (functions, more = {}) => ({
  functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler', timeout: 20 }, ...functions },
  apis: {
    echo: {
      id: 'a1b2c3d4e5',
      routes: { $connect: { function: 'echo' }, $disconnect: {}, ...Object.fromEntries(Object.keys(functions).map((name) => [name, { function: name }])) },
    },
  },
  ...more,
});

const node = `
const https = require('node:https');
const path = ({ requestContext: { connectionId } }) => '/dev/@connections/' + encodeURIComponent(connectionId);

const post = (host, event, data) => new Promise((resolve, reject) => {
  const request = https.request({ host, path: path(event), method: 'POST' }, (response) => {
    response.resume().on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error('status ' + response.statusCode))));
  });
  request.on('error', reject).end(data);
});

exports.plain = async (event) => { await post('a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com', event, 'https'); return { statusCode: 200 }; };
exports.fetched = async (event) => { await fetch('https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com' + path(event), { method: 'POST', body: 'fetch' }); return { statusCode: 200 }; };
exports.sdk = async (event) => {
  const { ApiGatewayManagementApiClient, PostToConnectionCommand } = require('@aws-sdk/client-apigatewaymanagementapi');
  const client = new ApiGatewayManagementApiClient({ endpoint: '${ENDPOINT}' });
  await client.send(new PostToConnectionCommand({ ConnectionId: event.requestContext.connectionId, Data: 'sdk' }));
  return { statusCode: 200 };
};
exports.elsewhere = async (event) => {
  const { code } = await post('localhost', event, 'elsewhere').catch((error) => error);
  return { statusCode: 200, body: String(code) };
};
exports.named = async (event) => { await post('ws.example.com', event, 'domain'); return { statusCode: 200 }; };
`;

const python = `
import os
import urllib.parse
import urllib.request

ENDPOINT = "${ENDPOINT}"


def plain(event, context):
    url = ENDPOINT + "/@connections/" + urllib.parse.quote(event["requestContext"]["connectionId"])
    urllib.request.urlopen(urllib.request.Request(url, data=b"urllib", method="POST")).read()
    assert "POSTERN_REDIRECT_TO" not in os.environ
    return {"statusCode": 200}


def sdk(event, context):
    import boto3
    boto3.client("apigatewaymanagementapi", endpoint_url=ENDPOINT).post_to_connection(
        ConnectionId=event["requestContext"]["connectionId"], Data=b"boto3")
    return {"statusCode": 200}
`;

test('Node handlers: https, fetch, the SDK', async (t) => {
  const functions = Object.fromEntries(['plain', 'fetched', 'sdk'].map((name) => [name, { runtime: 'nodejs20.x', handler: `app.${name}`, timeout: 20 }]));
  const emulator = await startEmulator(t, 'echo', {
    files: { 'app.js': node, 'postern.json': project(functions) },
    env: { NODE_PATH: path.join(ROOT, 'tests/node_modules') },
  });
  const client = await emulator.connect();

  for (const [name, expected] of [['plain', 'https'], ['fetched', 'fetch'], ['sdk', 'sdk']]) {
    await client.send(JSON.stringify({ action: name }));
    assert.equal(await client.nextMessage(), expected);
  }
  await client.close();
});

test('Python handlers: urllib, boto3', async (t) => {
  const functions = Object.fromEntries(['plain', 'sdk'].map((name) => [name, { runtime: 'python3.11', handler: `app.${name}`, timeout: 20 }]));
  const emulator = await startEmulator(t, 'echo', { files: { 'app.py': python, 'postern.json': project(functions) }, env: { PATH: `/usr/bin:${process.env.PATH}` } });
  const client = await emulator.connect();

  for (const [name, expected] of [['plain', 'urllib'], ['sdk', 'boto3']]) {
    await client.send(JSON.stringify({ action: name }));
    assert.equal(await client.nextMessage(), expected);
  }
  await client.close();
});

test('custom domain names, too, and nothing else', async (t) => {
  const functions = Object.fromEntries(['named', 'elsewhere'].map((name) => [name, { runtime: 'nodejs20.x', handler: `app.${name}`, timeout: 20 }]));
  const definition = project(functions, { domainNames: { 'ws.example.com': { apiMappings: { dev: 'echo/dev' } } } });
  definition.apis.echo.routes.elsewhere.routeResponse = true;
  const emulator = await startEmulator(t, 'echo', { files: { 'app.js': node, 'postern.json': definition } });
  const client = await emulator.connect();

  await client.send(JSON.stringify({ action: 'named' }));
  assert.equal(await client.nextMessage(), 'domain');
  await client.send(JSON.stringify({ action: 'elsewhere' }));
  assert.match(await client.nextMessage(), /^ECONNREFUSED|EACCES$/); // port 443 of this machine, where nobody listens
  await client.close();
});

test('POSTERN_REDIRECT=off leaves connections alone', async (t) => {
  const functions = { plain: { runtime: 'nodejs20.x', handler: 'app.plain', timeout: 20 } };
  const emulator = await startEmulator(t, 'echo', { files: { 'app.js': node, 'postern.json': project(functions) }, env: { POSTERN_REDIRECT: 'off' } });
  const client = await emulator.connect();

  await client.send(JSON.stringify({ action: 'plain' }));
  assert.match(await client.nextMessage(), /"message": ?"Internal server error"/);
  await emulator.waitForLog(/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH/);
  await client.close();
});
