# Runs a Ruby handler: loads the file that _HANDLER names, then asks the Lambda Runtime API for one event after another
# and answers each with what the handler returns. Needs nothing but Ruby 2.7 or newer.
#
# AWS: "Lambda runtime API", "Define Lambda function handler in Ruby".

require 'json'
require 'socket'

# The Runtime API on one plain connection.
class Runtime
  API = ENV.fetch('AWS_LAMBDA_RUNTIME_API')
  PREFIX = '/2018-06-01/runtime'
  NEXT_REQUEST = "GET #{PREFIX}/invocation/next HTTP/1.1\r\nHost: #{API}\r\n\r\n"

  def initialize
    host, port = API.split(':')
    @socket = TCPSocket.new(host, port.to_i)
    @socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
  end

  def ask_for_first
    @socket.write(NEXT_REQUEST)
  end

  # Waits for the event that was asked for: its headers and bytes.
  def take_event
    status, headers, body = read_answer
    exit!(1) if status != 200
    [headers, body]
  end

  # Sends body and, in the same packet, what follows it; checks that body was taken.
  def post(path, body, error_type: nil, following: '')
    header = error_type ? "Lambda-Runtime-Function-Error-Type: #{error_type}\r\n" : ''
    @socket.write("POST #{PREFIX}#{path} HTTP/1.1\r\nHost: #{API}\r\nContent-Type: application/json\r\n#{header}" \
                  "Content-Length: #{body.bytesize}\r\n\r\n#{body}#{following}")
    status, _, answer = read_answer
    warn "The result was not taken: #{answer}" if status != 202
  end

  private

  def read_answer
    status_line = @socket.gets
    exit!(0) unless status_line # the emulator is gone
    headers = {}
    while (line = @socket.gets) && line != "\r\n"
      name, value = line.chomp.split(':', 2)
      headers[name.downcase] = value.strip
    end
    body = @socket.read(headers.fetch('content-length', 0).to_i)
    [status_line.split[1].to_i, headers, body.force_encoding(Encoding::UTF_8)]
  end
end

# The keyword argument "context" of a handler.
class LambdaContext
  attr_reader :aws_request_id, :invoked_function_arn, :log_group_name, :log_stream_name, :function_name,
              :memory_limit_in_mb, :function_version, :identity, :client_context, :deadline_ms

  def initialize(headers)
    @aws_request_id = headers['lambda-runtime-aws-request-id']
    @invoked_function_arn = headers['lambda-runtime-invoked-function-arn']
    @deadline_ms = headers['lambda-runtime-deadline-ms'].to_i
    @client_context = JSON.parse(headers.fetch('lambda-runtime-client-context', 'null'))
    @identity = JSON.parse(headers.fetch('lambda-runtime-cognito-identity', 'null'))
    @log_group_name = ENV.fetch('AWS_LAMBDA_LOG_GROUP_NAME', nil)
    @log_stream_name = ENV.fetch('AWS_LAMBDA_LOG_STREAM_NAME', nil)
    @function_name = ENV.fetch('AWS_LAMBDA_FUNCTION_NAME', nil)
    @memory_limit_in_mb = ENV.fetch('AWS_LAMBDA_FUNCTION_MEMORY_SIZE', nil)
    @function_version = ENV.fetch('AWS_LAMBDA_FUNCTION_VERSION', nil)
  end

  def get_remaining_time_in_millis
    [@deadline_ms - Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond), 0].max
  end
end

# "lib/file.method", "lib/file.Some::Module.method"
def load_handler(name)
  file, *owner, method = name.split('.')
  raise ArgumentError, "Invalid handler #{name}, must be of form FILENAME.METHOD or FILENAME.CLASS.METHOD" \
    if file.nil? || method.nil? || owner.size > 1

  require File.expand_path(file, ENV.fetch('LAMBDA_TASK_ROOT', Dir.pwd))
  target = owner.empty? ? self : Kernel.const_get(owner.first)
  raise NameError, "Handler '#{method}' missing in '#{name}'" unless target.respond_to?(method, true)

  target.method(method)
end

# A failure as the Runtime API wants it; AWS writes where it happened around its class.
def describe(error, where)
  frames = (error.backtrace || []).reject { |frame| frame.start_with?(__FILE__) || frame.include?('<internal:') }
  { errorMessage: error.message, errorType: "#{where}<#{error.class}>", stackTrace: frames }
end

def log_failure(description)
  warn "[ERROR] #{description[:errorType]}: #{description[:errorMessage]}", *description[:stackTrace].map { |f| "  #{f}" }
end

# Lambda's Ruby has the AWS SDK, a local one may not.
def hint_at_missing_sdk(error)
  return unless error.is_a?(LoadError) && error.path.to_s.start_with?('aws-sdk')

  warn "Lambda brings #{error.path} along, this machine has to have it: gem install #{error.path}"
end

def fail_init(runtime, error)
  description = describe(error, 'Init')
  log_failure(description)
  hint_at_missing_sdk(error)
  runtime.post('/init/error', description.to_json, error_type: 'Function.InitError')
  exit!(1)
end

# The path to post to, and what to post there.
def invoke(handler, body, context)
  result = handler.call(event: JSON.parse(body), context: context)
  ["/invocation/#{context.aws_request_id}/response", JSON.generate(result)]
rescue StandardError, ScriptError => e # whatever a handler raises is its failure, not ours
  description = describe(e, 'Function')
  log_failure(description)
  hint_at_missing_sdk(e)
  ["/invocation/#{context.aws_request_id}/error", description.to_json]
end

$stdout.sync = true
$stderr.sync = true
$LOAD_PATH.unshift(ENV.fetch('LAMBDA_TASK_ROOT', Dir.pwd))
runtime = Runtime.new
begin
  handler = load_handler(ENV.fetch('_HANDLER', ''))
rescue StandardError, ScriptError => e # the file's own code may raise anything
  fail_init(runtime, e)
end
runtime.ask_for_first
loop do
  headers, body = runtime.take_event
  context = LambdaContext.new(headers)
  ENV['_X_AMZN_TRACE_ID'] = headers.fetch('lambda-runtime-trace-id', '')
  path, answer = invoke(handler, body, context)
  runtime.post(path, answer, following: Runtime::NEXT_REQUEST)
end
