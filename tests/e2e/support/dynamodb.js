// A DynamoDB for one test: dynalite, in memory, with a client of the AWS SDK.

import { CreateTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';

import { atEnd, CREDENTIALS } from './emulator.js';
import { until } from './until.js';

const KEY = [{ AttributeName: 'id', KeyType: 'HASH' }];
const BY_ROOM = [{ AttributeName: 'room', KeyType: 'HASH' }, { AttributeName: 'id', KeyType: 'RANGE' }];

// With the table of fixtures/projects/sam-rooms: {url, requests: those that came, items(matches): that many items, waited for}.
export async function startDynamoDB(t) {
  const requests = [];
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  server.on('request', ({ method, url, headers }) => requests.push({ method, url, headers }));
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const url = `http://127.0.0.1:${server.address().port}`;
  const client = new DynamoDBClient({ endpoint: url, region: 'us-east-1', credentials: CREDENTIALS });
  atEnd(t, () => {
    client.destroy();
    server.closeAllConnections?.();
    server.close();
  });
  await client.send(new CreateTableCommand({
    TableName: 'rooms',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }, { AttributeName: 'room', AttributeType: 'S' }],
    KeySchema: KEY,
    GlobalSecondaryIndexes: [{ IndexName: 'byRoom', KeySchema: BY_ROOM, Projection: { ProjectionType: 'ALL' } }],
  }));
  let last;
  const scan = async () => {
    last = (await client.send(new ScanCommand({ TableName: 'rooms' }))).Items;
    return last;
  };
  return {
    url,
    requests,
    items: (what, matches) => until(what, async () => { const items = await scan(); return matches(items) && items; }, () => JSON.stringify(last)),
  };
}
