// What goes on beside the clients: posts to those who are there and those who were, and a developer who changes files.

import { DeleteConnectionCommand, GetConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { CREDENTIALS } from '../e2e/support/emulator.js';

// A post to a client that doesn't read is refused, one to a client that has gone as well; and all that nobody known has signed.
const EXPECTED = [200, 204, 410, 429];
const EXPECTED_OF_STRANGERS = [403, 429];
const SIZES = [0, 10, 1000, 30_000, 128_000];

function unsigned(world, agent, method, id, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ agent, host: 'localhost', port: world.emulator.port, method, path: `/dev/@connections/${encodeURIComponent(id)}` }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function signed(world, management, method, id, body) {
  const commands = {
    POST: () => new PostToConnectionCommand({ ConnectionId: id, Data: body }),
    GET: () => new GetConnectionCommand({ ConnectionId: id }),
    DELETE: () => new DeleteConnectionCommand({ ConnectionId: id }),
  };
  try {
    const answer = await management.send(commands[method]());
    return answer.$metadata.httpStatusCode;
  } catch (error) {
    if (error.$metadata?.httpStatusCode) return error.$metadata.httpStatusCode;
    throw error;
  }
}

export async function runPosts(world, until) {
  const chance = world.chance.branch(-1);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
  const { management } = world.emulator;
  const forger = world.emulator.managementAt(world.emulator.url('/dev'), { credentials: { ...CREDENTIALS, secretAccessKey: 'a guess' } });
  const ways = {
    signed: (...call) => signed(world, management, ...call),
    forged: (...call) => signed(world, forger, ...call),
    unsigned: (...call) => unsigned(world, agent, ...call),
  };

  while (Date.now() < until) {
    const id = chance.of(world.recentIds().concat('Wk3vZdT9liACExQ='));
    const method = chance.weighed([[20, 'POST'], [2, 'GET'], [1, 'DELETE']]);
    const body = method === 'POST' ? `posted ${'x'.repeat(chance.of(SIZES) && chance.of(SIZES))}` : undefined;
    try {
      const way = chance.weighed([[8, 'signed'], [1, 'forged'], [2, 'unsigned']]);
      const status = await ways[way](method, id, body);
      world.count(`${method}: ${status}`);
      if (!(way === 'signed' ? EXPECTED : EXPECTED_OF_STRANGERS).includes(status)) world.problem(`${method} of a connection: ${status}`);
    } catch (error) {
      world.problem(`${method} of a connection: ${error.message}`);
    }
    await pause(chance.between(0, 10));
  }
  agent.destroy();
  management.destroy();
  forger.destroy();
}

// Changes code and project, breaks the project and mends it.
export async function runChanges(world, until) {
  const chance = world.chance.branch(-2);
  const { folder } = world.emulator;
  const project = JSON.parse(fs.readFileSync(path.join(folder, 'postern.json'), 'utf8'));
  const codes = ['connect.mjs', 'authorize.mjs', 'disconnect.mjs', 'chaos.cjs', 'echo.py'];
  const writeProject = (contents) => fs.writeFileSync(path.join(folder, 'postern.json'), contents);
  const changes = {
    code: () => {
      const file = path.join(folder, chance.of(codes));
      fs.utimesSync(file, new Date(), new Date());
      fs.writeFileSync(`${file}.new`, fs.readFileSync(file));
      fs.renameSync(`${file}.new`, file);
    },
    route: () => {
      const routes = { ...project.apis.soak.routes, [`extra${chance.between(0, 9)}`]: { function: 'echo' } };
      writeProject(JSON.stringify({ ...project, apis: { ...project.apis, soak: { ...project.apis.soak, routes } } }));
    },
    environment: () => {
      const echo = { ...project.functions.echo, environment: { COLOR: `color${chance.between(0, 9)}` } };
      writeProject(JSON.stringify({ ...project, functions: { ...project.functions, echo } }));
    },
    breakage: () => writeProject('{"functions": {'),
    nothing: () => writeProject(JSON.stringify(project)),
  };

  while (Date.now() < until) {
    const what = chance.of(Object.keys(changes));
    world.count(`changes: ${what}`);
    changes[what]();
    await pause(chance.between(500, 3000));
  }
  writeProject(JSON.stringify(project));
}
