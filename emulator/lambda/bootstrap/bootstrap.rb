# Runs a Ruby handler: asks the Lambda Runtime API for events, calls the handler, posts what it returns.

require 'json'
require 'net/http'

API = '/2018-06-01/runtime'
host, port = ENV.fetch('AWS_LAMBDA_RUNTIME_API').split(':')
$http = Net::HTTP.new(host, port.to_i)
$http.read_timeout = nil
$http.max_retries = 0
$http.start
$stdout.sync = true

def post(path, document, type = nil)
  headers = { 'Content-Type' => 'application/json' }
  headers['Lambda-Runtime-Function-Error-Type'] = type if type
  $http.post(API + path, document.is_a?(String) ? document : JSON.generate(document), headers)
end

def describe(error, type = nil)
  { errorMessage: error.message, errorType: type || "Function<#{error.class}>", stackTrace: error.backtrace || [] }
end

def fail_init(type, error)
  warn "[ERROR] #{type}: #{error.message}"
  post('/init/error', describe(error, type), type)
  exit 1
end

# "app.handler" is a method of the file, "app.Module::Class.handler" one of a class or module in it.
def load_handler(name)
  file, *owner, method = name.split('.')
  raise ArgumentError, "Bad handler #{name}" unless method
  require File.join(ENV.fetch('LAMBDA_TASK_ROOT'), file)
  (owner.empty? ? self : Object.const_get(owner.join('.'))).method(method)
rescue LoadError => e
  fail_init('Runtime.ImportModuleError', e)
rescue SyntaxError => e
  fail_init('Runtime.UserCodeSyntaxError', e)
rescue NameError => e
  fail_init('Runtime.HandlerNotFound', e)
rescue ArgumentError => e
  fail_init('Runtime.MalformedHandlerName', e)
end

Context = Struct.new(:aws_request_id, :invoked_function_arn, :deadline_ms, :function_name, :function_version,
                     :memory_limit_in_mb, :log_group_name, :log_stream_name) do
  def get_remaining_time_in_millis
    [deadline_ms - (Time.now.to_f * 1000).to_i, 0].max
  end
end

def context_of(response)
  Context.new(response['Lambda-Runtime-Aws-Request-Id'], response['Lambda-Runtime-Invoked-Function-Arn'],
              response['Lambda-Runtime-Deadline-Ms'].to_i, ENV['AWS_LAMBDA_FUNCTION_NAME'],
              ENV['AWS_LAMBDA_FUNCTION_VERSION'], ENV['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
              ENV['AWS_LAMBDA_LOG_GROUP_NAME'], ENV['AWS_LAMBDA_LOG_STREAM_NAME'])
end

handler = load_handler(ENV.fetch('_HANDLER'))
loop do
  response = $http.get("#{API}/invocation/next")
  exit 0 unless response.is_a?(Net::HTTPOK)
  context = context_of(response)
  path = "/invocation/#{context.aws_request_id}"
  ENV['_X_AMZN_TRACE_ID'] = response['Lambda-Runtime-Trace-Id']
  begin
    result = JSON.generate(handler.call(event: JSON.parse(response.body), context: context))
  rescue StandardError, NotImplementedError => e
    warn "[ERROR] #{e.full_message(highlight: false).tr("\n", "\r")}"
    post("#{path}/error", describe(e))
    next
  end
  post("#{path}/response", result)
end
