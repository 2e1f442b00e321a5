// A client asks to come in: any status but 2xx refuses it. Headers and query string are in this event only.
export const connect = async (event) => {
  console.log('connected:', event.requestContext.connectionId, event.queryStringParameters ?? {});
  return { statusCode: 200 };
};

// A connection has ended, whoever ended it.
export const disconnect = async (event) => {
  const { connectionId, disconnectStatusCode, disconnectReason } = event.requestContext;
  console.log('disconnected:', connectionId, disconnectStatusCode, disconnectReason);
  return { statusCode: 200 };
};

// {"action": "greet", "name": "Ada"}. The route has a route response, so the body goes to the client.
export const greet = async (event) => {
  const { name = 'whoever you are' } = JSON.parse(event.body);
  return { statusCode: 200, body: JSON.stringify({ greeting: `${process.env.GREETING}, ${name}!` }) };
};

// Whatever no other route takes.
export const help = async () => ({
  statusCode: 200,
  body: JSON.stringify({ try: { action: 'greet', name: 'Ada' } }),
});
