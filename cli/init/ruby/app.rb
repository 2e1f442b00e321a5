require 'json'

# A client asks to come in: any status but 2xx refuses it. Headers and query string are in this event only.
def connect(event:, context:)
  puts "connected: #{event['requestContext']['connectionId']} #{event['queryStringParameters']}"
  { statusCode: 200 }
end

# A connection has ended, whoever ended it.
def disconnect(event:, context:)
  ended = event['requestContext']
  puts "disconnected: #{ended['connectionId']} #{ended['disconnectStatusCode']} #{ended['disconnectReason']}"
  { statusCode: 200 }
end

# {"action": "greet", "name": "Ada"}. The route has a route response, so the body goes to the client.
def greet(event:, context:)
  name = JSON.parse(event['body']).fetch('name', 'whoever you are')
  { statusCode: 200, body: JSON.generate(greeting: "#{ENV['GREETING']}, #{name}!") }
end

# Whatever no other route takes.
def help(event:, context:)
  { statusCode: 200, body: JSON.generate(try: { action: 'greet', name: 'Ada' }) }
end
