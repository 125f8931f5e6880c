#include "server_command.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "interrupt.h"
#include "script_runner.h"
#include "text_file.h"
#include "thalweg/base/free_memory.h"
#include "thalweg/connect/server.h"

namespace thalweg::cli {
namespace {

constexpr double kMillisPerMinute = 60000;

constexpr const char* kFooter =
    R"(Clients of Spark Connect (PySpark, Scala, Java) connect to sc://ADDRESS:PORT. The first line on
standard output says where the server listens.

With a token clients must present it (sc://...;token=...). It comes from --token-file, else from
the environment variable SPARK_CONNECT_AUTHENTICATE_TOKEN. Addresses that others can reach are
refused without one, unless certificates of clients are asked for or --insecure is given.

With --tls-certificate connections are encrypted (sc://...;use_ssl=true). With --tls-client-ca only
clients get in that have a certificate of theirs. The files are read once, when the server starts.

SIGINT or SIGTERM stops the server and the streaming queries of its sessions.)";

Result<std::string> ReadToken(const ServerArguments& arguments) {
  if (arguments.token_file.empty()) {
    const char* token = std::getenv("SPARK_CONNECT_AUTHENTICATE_TOKEN");
    return std::string(token == nullptr ? "" : token);
  }
  ARROW_ASSIGN_OR_RAISE(std::string token, ReadTextFile(arguments.token_file));
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  if (token.empty()) return Status::Invalid(arguments.token_file, " holds no token");
  return token;
}

Result<connect::ServerOptions> MakeOptions(const ServerArguments& arguments) {
  connect::ServerOptions options;
  options.address = arguments.address;
  options.port = arguments.port;
  options.insecure = arguments.insecure;
  options.tls = {arguments.tls_certificate, arguments.tls_key, arguments.tls_client_ca};
  options.session_timeout = std::chrono::milliseconds(
      static_cast<int64_t>(arguments.session_timeout_minutes * kMillisPerMinute));
  options.keepalive = std::chrono::seconds(arguments.keepalive_seconds);
  ARROW_ASSIGN_OR_RAISE(options.token, ReadToken(arguments));
  for (const std::string& setting : arguments.settings) {
    const size_t equals = setting.find('=');
    options.settings[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
  return options;
}

constexpr std::chrono::seconds kReleaseInterval{20};

/// Until a signal comes, or, if that is asked for, the end of standard input. What stands there is
/// read and forgotten.
void WaitForTheEnd(bool until_input_ends) {
  pollfd awaited[] = {{interrupt_descriptor(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
  constexpr int kPollMillis = 1000;
  char forgotten[256];
  auto released = std::chrono::steady_clock::now();
  while (!IsInterrupted()) {
    // What queries and clients that have gone needed may be much.
    if (std::chrono::steady_clock::now() - released > kReleaseInterval) {
      ReleaseFreeMemory();
      released = std::chrono::steady_clock::now();
    }
    if (poll(awaited, until_input_ends ? 2 : 1, kPollMillis) <= 0 || awaited[1].revents == 0)
      continue;
    if (read(STDIN_FILENO, forgotten, sizeof(forgotten)) <= 0) return;
  }
}

Status Serve(const ServerArguments& arguments) {
  ARROW_ASSIGN_OR_RAISE(const auto options, MakeOptions(arguments));
  InstallInterruptHandlers(/*second_exits=*/true);
  ARROW_ASSIGN_OR_RAISE(const auto server, connect::Server::Start(options));
  fmt::print("listening on sc://{}:{}{}\n", options.address, server->port(),
             options.tls.certificate.empty() ? "" : "/;use_ssl=true");
  std::fflush(stdout);
  WaitForTheEnd(arguments.until_input_ends);
  server->Shutdown();
  return Status::OK();
}

/// Who gets in, and who can listen.
void AddSafetyOptions(CLI::App* server, ServerArguments* arguments) {
  server->add_option("--token-file", arguments->token_file, "File with the token clients must send")
      ->option_text("FILE");
  server->add_flag("--insecure", arguments->insecure,
                   "Let anyone in who reaches the address, without a token");
  CLI::Option* certificate =
      server
          ->add_option("--tls-certificate", arguments->tls_certificate,
                       "Encrypt connections: the server's certificate and those above it, PEM")
          ->option_text("FILE");
  server->add_option("--tls-key", arguments->tls_key, "The certificate's private key, PEM")
      ->needs(certificate)
      ->option_text("FILE");
  certificate->needs("--tls-key");
  server
      ->add_option("--tls-client-ca", arguments->tls_client_ca,
                   "Ask clients for a certificate that one of these authorities signed, PEM")
      ->needs(certificate)
      ->option_text("FILE");
}

}  // namespace

CLI::App* AddServerCommand(CLI::App* app, ServerArguments* arguments) {
  CLI::App* server = app->add_subcommand("server", "Serve Spark Connect clients");
  server->footer(kFooter);
  server->add_option("--address", arguments->address, "Address to listen on [127.0.0.1]")
      ->option_text("ADDRESS");
  server->add_option("--port", arguments->port, "Port to listen on; 0: a free one [15002]")
      ->check(CLI::Range(0, 65535))
      ->option_text("PORT");
  AddSafetyOptions(server, arguments);
  server->add_flag("--until-input-ends", arguments->until_input_ends,
                   "Stop when standard input ends, as that of a process that died does");
  server
      ->add_option("--session-timeout", arguments->session_timeout_minutes,
                   "Minutes without a call after which a session ends; may be a fraction [60]")
      ->check(CLI::Range(0.01, 1000000.0))
      ->option_text("MINUTES");
  server
      ->add_option("--keepalive", arguments->keepalive_seconds,
                   "Seconds without a sign of life after which a connection is checked [60]")
      ->check(CLI::Range(1, 1000000))
      ->option_text("SECONDS");
  server->add_option("-c,--conf", arguments->settings, "A setting of every session, KEY=VALUE")
      ->check([](const std::string& text) {
        return text.find('=') == std::string::npos ? "KEY=VALUE is wanted" : std::string();
      })
      ->option_text("KEY=VALUE");
  return server;
}

int RunServerCommand(const ServerArguments& arguments) {
  const Status status = Serve(arguments);
  if (status.ok()) return kExitDone;
  const bool described = GetErrorDetail(status) != nullptr;
  fmt::print(stderr, "{}\n", described ? RenderError(status) : status.message());
  return kExitFailed;
}

}  // namespace thalweg::cli
