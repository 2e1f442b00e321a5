// Handlers that are executables of their own, with AWS's host name hard-coded in them, reach the emulator by the library that
// they load; as do the programs that they start.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { makeProject, startEmulator, test, writeFiles } from './support/emulator.js';

const HOST = 'a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com';
const withoutRuby = spawnSync('ruby', ['--version']).status === 0 ? false : 'no Ruby here';

// Speaks the Runtime API for a program, which is run for each event with the path to post to.
const loop = `#!/bin/bash
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
head=$(mktemp)
trap 'rm -f "$head"' EXIT
while true; do
  event=$(curl -sS -D "$head" "$api/next") || exit
  request=$(sed -n 's/^lambda-runtime-aws-request-id: *\\([-0-9a-f]*\\).*/\\1/Ip' "$head")
  connection=$(sed -n 's/.*"connectionId": *"\\([^"]*\\)".*/\\1/p' <<< "$event")
  said=$("$@" "/dev/@connections/$connection" 2>&1) && status=200 || { status=500; echo "$said" >&2; }
  curl -sS -o "$head" "$api/$request/response" -d "{\\"statusCode\\":$status,\\"body\\":\\"$said\\"}"
done
`;

const python = `
import sys, urllib.request
urllib.request.urlopen(urllib.request.Request("https://${HOST}" + sys.argv[1], data=b"urllib", method="POST")).read()
`;

const node = `
fetch('https://${HOST}' + process.argv[2], { method: 'POST', body: 'fetch' }).then(({ status }) => process.exit(status === 200 ? 0 : 1));
`;

const ruby = `
require 'net/http'
def post(event:, context:)
  path = "/dev/@connections/#{event['requestContext']['connectionId']}"
  answer = Net::HTTP.start('${HOST}', 443, use_ssl: true) { |https| https.post(path, 'net/http') }
  { statusCode: answer.code.to_i }
end
`;

// No TLS: it is about names and sockets, and the emulator's port speaks both.
const sockets = `
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
int main(int count, char **arguments)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG}, *found;
    char text[1024];
    int client;
    if (getaddrinfo("${HOST}", "443", &hints, &found))
        return 2;
    client = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
    if (connect(client, found->ai_addr, found->ai_addrlen))
        return 3;
    freeaddrinfo(found);
    snprintf(text, sizeof text, "POST %s HTTP/1.1\\r\\nHost: ${HOST}\\r\\nContent-Length: 7\\r\\nConnection: close\\r\\n\\r\\nsockets", arguments[1]);
    if (write(client, text, strlen(text)) < 0 || read(client, text, 12) != 12)
        return 4;
    return memcmp(text, "HTTP/1.1 200", 12) ? 5 : 0;
}
`;

const libcurl = `
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
int main(int count, char **arguments)
{
    char url[1024];
    CURL *curl = curl_easy_init();
    long status = 0;
    snprintf(url, sizeof url, "https://${HOST}%s", arguments[1]);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CAINFO, getenv("SSL_CERT_FILE"));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "libcurl");
    if (curl_easy_perform(curl))
        return 2;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status != 200;
}
`;

const project = (functions) => ({
  functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler', timeout: 20 }, ...functions },
  apis: {
    echo: {
      id: 'a1b2c3d4e5',
      routes: {
        $connect: { function: 'echo' }, $disconnect: {},
        ...Object.fromEntries(Object.keys(functions).map((name) => [name, { function: name, routeResponse: name.startsWith('tell') }])),
      },
    },
  },
});

const running = (...command) => ({ command: ['./loop.sh', ...command], timeout: 20 });

const shell = (...command) => running('sh', '-c', command.join(' '), 'sh');

function build(folder, name, source, ...options) {
  fs.writeFileSync(path.join(folder, `${name}.c`), source);
  const { status, stderr } = spawnSync('gcc', ['-o', name, `${name}.c`, ...options], { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

test('curl, Python, Node, C and what they start reach the emulator by the name that AWS gives an API', async (t) => {
  const folder = makeProject(t, 'echo', {
    'loop.sh': loop, 'post.py': python, 'post.cjs': node, 'post.rb': ruby,
    'postern.json': project({
      curl: shell(`exec curl -sS --fail -d curl "https://${HOST}$1"`),
      grandchild: shell(`env -u AWS_REGION bash -c "curl -sS --fail -d grandchild 'https://${HOST}$1'"`),
      python: running('/usr/bin/python3', 'post.py'),
      node: running('node', 'post.cjs'),
      sockets: running('./sockets'),
      checked: running('./checked'),
      libcurl: running('./libcurl'),
      ruby: { runtime: 'ruby3.3', handler: 'post.post', timeout: 20 },
      tell: { ...shell('echo "$LD_PRELOAD"'), environment: { LD_PRELOAD: 'libm.so.6' } },
    }),
  });
  build(folder, 'sockets', sockets);
  build(folder, 'checked', sockets, '-fsanitize=address');
  build(folder, 'libcurl', libcurl, '-lcurl');
  const emulator = await startEmulator(t, null, { folder });
  const client = await emulator.connect();

  for (const [name, expected] of [['curl', 'curl'], ['grandchild', 'grandchild'], ['python', 'urllib'], ['node', 'fetch'], ['sockets', 'sockets'], ['checked', 'sockets'],
    ['libcurl', 'libcurl'], ...(withoutRuby ? [] : [['ruby', 'net/http']])]) {
    await client.send(JSON.stringify({ action: name }));
    assert.equal(await client.nextMessage(), expected);
  }
  await client.send(JSON.stringify({ action: 'tell' }));
  assert.match(await client.nextMessage(), /^libm\.so\.6:.*\/postern_preload\.so$/); // what the function wants itself is loaded first
  assert.doesNotMatch(emulator.log, /ld\.so/);
  await client.close();
});

test('POSTERN_REDIRECT=off loads nothing', async (t) => {
  const emulator = await startEmulator(t, 'echo', {
    files: { 'loop.sh': loop, 'postern.json': project({ tell: shell('echo "<$LD_PRELOAD$POSTERN_REDIRECT_TO>"') }) },
    env: { POSTERN_REDIRECT: 'off' },
  });
  const client = await emulator.connect();

  await client.send(JSON.stringify({ action: 'tell' }));
  assert.equal(await client.nextMessage(), '<>');
  await client.close();
});

test('a folder whose name the loader would misread is said to be one, and handlers run without', async (t) => {
  const folder = path.join(makeProject(t, null), 'a project');
  fs.mkdirSync(folder);
  writeFiles(folder, { 'loop.sh': loop, 'postern.json': { ...project({ tell: shell('echo "<$LD_PRELOAD>"') }) } });
  const definition = JSON.parse(fs.readFileSync(path.join(folder, 'postern.json'), 'utf8'));
  delete definition.functions.echo;
  definition.apis.echo.routes.$connect = {};
  writeFiles(folder, { 'postern.json': definition });
  const emulator = await startEmulator(t, null, { folder });
  const client = await emulator.connect();

  await client.send(JSON.stringify({ action: 'tell' }));
  assert.equal(await client.nextMessage(), '<>');
  await emulator.waitForLog(/can't be redirected for commands.*choose another folder with --data/);
  await client.close();
});
