// Says back what it is told: in its result, or, on a route that ends in "-post", by @connections.
import http from 'node:http';

const agent = new http.Agent({ keepAlive: true });

function post({ domainName, stage, connectionId }, body) {
  const [host, port] = domainName.split(':');

  return new Promise((resolve, reject) => {
    const request = http.request({ agent, host, port, method: 'POST', path: `/${stage}/@connections/${connectionId}` }, (answer) => {
      answer.resume();
      answer.on('end', resolve);
    });

    request.on('error', reject);
    request.end(body);
  });
}

export async function handler(event) {
  if (!event.requestContext.routeKey.endsWith('-post'))
    return { statusCode: 200, body: event.body };
  await post(event.requestContext, event.body);
  return { statusCode: 200 };
}
