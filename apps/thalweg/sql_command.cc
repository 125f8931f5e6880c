#include "sql_command.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <unistd.h>

#include "error_output.h"
#include "interrupt.h"
#include "query_log.h"
#include "script_runner.h"
#include "shell.h"
#include "text_file.h"
#include "thalweg/web/http_server.h"
#include "thalweg/web/prometheus_text.h"

namespace thalweg::cli {
namespace {

constexpr const char* kFooter =
    R"(Without -e and -f the shell starts, or a script is read from standard input if that is no terminal.

Statements run in order; the first error ends the script. A streaming table whose trigger is
availableNow or once is finished before the next statement runs. At the end a script waits for the
streaming queries that run on; SIGINT or SIGTERM stops them after their current micro-batch, a
second SIGINT at once.

A SELECT over a stream prints rows as they come, in the output mode
thalweg.sql.streaming.outputMode (else the first of append, update, complete that the query allows)
and with the trigger thalweg.sql.streaming.trigger ('availableNow' makes it end by itself).

Exit codes: 0 done, or stopped when no statement was left; 1 an error, which stderr names;
2 wrong usage; 128 + signal if statements were left out; 130 after a second SIGINT.)";

/// Sets what --conf asks for, checked as SET does.
Status ApplySettings(session::Session* session, const std::vector<std::string>& settings) {
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('=');
    plan::spec::Statement statement;
    statement.kind = plan::spec::StatementKind::kSet;
    statement.key = setting.substr(0, equals);
    statement.value = setting.substr(equals + 1);
    statement.has_value = true;
    ARROW_RETURN_NOT_OK(session->Execute(statement).status());
  }
  return Status::OK();
}

Result<std::shared_ptr<session::Session>> MakeSession(const SqlArguments& arguments) {
  session::SessionOptions options;
  options.cancels_batches = &interrupt_flag();
  for (const std::string& setting : arguments.settings) {
    const std::string key = setting.substr(0, setting.find('='));
    const SettingDeclaration* declaration = FindSetting(key);
    if (declaration == nullptr || !declaration->is_static) continue;
    options.settings[key] = setting.substr(key.size() + 1);
  }
  ARROW_ASSIGN_OR_RAISE(auto session, session::Session::Make(options));
  std::vector<std::string> others;
  for (const std::string& setting : arguments.settings) {
    if (!options.settings.contains(setting.substr(0, setting.find('=')))) {
      others.push_back(setting);
    }
  }
  ARROW_RETURN_NOT_OK(ApplySettings(session.get(), others));
  return session;
}

Result<std::vector<std::string>> ReadScripts(const SqlArguments& arguments) {
  std::vector<std::string> scripts = arguments.texts;
  std::vector<std::string> files = arguments.files;
  if (scripts.empty() && files.empty()) files.push_back("-");
  for (const std::string& file : files) {
    ARROW_ASSIGN_OR_RAISE(auto text, ReadTextFile(file));
    scripts.push_back(std::move(text));
  }
  return scripts;
}

ProgressDisplay::Mode ProgressMode(const SqlArguments& arguments) {
  if (isatty(STDERR_FILENO)) return ProgressDisplay::Mode::kStatusLine;
  return arguments.shows_progress ? ProgressDisplay::Mode::kLines : ProgressDisplay::Mode::kOff;
}

void AddMetricsOptions(CLI::App* command, SqlArguments* arguments) {
  auto* port = command
                   ->add_option("--metrics-port", arguments->metrics_port,
                                "Serve the queries' metrics to Prometheus at /metrics on this port")
                   ->type_name("PORT")
                   ->check(CLI::Range(0, 65535));
  command
      ->add_option("--metrics-address", arguments->metrics_address,
                   "Address that --metrics-port listens on; whoever reaches it can read the page")
      ->type_name("HOST")
      ->needs(port)
      ->capture_default_str();
}

/// Serves metrics while the result lives; null when none are asked for.
Result<std::unique_ptr<web::HttpServer>> ServeMetrics(const SqlArguments& arguments,
                                                      session::Session* session) {
  if (!arguments.metrics_port.has_value()) return nullptr;
  web::HttpServerOptions options;
  options.host = arguments.metrics_address;
  options.port = *arguments.metrics_port;
  options.metrics = [session] {
    return web::PrometheusText(web::CollectQueryMetrics(session->queries().active()));
  };
  ARROW_ASSIGN_OR_RAISE(auto server, web::HttpServer::Start(std::move(options)));
  if (*arguments.metrics_port == 0) {
    fmt::print(stderr, "metrics: http://{}:{}/metrics\n", arguments.metrics_address,
               server->port());
  }
  return server;
}

int Fail(const Status& status) {
  PrintError(status);
  return kExitFailed;
}

}  // namespace

CLI::App* AddSqlCommand(CLI::App* app, SqlArguments* arguments) {
  CLI::App* command = app->add_subcommand("sql", "Run SQL: statements, a script or the shell");
  auto* texts = command
                    ->add_option("-e,--execute", arguments->texts,
                                 "SQL to run; several run one after the other")
                    ->type_name("SQL")
                    ->type_size(1)
                    ->allow_extra_args(false);
  command->add_option("-f,--file", arguments->files, "Script to run; - is standard input")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->excludes(texts);
  command->add_option("--format", arguments->format, "How rows are printed")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->capture_default_str();
  command->add_option("--conf", arguments->settings, "Setting for the session, as SET; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->check([](const std::string& text) {
        const size_t equals = text.find('=');
        const bool good = equals != std::string::npos && equals > 0;
        return good ? std::string() : "'" + text + "' is not of the form KEY=VALUE";
      });
  command->add_flag(
      "--progress", arguments->shows_progress,
      "A line on stderr for every micro-batch; a terminal shows a status line anyway");
  AddMetricsOptions(command, arguments);
  command->footer(kFooter);
  return command;
}

int RunSqlCommand(const SqlArguments& arguments) {
  const bool is_shell = arguments.texts.empty() && arguments.files.empty() && isatty(STDIN_FILENO);
  InstallInterruptHandlers(/*second_exits=*/!is_shell);
  std::vector<std::string> scripts;
  if (!is_shell) {
    auto read = ReadScripts(arguments);
    if (!read.ok()) return Fail(read.status());
    scripts = std::move(*read);
  }
  auto session = MakeSession(arguments);
  if (!session.ok()) return Fail(session.status());
  const auto metrics = ServeMetrics(arguments, session->get());
  if (!metrics.ok()) return Fail(metrics.status());
  const auto display = std::make_shared<ProgressDisplay>(ProgressMode(arguments));
  if (display->mode() != ProgressDisplay::Mode::kOff) (*session)->queries().AddListener(display);
  if (arguments.logs_queries) (*session)->queries().AddListener(std::make_shared<QueryLog>());
  TextOutput output(stdout, display.get());
  StatementRunner runner(session->get(), &output, display.get(),
                         *ParseOutputFormat(arguments.format));
  return is_shell ? RunShell(&runner, display.get()) : RunScripts(scripts, &runner, display.get());
}

}  // namespace thalweg::cli
