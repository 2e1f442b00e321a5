// Says all that an authorizer can say, well or badly; the query tells what.
const policy = (Effect, Resource) => ({ principalId: 'soak', policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }] } });

const ways = {
  allow: ({ methodArn }) => ({ ...policy('Allow', methodArn), context: { way: 'allow', number: 1, text: 'é'.repeat(100) } }),
  deny: ({ methodArn }) => policy('Deny', methodArn),
  silent: ({ methodArn }) => policy('Allow', `${methodArn}/nothing`),
  unauthorized: () => { throw new Error('Unauthorized'); },
  throw: () => { throw new Error('not today'); },
  nonsense: () => 'nonsense',
  large: ({ methodArn }) => ({ ...policy('Allow', methodArn), context: { text: 'x'.repeat(9000) } }),
  exit: () => process.exit(5),
};

export const handler = async (event) => ways[event.queryStringParameters.what](event);
